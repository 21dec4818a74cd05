/** A coordinator on a port of this machine, and nodes of it whose owners link a wallet. */
import type { WalletLink, WalletView } from '../../shared/contract/wallet.ts'
import { countersignText } from '../../shared/domain/wallet-link.ts'
import { startTestServer } from '../../main/coordinator/http/http.fake.ts'
import { createFakeWallet } from '../../main/coordinator/wallets/wallet.fake.ts'

export interface LinkingNode {
  readonly wallet: ReturnType<typeof createFakeWallet>
  /** The attempt, at the address where the page is served. */
  readonly begin: () => Promise<WalletLink>
  /** The owner says yes on the machine. */
  readonly confirm: (linkId: string) => Promise<void>
  readonly view: () => Promise<WalletView>
  readonly wait: (ms: number) => Promise<unknown>
}

export interface LinkingCoordinator extends AsyncDisposable {
  /** Another machine, and another wallet. */
  readonly enrol: () => Promise<LinkingNode>
}

export async function startLinkingCoordinator(): Promise<LinkingCoordinator> {
  let url = ''
  const { core, app, ...server } = await startTestServer(undefined, undefined, {
    changes: () => ({ wallets: { cluster: 'localnet', origin: () => url, checkPayable: async () => undefined } }),
  })
  url = await app.listen({ host: '127.0.0.1', port: 0 })
  const { wallets } = core.parts
  return {
    async enrol() {
      const wallet = createFakeWallet()
      const { nodeId, signer } = await core.enrol()
      return {
        wallet,
        begin: () => wallets.begin(nodeId),
        async confirm(linkId) {
          const pair = { linkId, address: wallet.address }
          const signature = Buffer.from(await signer.sign(countersignText(pair))).toString('base64')
          await wallets.confirm(nodeId, { ...pair, signature })
        },
        view: () => wallets.show(nodeId),
        wait: (ms) => core.clock.advance(ms),
      }
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
}

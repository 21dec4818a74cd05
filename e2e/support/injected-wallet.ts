/** A wallet as an extension puts it into a page: it registers by the wallet standard and signs, or does something else. */
import type { Page } from '@playwright/test'
import type { SignIn } from '../../shared/contract/wallet.ts'
import { fromBase58 } from '../../shared/domain/base58.ts'
import { signInText } from '../../shared/domain/wallet-link.ts'
import { createFakeWallet } from '../../main/coordinator/wallets/wallet.fake.ts'

export type WalletBehaviour =
  | 'signs in'
  | 'signs messages'
  /** It writes the text of a sign-in in its own way, and signs messages as they are. */
  | 'signs in its own words'
  | 'declines'
  | 'signs with another key'
  | 'signs another text'

interface Signed {
  readonly message: number[]
  readonly signature: number[]
}

declare global {
  /** In the world of the page: what keeps the key is outside of it. */
  var testWalletSigns: (asked: { readonly signIn?: SignIn; readonly message?: number[] }) => Promise<Signed>
}

/** Puts the wallet in before any script of the page runs. */
export async function injectWallet(page: Page, wallet: ReturnType<typeof createFakeWallet>, behaviour: WalletBehaviour): Promise<void> {
  const signer = behaviour === 'signs with another key' ? createFakeWallet().signer : wallet.signer
  const change = (text: string) => (behaviour === 'signs another text' ? text.replace('does not move', 'moves') : text)
  await page.exposeFunction('testWalletSigns', async ({ signIn, message }: { signIn?: SignIn; message?: number[] }): Promise<Signed> => {
    const own = signIn ? `${signInText(signIn, wallet.address)}${behaviour === 'signs in its own words' ? '\n' : ''}` : ''
    const bytes = Buffer.from(change(signIn ? own : Buffer.from(message ?? []).toString()))
    return { message: [...bytes], signature: [...(await signer.sign(bytes))] }
  })
  await page.addInitScript(register, { address: wallet.address, publicKey: [...fromBase58(wallet.address)], behaviour })
}

/** Runs in the page. */
function register({ address, publicKey, behaviour }: { readonly address: string; readonly publicKey: number[]; readonly behaviour: WalletBehaviour }): void {
  const account = { address, publicKey: Uint8Array.from(publicKey), chains: ['solana:localnet'], features: ['solana:signMessage'] }
  const sign = async (asked: Parameters<typeof testWalletSigns>[0]) => {
    if (behaviour === 'declines') throw Object.assign(new Error('User rejected the request.'), { code: 4001 })
    const { message, signature } = await testWalletSigns(asked)
    return [{ account, signedMessage: Uint8Array.from(message), signature: Uint8Array.from(signature) }]
  }
  const signIn = { 'solana:signIn': { version: '1.0.0', signIn: (input: SignIn) => sign({ signIn: input }) } }
  const signMessage = {
    'solana:signMessage': { version: '1.0.0', signMessage: ({ message }: { message: Uint8Array }) => sign({ message: [...message] }) },
  }
  const wallet = {
    version: '1.0.0',
    name: 'Test Wallet',
    icon: 'data:image/svg+xml;base64,PHN2ZyB4bWxucz0iaHR0cDovL3d3dy53My5vcmcvMjAwMC9zdmciLz4=',
    chains: ['solana:localnet'],
    accounts: [account],
    features: {
      'standard:connect': { version: '1.0.0', connect: async () => ({ accounts: [account] }) },
      ...(behaviour === 'signs messages' ? {} : signIn),
      ...(behaviour === 'signs in' ? {} : signMessage),
    },
  }
  const introduce = (api: { register: (one: typeof wallet) => void }) => api.register(wallet)
  window.addEventListener('wallet-standard:app-ready', (event) => introduce((event as CustomEvent<Parameters<typeof introduce>[0]>).detail))
  window.dispatchEvent(new CustomEvent('wallet-standard:register-wallet', { detail: introduce }))
}

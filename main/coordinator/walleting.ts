import type { AddressSource } from '../../shared/contract/wallet.ts'
import { WindfallError, messageOf } from '../../shared/errors.ts'
import { toIso } from '../../shared/units.ts'
import type { Chain } from '../chain/chain.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Run } from '../kernel/lifecycle.ts'
import { verifySignature } from '../kernel/signing.ts'
import type { CoordinatorConfig } from './config.ts'
import type { CoordinatorEvents } from './events.ts'
import type { CoordinatorParts } from './http/parts.ts'
import { LOOPBACK } from './http/authority.ts'
import { judgeWallet } from './payouts/hygiene.ts'
import { type Db, type Tx, transact } from './persistence/database.ts'
import { createNodesStore } from './registry/nodes.store.ts'
import { type PayoutAddressDeps, addressesOf, keep, payTo, settleChanges } from './registry/payout-address.ts'
import { type WalletLinksDeps, createWalletLinks } from './wallets/links.ts'

/** What the outside says of wallets. */
export type WalletPorts = Pick<WalletLinksDeps, 'cluster' | 'origin' | 'checkPayable'>

interface WalletingDeps extends PayoutAddressDeps, Pick<WalletLinksDeps, 'db' | 'random'> {
  readonly clock: Pick<Clock, 'now' | 'sleep'>
  readonly events: Pick<CoordinatorEvents, 'addressesUnsettled'>
  readonly wallets: WalletPorts
  /** The database as what runs by itself writes to it. */
  readonly loopDb: Db
}

const SETTLE_MS = 10_000

/** How long another address waits, by how it came. */
export const cooldownOf =
  ({ addressCooldownMs, walletCooldownMs }: Pick<CoordinatorConfig, 'addressCooldownMs' | 'walletCooldownMs'>) =>
  (source: AddressSource): number =>
    source === 'wallet' ? walletCooldownMs : addressCooldownMs

/** Where wallets reach a coordinator that listens at `url`. The text they sign names it, so it never comes from a request. */
export function originOf({ publicUrl, host }: Pick<CoordinatorConfig, 'publicUrl' | 'host'>, url: string): string {
  if (publicUrl !== null) return new URL(publicUrl).origin
  if (LOOPBACK.test(host)) return url
  throw new WindfallError(
    'config.invalid',
    'This coordinator does not know under which address wallets reach it. Its operator sets publicUrl (WINDFALL_COORDINATOR_PUBLIC_URL), such as https://windfall.example.',
  )
}

/** Asks the cluster what an address is, before anybody is paid there. Errors: `input.invalid`, `chain.unavailable`. */
export async function checkPayable(chain: Pick<Chain, 'account' | 'isOnCurve'>, address: string): Promise<void> {
  const isOnCurve = chain.isOnCurve(address)
  const verdict = judgeWallet(address, { isOnCurve, account: isOnCurve ? await chain.account(address) : null })
  if (!verdict.payable) throw new WindfallError('input.invalid', `${address} cannot be paid. ${verdict.reason} Use the address of a wallet.`)
}

const nodeOf = async (db: Db | Tx, nodeId: string) => {
  const node = await createNodesStore(db).get(nodeId)
  if (!node) throw new WindfallError('not-found', 'This machine has not enrolled here yet. Start its agent first.')
  return node
}

export interface Walleting {
  readonly calls: CoordinatorParts['wallets']
  /** Lets changes take effect whose time has come. */
  readonly run: Run
}

/** Where nodes are paid: addresses that are typed in, wallets that are linked, and the time in which an owner can say no. */
export function createWalleting(deps: WalletingDeps): Walleting {
  const { db, wallets } = deps
  const links = createWalletLinks({
    ...deps,
    ...wallets,
    verify: verifySignature,
    node: nodeOf,
    payTo: (tx, request) => payTo(deps, tx, { ...request, source: 'wallet' }),
  })
  const view: CoordinatorParts['wallets']['show'] = async (nodeId) => {
    const { pending, history } = await addressesOf(db, nodeId)
    const [paidTo] = history
    return {
      address: paidTo?.address ?? null,
      source: paidTo?.source ?? null,
      since: paidTo ? toIso(paidTo.since) : null,
      pending: pending && {
        address: pending.address,
        source: pending.source,
        requestedAt: toIso(pending.requestedAt),
        effectiveAt: toIso(pending.effectiveAt),
      },
      link: await links.current(nodeId),
      history: history.map(({ address, source, since }) => ({ address, source, since: toIso(since) })),
    }
  }
  return {
    async run(signal) {
      do await settleChanges(deps, deps.loopDb).catch((error: unknown) => deps.events.addressesUnsettled(messageOf(error)))
      while (await deps.clock.sleep(SETTLE_MS, signal))
    },
    calls: {
      ...links,
      show: view,
      async confirm(nodeId, input) {
        await links.confirm(nodeId, input)
        return view(nodeId)
      },
      async cancel(nodeId, linkId) {
        await links.cancel(nodeId, linkId)
        return view(nodeId)
      },
      async keep(nodeId) {
        await transact(db, (tx) => keep(deps, tx, nodeId))
        return view(nodeId)
      },
    },
  }
}

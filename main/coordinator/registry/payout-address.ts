import type { NodeEvent } from '../../../shared/contract/node-event.ts'
import type { AddressSource } from '../../../shared/contract/wallet.ts'
import { isAddress } from '../../../shared/domain/base58.ts'
import { WindfallError } from '../../../shared/errors.ts'
import { toIso } from '../../../shared/units.ts'
import type { Clock } from '../../kernel/clock.ts'
import { type Db, type Tx, transact } from '../persistence/database.ts'
import { type AddressChange, type PaidTo, createPayoutAddressesStore } from './payout-addresses.store.ts'

export interface PayoutAddressDeps {
  readonly clock: Pick<Clock, 'now'>
  readonly decide: (tx: Tx, kind: string, body: object) => Promise<void>
  readonly recordEvent: (tx: Tx, nodeId: string, fact: NodeEvent['fact']) => Promise<void>
  /** How long another address waits before it takes over from one there is, by how it came. */
  readonly cooldownMs: (source: AddressSource) => number
}

export interface AddressRequest {
  readonly nodeId: string
  readonly address: string
  readonly source: AddressSource
}

/** Error: `input.invalid`. */
export function checkAddress(address: string): void {
  if (!isAddress(address)) throw new WindfallError('input.invalid', `${address} is not a Solana address. Check that it was copied completely.`)
}

/** Tells the owner, on every surface the node has: whoever changed an address in their name wants them not to notice. */
async function tell(deps: PayoutAddressDeps, tx: Tx, nodeId: string): Promise<void> {
  const store = createPayoutAddressesStore(tx)
  const [paidTo] = await store.history(nodeId)
  const pending = await store.pending(nodeId)
  await deps.recordEvent(tx, nodeId, {
    kind: 'payout-address',
    address: paidTo?.address ?? null,
    pending: pending && { address: pending.address, effectiveAt: toIso(pending.effectiveAt) },
  })
}

async function take(deps: PayoutAddressDeps, tx: Tx, { nodeId, address, source }: AddressRequest): Promise<void> {
  const store = createPayoutAddressesStore(tx)
  const before = (await store.history(nodeId))[0]?.address ?? null
  await store.drop(nodeId)
  await store.set(nodeId, { address, source, since: deps.clock.now() })
  await deps.decide(tx, 'node.payout-address', { nodeId, address, source, before })
  // What the agent was started with is no news to it.
  if (before !== null || source !== 'settings') await tell(deps, tx, nodeId)
}

/** What was asked for before and is asked for again does not wait longer, and less if it has been proven meanwhile. */
function changeOf({ address, source }: AddressRequest, pending: AddressChange | null, [now, cooldownMs]: readonly [number, number]): AddressChange {
  const asked = { address, source, requestedAt: now, effectiveAt: now + cooldownMs }
  if (pending?.address !== address) return asked
  return { ...asked, source: source === 'wallet' ? source : pending.source, effectiveAt: Math.min(asked.effectiveAt, pending.effectiveAt) }
}

/**
 * Where a node is paid from now on, or, where it has an address already, after a time in which its owner can say no. Asking for the address there is
 * takes a change back that waits. Part of the caller's transaction.
 */
export async function payTo(deps: PayoutAddressDeps, tx: Tx, request: AddressRequest): Promise<void> {
  const { nodeId, address, source } = request
  const store = createPayoutAddressesStore(tx)
  const [paidTo] = await store.history(nodeId)
  if (paidTo?.address === address) {
    await keep(deps, tx, nodeId)
    if (source === 'wallet' && paidTo.source !== 'wallet') await take(deps, tx, request)
    return
  }
  const [now, pending] = [deps.clock.now(), await store.pending(nodeId)]
  const change = changeOf(request, pending, [now, deps.cooldownMs(source)])
  if (!paidTo || change.effectiveAt <= now) return take(deps, tx, request)
  if (pending?.address === address && pending.effectiveAt === change.effectiveAt && pending.source === change.source) return
  await store.request(nodeId, change)
  await deps.decide(tx, 'node.payout-address-requested', { nodeId, address, source, before: paidTo.address, effectiveAt: toIso(change.effectiveAt) })
  await tell(deps, tx, nodeId)
}

/** What the agent was started with counts when it is said for the first time: else every restart would undo what its owner has chosen since. */
export async function payToSetting(deps: PayoutAddressDeps, tx: Tx, { nodeId, address }: Omit<AddressRequest, 'source'>): Promise<void> {
  const store = createPayoutAddressesStore(tx)
  if ((await store.setting(nodeId)) === address) return
  await store.setSetting(nodeId, address)
  await payTo(deps, tx, { nodeId, address, source: 'settings' })
}

/** Takes a change back that waits; without one nothing happens. */
export async function keep(deps: PayoutAddressDeps, tx: Tx, nodeId: string): Promise<void> {
  const store = createPayoutAddressesStore(tx)
  const pending = await store.pending(nodeId)
  if (!pending || !(await store.drop(nodeId))) return
  await deps.decide(tx, 'node.payout-address-kept', { nodeId, refused: pending.address })
  await tell(deps, tx, nodeId)
}

/** Lets every change whose time has come take effect. */
export async function settleChanges(deps: PayoutAddressDeps, db: Db): Promise<void> {
  const due = await createPayoutAddressesStore(db).due(deps.clock.now())
  for (const nodeId of due)
    await transact(db, async (tx) => {
      const pending = await createPayoutAddressesStore(tx).pending(nodeId)
      if (pending && pending.effectiveAt <= deps.clock.now()) await take(deps, tx, { nodeId, ...pending })
    })
}

/** Where a node is paid, what is about to change, and what was before. */
export async function addressesOf(db: Db | Tx, nodeId: string): Promise<{ readonly pending: AddressChange | null; readonly history: readonly PaidTo[] }> {
  const store = createPayoutAddressesStore(db)
  return { pending: await store.pending(nodeId), history: await store.history(nodeId) }
}

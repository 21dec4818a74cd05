import type { InputOf } from '../../../shared/contract/define.ts'
import type { vaultCalls } from '../../../shared/contract/vault.ts'
import { WindfallError } from '../../../shared/errors.ts'
import { type Tx, transact } from '../persistence/database.ts'
import type { VaultDeps } from './deps.ts'
import { balanceOf } from './next-step.ts'
import { type Vault, createVaultsStore } from './vaults.store.ts'
import { inUsdc } from './view.ts'

/** Why a vault cannot be given up, and what can be done in place of that. */
function obstacleOf({ jobId, state }: Vault): string {
  if (state === 'funded') return `The vault of the job ${jobId} holds its money. To have all of it back, if no job has used it: windfall vault sign ${jobId}`
  if (state === 'expired') return `The vault of the job ${jobId} is over: nobody paid in in time. What arrived later comes back: windfall vault sign ${jobId}`
  return `The vault of the job ${jobId} is ${state}. See it: windfall vault show ${jobId}`
}

/** Gives up a vault that waits for its money; what arrives all the same goes back. Error: `conflict` once there is money in it. */
export function cancelVault(deps: VaultDeps, { jobId }: Vault): Promise<void> {
  return transact(deps.db, async (tx) => {
    const store = createVaultsStore(tx)
    const vault = await store.get(jobId)
    if (!vault || vault.state === 'cancelled') return
    if (vault.state !== 'waiting') throw new WindfallError('conflict', obstacleOf(vault))
    await store.setState(jobId, 'cancelled')
    await deps.decide(tx, 'vault.cancelled', { jobId, requesterId: vault.requesterId })
  })
}

const smaller = (one: bigint, other: bigint): bigint => (one < other ? one : other)

/**
 * Books what requester and arbiter have taken out of a vault together, by what the chain says for good. Repeating it is harmless. Errors: `conflict` if
 * nothing is missing, or it is not known yet where the money goes; `chain.unavailable`.
 */
export async function writeOff(
  deps: VaultDeps,
  vault: Vault,
  {
    reason,
    by,
    settle,
  }: Pick<InputOf<(typeof vaultCalls)['writeOffVault']>, 'reason'> & { readonly by: string; readonly settle: ((tx: Tx) => Promise<void>) | undefined },
) {
  const { jobId, requesterId } = vault
  if (vault.state === 'written-off') return
  if (vault.state !== 'funded') throw new WindfallError('conflict', `The books have no money in the vault of the job ${jobId}: it is ${vault.state}.`)
  const left = (await balanceOf(deps, vault, 'finalized')) ?? 0n
  await transact(deps.db, async (tx) => {
    await settle?.(tx)
    const store = createVaultsStore(tx)
    if ((await store.get(jobId))?.state !== 'funded')
      throw new WindfallError('conflict', `Something has happened to the vault of the job ${jobId} meanwhile. Look at it again.`)
    const holdUp = await deps.books.holdUp(tx, jobId)
    if (holdUp) throw new WindfallError('conflict', holdUp)
    const held = await deps.books.held(tx, vault)
    const missing = held.microUsdc - left
    if (missing <= 0n) throw new WindfallError('conflict', `Nothing is missing: ${inUsdc(left)} lie in the vault of the job ${jobId}, as the books say.`)
    const free = smaller(missing, held.free)
    await deps.books.writeOff(tx, { jobId, requesterId, missing, free, left, reason })
    if (left === 0n) await store.setState(jobId, 'written-off')
    const lost = { missingMicroUsdc: String(missing), lostMicroUsdc: String(missing - free), leftMicroUsdc: String(left) }
    await deps.decide(tx, 'vault.written-off', { jobId, requesterId, ...lost, reason, by })
  })
}

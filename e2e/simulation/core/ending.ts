/** What must have come about once nothing has gone wrong for long enough. */
import { TERMINAL } from '../../../main/coordinator/jobs/transition.ts'
import { PAID_OUT, earnedBy, reservedFor } from './books.ts'
import { LEAST } from './payout-round.ts'
import { Violation } from './violation.ts'
import type { World } from './world.ts'

/** What is still to be done, in words, and whom it is about; `null` if everything is done. */
export function unfinished({ database: { tables }, agents, options }: World): readonly [what: string, ...about: string[]] | null {
  if (tables.jobs.size < options.jobs) return [`${options.jobs - tables.jobs.size} jobs were never accepted`]
  for (const { jobId, state } of tables.jobs.values()) if (!TERMINAL.has(state)) return [`job ${jobId} is still ${state}`, jobId]
  for (const { machine, nodeId, disk, mind } of agents) {
    if (disk.outbox.length > 0) return [`${machine.name} still has ${disk.outbox.length} reports to deliver`, machine.name, nodeId]
    const [active] = mind().active.keys()
    if (active !== undefined) return [`${machine.name} still works under lease ${active}`, machine.name, active]
    if ((tables.accounts.get(earnedBy(nodeId)) ?? 0n) >= LEAST) return [`${nodeId} was not paid`, nodeId]
  }
  const paying = tables.payouts.values().find(({ state }) => state !== 'finalized')
  return paying ? [`payout ${paying.id} is still ${paying.state}`, paying.id] : null
}

const broken = (invariant: string, message: string, ...about: readonly string[]): never => {
  throw new Violation(invariant, message, about)
}

/** Throws what is not as it has to be. */
export function requireEnd({ database: { tables }, chain }: World): void {
  for (const { jobId, state } of tables.jobs.values()) {
    if ((state === 'completed') !== tables.settled.has(jobId))
      broken('books', `job ${jobId} is ${state} and ${tables.settled.has(jobId) ? '' : 'not '}paid for`, jobId)
    if ((tables.accounts.get(reservedFor(jobId)) ?? 0n) !== 0n) broken('books', `money of job ${jobId} is still set aside`, jobId)
  }
  requirePaidOnce({ landed: chain.landed(), batches: [...tables.payouts.values()] })
  const paid = [...tables.payouts.values()].reduce((sum, { microUsd }) => sum + microUsd, 0n)
  if (paid !== (tables.accounts.get(PAID_OUT) ?? 0n)) broken('books', `${paid} micro-USD have left, and the books say ${tables.accounts.get(PAID_OUT) ?? 0n}`)
  const sum = [...tables.accounts.values()].reduce((total, amount) => total + amount, 0n)
  if (sum !== 0n) broken('books', `all accounts together come to ${sum}`)
}

/** What is on the chain is what the books say, once. */
export function requirePaidOnce({
  landed,
  batches,
}: {
  readonly landed: ReadonlyMap<string, number>
  readonly batches: readonly { readonly id: string; readonly state: string }[]
}): void {
  for (const [id, times] of landed) if (times > 1) throw new Violation('paid-twice', `payout ${id} has landed ${times} times`, [id])
  for (const { id, state } of batches)
    if (state === 'finalized' && landed.get(id) !== 1) throw new Violation('books', `payout ${id} is ${state} and not on the chain`, [id])
}

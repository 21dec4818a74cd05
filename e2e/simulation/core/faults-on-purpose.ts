/** Mistakes that the simulator has to find: each is one rule of the product, replaced by what a careless hand might have written. */
import { RULES, type Rules } from './rules.ts'

export interface Mutant {
  readonly what: string
  readonly rules: Rules
  /** Found within so many seeds, from 1 on; a test says so. */
  readonly within: number
}

const mutant = (what: string, change: Partial<Rules>, within: number): Mutant => ({ what, rules: { ...RULES, ...change }, within })

export const MUTANTS = {
  'fencing-off': mutant('who has lost a shard writes all the same', { isHeld: () => true }, 20),
  'epoch-reused': mutant(
    'whoever takes a shard over goes on with the epoch that it has',
    {
      ruleOver(standings, asking) {
        const epochs = new Map(standings.map(({ shard, epoch }) => [shard, Math.max(1, epoch)]))
        const { changes, holds } = RULES.ruleOver(standings, asking)
        return {
          changes: changes.map((one) => ({ ...one, epoch: epochs.get(one.shard) ?? 1 })),
          holds: new Map([...holds.keys()].map((shard) => [shard, epochs.get(shard) ?? 1])),
        }
      },
    },
    5,
  ),
  'double-effect': mutant('money moves before the transaction that completes the job, and is not undone with it', { paysWithTheJob: false }, 5),
  'early-answer': mutant('a proof is acknowledged before it is durable', { answersAfterCommit: false }, 5),
  'leases-by-the-wall-clock': mutant(
    'a lease runs out by a clock that can be set',
    { createRenewals: (clock, ttlMs) => RULES.createRenewals({ monotonic: (clock as unknown as { now: typeof clock.monotonic }).now }, ttlMs) },
    40,
  ),
  'dead-after-restart': mutant(
    'a node is offline as long as it was not heard since a restart',
    {
      createPresenceBook(deps) {
        const book = RULES.createPresenceBook(deps)
        const of: typeof book.of = (nodeId) => {
          const seen = book.of(nodeId)
          return seen.reachability === 'unknown' ? { ...seen, reachability: 'offline' } : seen
        }
        return { ...book, of }
      },
    },
    5,
  ),
  'outage-is-final': mutant('an agent lets go of a proof that it could not deliver', { endsItem: () => true }, 5),
  'signed-again-too-early': mutant(
    'a payout is signed again as soon as its first transaction is late',
    { nextStep: (attempt, seen) => (seen.finalHeight > attempt.lastValidBlockHeight - 120 && !seen.status ? { do: 'expire' } : RULES.nextStep(attempt, seen)) },
    20,
  ),
  'every-slot-free': mutant('a machine begins whatever it is given', { mayStart: (world) => RULES.mayStart({ ...world, working: [] }) }, 10),
} as const satisfies Record<string, Mutant>

export type MutantName = keyof typeof MUTANTS

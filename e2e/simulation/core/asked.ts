/** A question of a node, as the coordinator that hears it has it, and how that answers. */
import type { Lease } from '../../../shared/contract/job.ts'
import type { Orders } from '../../../shared/contract/run-calls.ts'
import type { FailureCode } from '../../../shared/errors.ts'
import type { HeldAttempt } from '../../../main/coordinator/jobs/rulings.ts'
import type { Tx } from './database.ts'
import type { Replica } from './replica.ts'
import type { World } from './world.ts'

export interface Claim {
  readonly leaseId: string
  readonly token: number
}

export type Answer =
  | { readonly is: 'refused'; readonly code: FailureCode /** What the coordinator's clock shows. */; readonly date: number }
  | { readonly is: 'orders'; readonly orders: Orders; readonly now: number }
  | { readonly is: 'lease'; readonly lease: Lease | null }
  | { readonly is: 'done' }
  | { readonly is: 'chain'; readonly head: { readonly seq: number; readonly head: string | null } }
  | { readonly is: 'accepted'; readonly proofId: string }

interface Caller {
  readonly nodeId: string
  /** When it signed the request, by the time it has of the coordinator's. */
  readonly created: number
  readonly reply: (answer: Answer) => void
}

/** Everything an answer is made with. */
export interface Asked {
  readonly world: World
  readonly replica: Replica
  readonly caller: Caller
}

/** Answers once what was written for it is durable. */
export function read({ world, replica, caller }: Asked, work: (tx: Tx) => Answer | null, then: () => void = () => undefined): void {
  let given: Answer | null = null
  const { answersAfterCommit } = world.rules
  const reply = (): void => void (given && caller.reply(given))
  world.database.transact({
    by: replica.machine,
    work(tx) {
      given = work(tx)
      if (!answersAfterCommit) reply()
    },
    done() {
      if (answersAfterCommit) reply()
      then()
    },
    failed: (code) => caller.reply({ is: 'refused', code, date: replica.machine.clock.now() }),
  })
}

export function heldBy({ tables }: Tx, nodeId: string, leaseId: string): HeldAttempt | null {
  const attempt = tables.attempts.get(leaseId)
  const job = attempt && tables.jobs.get(attempt.jobId)
  return attempt?.nodeId === nodeId && job ? { job, attempt } : null
}

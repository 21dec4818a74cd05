import type { Client } from '../../../shared/contract/define.ts'
import type { coordinatorContract } from '../../../shared/contract/coordinator.ts'

export type CoordinatorClient = Client<typeof coordinatorContract>

/** A proof whose receipt the coordinator has answered with: from then on nothing may undo it. */
export interface Acknowledged {
  readonly proofId: string
  readonly jobId: string
  readonly answer: string
  /** Hands the very same proof in again; resolves with what the coordinator answers now. */
  readonly repeat: () => Promise<string>
}

/** What has been promised to the outside, and what went wrong. It lives here, where no kill reaches it. */
export interface World {
  readonly acknowledged: Acknowledged[]
  /** Proofs that were answered with “kept”, and of which nobody has heard since. */
  readonly kept: Set<string>
  readonly jobs: string[]
  readonly finished: Map<string, string>
  readonly refused: Map<string, number>
  readonly problems: string[]
}

export const createWorld = (): World => ({ acknowledged: [], kept: new Set(), jobs: [], finished: new Map(), refused: new Map(), problems: [] })

/** Notes a receipt. Two proofs that end one job, or one proof with two receipts, are an effect that happened twice. */
export function acknowledge(world: World, done: Acknowledged): void {
  const before = world.finished.get(done.jobId)
  if (before !== undefined && before !== done.answer) world.problems.push(`Job ${done.jobId} was paid twice: ${before} and ${done.answer}.`)
  if (before !== undefined) return
  world.finished.set(done.jobId, done.answer)
  world.acknowledged.push(done)
}

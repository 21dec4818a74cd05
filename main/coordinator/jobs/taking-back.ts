import type { Tx } from '../persistence/database.ts'
import { createAttemptsStore } from './attempts.store.ts'
import { endAttempt } from './attempts.ts'
import type { JobDeps } from './ports.ts'

/** Why a node may not go on with what it holds. */
export interface TakingBack {
  readonly nodeId: string
  readonly reason: 'node.quarantined' | 'node.removed'
  /** What it would still hand in counts no more. */
  readonly isDistrusted: boolean
}

const MESSAGES = {
  'node.quarantined': 'The machine that had this job was taken out of service.',
  'node.removed': 'The machine that had this job was taken out by its owner or the operator.',
} as const

/** Ends what a node holds, so that others are given it. What it is proving already is left: that work is done. */
export async function takeBack(deps: JobDeps, tx: Tx, { nodeId, reason, isDistrusted }: TakingBack): Promise<void> {
  const open = await createAttemptsStore(tx).openOfNode(nodeId)
  for (const attempt of open)
    if (attempt.state !== 'verifying')
      await endAttempt(deps, tx, { attempt, state: isDistrusted ? 'failed' : 'lost', reason, message: MESSAGES[reason], retry: true })
}

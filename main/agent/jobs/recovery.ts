import type { Lease } from '../../../shared/contract/job.ts'
import type { RuntimeName } from '../../../shared/contract/wire.ts'
import { messageOf } from '../../../shared/errors.ts'
import type { Logger } from '../../kernel/log.ts'
import { type Failure, INTERRUPTED } from './failure.ts'
import type { JobsStore } from './jobs.store.ts'
import type { Runtime } from './runtime.ts'

export interface RecoveryDeps {
  readonly jobs: Pick<JobsStore, 'open' | 'update'>
  readonly log: Logger
  readonly runtimes: ReadonlyMap<RuntimeName, Runtime>
  readonly fail: (lease: Lease, failure: Failure) => void
  /** Goes on with an attempt that outlived the crash; `false` if it did not. */
  readonly resume: (lease: Lease) => Promise<boolean>
  /** What was measured of an attempt before the crash: joules, and when the last sample was taken, epoch milliseconds. */
  readonly recoverMeasured: (attemptId: string) => { readonly joules: number; readonly endedAt: number } | null
}

/**
 * After a crash an attempt goes on that still runs, and one that had not begun. Any other that was under way cannot be proven, so it is
 * handed back. Whatever is left of past attempts is removed.
 */
export async function recoverAttempts(deps: RecoveryDeps, signal: AbortSignal): Promise<void> {
  const interrupted: Lease[] = []
  for (const { lease, state } of deps.jobs.open()) {
    if (['leased', 'waiting', 'submitted'].includes(state)) continue
    if (state !== 'running' || !(await deps.resume(lease))) interrupted.push(lease)
  }
  await sweep(
    deps,
    interrupted.map(({ attemptId }) => attemptId),
    signal,
  )
  for (const lease of interrupted) {
    deps.fail(lease, INTERRUPTED)
    const measured = deps.recoverMeasured(lease.attemptId)
    if (measured) deps.jobs.update(lease.leaseId, measured)
  }
}

async function sweep({ runtimes, log }: RecoveryDeps, attemptIds: readonly string[], signal: AbortSignal): Promise<void> {
  for (const runtime of runtimes.values()) {
    try {
      await runtime.sweep(attemptIds, signal)
    } catch (error) {
      log.warn({ runtime: runtime.name, reason: messageOf(error) }, 'leftovers of an interrupted attempt could not be removed')
    }
  }
}

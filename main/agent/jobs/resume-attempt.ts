import { failureOf } from './failure.ts'
import { fail, isCancelled } from './attempt-state.ts'
import type { Active, AttemptDeps, MeterSession } from './attempt-deps.ts'
import { hooksOf, requestOf, settle } from './run-attempt.ts'
import type { RunHooks } from './runtime.ts'

/**
 * Goes on with an attempt that outlived the process which began it; its meter goes on where the samples end. `taken` says whether there was
 * something to go on with; if not, nothing has been reported about it. `over` resolves when the attempt is.
 */
export function resumeAttempt(deps: AttemptDeps, active: Active): { readonly taken: Promise<boolean>; readonly over: Promise<void> } {
  const taken = Promise.withResolvers<boolean>()
  return { taken: taken.promise, over: resume(deps, active, taken.resolve).finally(() => taken.resolve(false)) }
}

async function resume(deps: AttemptDeps, active: Active, taken: (isTaken: boolean) => void): Promise<void> {
  const { lease, deviceIds, stop, holding } = active
  const { attemptId } = lease
  const runtime = deps.runtimes.get(lease.spec.runtime.name)
  let session: MeterSession | null = null
  const onStarted: RunHooks['onStarted'] = (job) => {
    session = deps.startMeter({ attemptId, deviceIds })
    deps.begun(attemptId)
    taken(true)
    holding.attach(job)
  }
  // How much memory was in use before it nobody knows any more.
  const left = (): Promise<void> => {
    deps.gone(attemptId)
    return deps.memory.released(attemptId, new Map())
  }
  try {
    const result = (await runtime?.adopt?.(requestOf(active), hooksOf(deps, lease, onStarted), stop.signal)) ?? null
    await left()
    if (result && session) await settle(deps, active, { session, result })
  } catch (error) {
    await left()
    deps.logs.end(lease)
    holding.end()
    await (session as MeterSession | null)?.stop()
    if (session && !isCancelled(deps, lease)) fail(deps, lease, failureOf(error, stop.signal))
  }
}

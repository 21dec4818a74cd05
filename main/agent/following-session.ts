import { WindfallError } from '../../shared/errors.ts'
import { type CoordinatorSession, type CoordinatorSessionDeps, createCoordinatorSession } from './coordinator-session.ts'
import type { DeskCalls } from './desk.ts'

export interface FollowingSession extends CoordinatorSession {
  /** Leaves the coordinator that was, and works for the one that the settings name now. */
  readonly follow: () => void
}

/** The agent's side of whichever coordinator its settings name at the moment, without a restart. */
export function createFollowingSession(deps: CoordinatorSessionDeps, open = createCoordinatorSession): FollowingSession {
  let session = open(deps)
  let leave = new AbortController()
  return {
    state: () => session.state(),
    desk: passedOn(session.desk, () => session.desk),
    announce: () => session.announce(),
    moved: () => session.moved(),
    handOverKey: () => session.handOverKey(),
    pinnedKeys: () => session.pinnedKeys(),
    follow() {
      session = open(deps)
      leave.abort()
      deps.news.changed('status', 'payouts', 'grid', 'jobs')
    },
    async run(signal) {
      while (!signal.aborted) {
        leave = new AbortController()
        await session.run(AbortSignal.any([signal, leave.signal]))
      }
    },
  }
}

/** The same calls, each answered by the desk of the moment. */
function passedOn(names: DeskCalls, desk: () => DeskCalls): DeskCalls {
  const later = (name: string) => (input: never, context: never) => {
    const call = (desk() as Readonly<Record<string, (input: never, context: never) => unknown>>)[name]
    if (!call) throw new WindfallError('internal', 'The agent does not know this call.')
    return call(input, context)
  }
  return Object.fromEntries(Object.keys(names).map((name) => [name, later(name)])) as unknown as DeskCalls
}

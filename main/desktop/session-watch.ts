import type { Clock } from '../kernel/clock.ts'
import type { SignalNote } from './agent-protocol.ts'
import { type SessionMonitor, readSession, reportIdle, tellsInput } from './idle-report.ts'

type Moment = 'suspend' | 'resume' | 'lock-screen' | 'unlock-screen' | 'on-ac' | 'on-battery'

/** What of Electron's `powerMonitor` is listened to. */
export interface PowerEvents extends SessionMonitor {
  readonly on: (event: Moment, listener: () => void) => unknown
}

export interface SessionWatch {
  readonly monitor: PowerEvents
  readonly platform: NodeJS.Platform
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly report: (note: SignalNote) => void
  readonly clock: Pick<Clock, 'sleep'>
}

/** Told the moment they happen; Linux tells only of sleep, and the agent there has better sources for the rest. */
const MOMENTS: Readonly<Record<Moment, SignalNote>> = {
  suspend: { suspending: true },
  resume: { suspending: false },
  'lock-screen': { locked: true },
  'unlock-screen': { locked: false },
  'on-ac': { power: 'mains' },
  'on-battery': { power: 'battery' },
}

/** Passes on what the desktop knows of its owner's session until `signal` aborts: each change at once, and the last touch once a second. */
export function watchSession({ monitor, platform, environment, report, clock }: SessionWatch, signal: AbortSignal): void {
  for (const [moment, note] of Object.entries(MOMENTS)) monitor.on(moment as Moment, () => signal.aborted || report(note))
  if (tellsInput(platform, environment)) void reportIdle({ read: () => readSession(monitor, platform), report, clock }, signal)
}

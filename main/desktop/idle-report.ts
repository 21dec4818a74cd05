import type { Clock } from '../kernel/clock.ts'

/** What Electron knows of the owner's session. */
export interface SessionMonitor {
  readonly getSystemIdleTime: () => number
  readonly getSystemIdleState: (idleThreshold: number) => 'active' | 'idle' | 'locked' | 'unknown'
  readonly isOnBatteryPower: () => boolean
}

export interface SessionReport {
  /** Seconds since the last input. */
  readonly inputIdle: number
  readonly locked?: boolean
  readonly power?: 'mains' | 'battery'
}

/** On Linux the agent has better sources for everything but input. */
export function readSession(monitor: SessionMonitor, platform: NodeJS.Platform): SessionReport {
  const inputIdle = monitor.getSystemIdleTime()
  if (platform === 'linux') return { inputIdle }
  return { inputIdle, locked: monitor.getSystemIdleState(1) === 'locked', power: monitor.isOnBatteryPower() ? 'battery' : 'mains' }
}

export interface IdleReport<Told> {
  readonly read: () => Told
  readonly report: (told: Told) => void
  readonly clock: Pick<Clock, 'sleep'>
}

const EVERY_MS = 1_000

/**
 * Does this desktop tell when somebody last touched keyboard or pointer? Under Wayland the time Electron gets is always 0, or
 * goes on growing while somebody types (electron issues 34826 and 27912); nothing is better than that.
 */
export function tellsInput(platform: NodeJS.Platform, environment: Readonly<Record<string, string | undefined>>): boolean {
  if (platform !== 'linux') return true
  return Boolean(environment['DISPLAY']) && !environment['WAYLAND_DISPLAY'] && environment['XDG_SESSION_TYPE'] !== 'wayland'
}

/** Passes on what is known of the session, once a second, until `signal` aborts. */
export async function reportIdle<Told>({ read, report, clock }: IdleReport<Told>, signal: AbortSignal): Promise<void> {
  do report(read())
  while (await clock.sleep(EVERY_MS, signal))
}

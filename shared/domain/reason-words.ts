import type { Reason, ReasonCode } from '../contract/policy.ts'

/** Which part of the machine or the world a reason is about; the same in tray and window. */
export const REASON_TITLE: Readonly<Record<ReasonCode, string>> = {
  user: 'Paused by you',
  'owner-present': 'You are using the computer',
  'presence-unknown': 'Cannot tell if you are here',
  schedule: 'Outside your hours',
  battery: 'On battery',
  heat: 'Too warm',
  carbon: 'Grid is not green',
  tariff: 'Costs more than it earns',
  'grid-stale': 'Grid data is old',
  offline: 'Offline',
  'no-jobs': 'No job offered',
  blocked: 'Needs your attention',
  cooldown: 'Short rest',
  'shutting-down': 'Shutting down',
  'device-off': 'Device switched off',
  ceiling: 'Over your ceiling',
  game: 'A game is running',
  fullscreen: 'A program fills the screen',
  media: 'Something plays',
  'gpu-in-use': 'GPU in use',
  'cpu-in-use': 'Processor in use',
  vram: 'GPU memory is taken',
  metered: 'Network is metered',
  sleep: 'Going to sleep',
}

/** When work can go on, as far as anyone knows. */
export interface NextChange {
  /** The last of the known ends; `null` if none is known. */
  readonly notBefore: string | null
  /** True if every reason has an end. */
  readonly isCertain: boolean
}

/** Work goes on when the last of the reasons has ended. `null` without reasons. */
export function nextChange(reasons: readonly Pick<Reason, 'until'>[]): NextChange | null {
  if (reasons.length === 0) return null
  const ends = reasons.flatMap(({ until }) => (until === null ? [] : [until]))
  const notBefore = ends.reduce<string | null>((latest, end) => (latest === null || Date.parse(end) > Date.parse(latest) ? end : latest), null)
  return { notBefore, isCertain: ends.length === reasons.length }
}

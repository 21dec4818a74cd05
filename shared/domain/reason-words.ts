import type { Reason, ReasonCode } from '../contract/policy.ts'
import { t } from '../i18n/translate.ts'

const TITLE: Readonly<Record<ReasonCode, () => string>> = {
  user: () => t('Paused by you'),
  consent: () => t('Waits for your consent'),
  'owner-present': () => t('You are using the computer'),
  'presence-unknown': () => t('Cannot tell if you are here'),
  schedule: () => t('Outside your hours'),
  battery: () => t('On battery'),
  heat: () => t('Too warm'),
  carbon: () => t('Grid is not green'),
  tariff: () => t('Costs more than it earns'),
  'grid-stale': () => t('Grid data is old'),
  offline: () => t('Offline'),
  'no-jobs': () => t('No job offered'),
  blocked: () => t('Needs your attention'),
  cooldown: () => t('Short rest'),
  'shutting-down': () => t('Shutting down'),
  'device-off': () => t('Device switched off'),
  ceiling: () => t('Over your ceiling'),
  game: () => t('A game is running'),
  fullscreen: () => t('A program fills the screen'),
  media: () => t('Something plays'),
  'gpu-in-use': () => t('GPU in use'),
  'cpu-in-use': () => t('Processor in use'),
  vram: () => t('GPU memory is taken'),
  metered: () => t('Network is metered'),
  sleep: () => t('Going to sleep'),
}

/** Which part of the machine or the world a reason is about; the same in tray, window and command line. */
export const reasonTitle = (code: ReasonCode): string => TITLE[code]()

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

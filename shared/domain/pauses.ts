import { t } from '../i18n/translate.ts'

/** The pauses an owner can choose, in the tray and in the window. */
export const PAUSES = ['15-minutes', '30-minutes', '1-hour', 'tomorrow', 'until-resumed'] as const
export type PauseRule = (typeof PAUSES)[number]

const LABEL: Readonly<Record<PauseRule, () => string>> = {
  '15-minutes': () => t('For 15 minutes'),
  '30-minutes': () => t('For 30 minutes'),
  '1-hour': () => t('For 1 hour'),
  tomorrow: () => t('Until tomorrow'),
  'until-resumed': () => t('Until I resume'),
}

/** What a pause is called where it is chosen. */
export const pauseLabel = (rule: PauseRule): string => LABEL[rule]()

/** When a pause chosen at `now` (epoch ms) ends, epoch ms; `null` for never. Tomorrow is the next local midnight. */
export function pauseEnd(rule: PauseRule, now: number): number | null {
  switch (rule) {
    case '15-minutes':
      return now + 15 * 60_000
    case '30-minutes':
      return now + 30 * 60_000
    case '1-hour':
      return now + 60 * 60_000
    case 'tomorrow':
      return new Date(now).setHours(24, 0, 0, 0)
    case 'until-resumed':
      return null
  }
}

/** How long jobs run anyway when the owner says so with one press, milliseconds. */
export const ANYWAY_MS = 60 * 60_000

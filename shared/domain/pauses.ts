/** The pauses an owner can choose, in the tray and in the window. */
export const PAUSES = [
  { id: '15-minutes', label: 'For 15 minutes' },
  { id: '30-minutes', label: 'For 30 minutes' },
  { id: '1-hour', label: 'For 1 hour' },
  { id: 'tomorrow', label: 'Until tomorrow' },
  { id: 'until-resumed', label: 'Until I resume' },
] as const

export type PauseRule = (typeof PAUSES)[number]['id']

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

import { toIso } from '../../../shared/units.ts'

const MINUTE_MS = 60_000

export interface PauseChoice {
  readonly label: string
  /** `null`: until the owner resumes. */
  readonly until: string | null
}

/** The same four as in the tray. Tomorrow begins at the next local midnight. */
export const pauseChoices = (now: number): readonly PauseChoice[] => [
  { label: 'For 30 minutes', until: toIso(now + 30 * MINUTE_MS) },
  { label: 'For 1 hour', until: toIso(now + 60 * MINUTE_MS) },
  { label: 'Until tomorrow', until: toIso(new Date(now).setHours(24, 0, 0, 0)) },
  { label: 'Until I resume', until: null },
]

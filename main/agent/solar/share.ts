import type { SolarShare } from '../../../shared/domain/energy-proof.ts'

/** A gap longer than this counts as none: it is never guessed what the sun did meanwhile. */
const LONGEST_GAP_MS = 30_000

/** What is known at one moment while an attempt runs. */
interface ShareMoment {
  readonly attemptId: string
  /** Milliseconds on a clock that never jumps. */
  readonly mono: number
  readonly jobWatts: number
  /** Watts of sunshine that the job may have; `null` if nobody knows. */
  readonly surplusWatts: number | null
}

export interface ShareAccount {
  readonly see: (moment: ShareMoment) => void
  /** What the sun has given to an attempt, never more than it used; `null` if nobody knew. The account of it is closed. */
  readonly take: (attemptId: string, boardJ: number) => SolarShare | null
}

/** Adds up, by the trapezoid rule, what of each attempt's power the sun covers: the lesser of what the job draws and what is left over. */
export function createShareAccount(basis: SolarShare['basis']): ShareAccount {
  let sum: { readonly attemptId: string; joules: number } | null = null
  let last: { readonly attemptId: string; readonly mono: number; readonly watts: number } | null = null
  return {
    see({ attemptId, mono, jobWatts, surplusWatts }) {
      const next = surplusWatts === null ? null : { attemptId, mono, watts: Math.max(0, Math.min(jobWatts, surplusWatts)) }
      const gapMs = last?.attemptId === attemptId ? mono - last.mono : 0
      if (next && last && gapMs > 0 && gapMs <= LONGEST_GAP_MS) {
        sum = sum?.attemptId === attemptId ? sum : { attemptId, joules: 0 }
        sum.joules += (((last.watts + next.watts) / 2) * gapMs) / 1_000
      }
      last = next
    },
    take(attemptId, boardJ) {
      const joules = sum?.attemptId === attemptId ? Math.min(sum.joules, boardJ) : null
      if (joules !== null) sum = null
      return joules === null ? null : { joules, basis }
    },
  }
}

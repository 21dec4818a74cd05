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

/** An attempt that nothing was heard of for so long is not proven any more. */
const FORGET_MS = 600_000

interface Account {
  readonly seenAt: number
  /** `null` until two moments were known. */
  readonly joules: number | null
  /** `null` while nobody knows. */
  readonly watts: number | null
}

/** Adds up, by the trapezoid rule, what of each attempt's power the sun covers: the lesser of what the job draws and what is left over. */
export function createShareAccount(basis: SolarShare['basis']): ShareAccount {
  const accounts = new Map<string, Account>()
  return {
    see({ attemptId, mono, jobWatts, surplusWatts }) {
      for (const [id, { seenAt }] of accounts) if (mono - seenAt > FORGET_MS) accounts.delete(id)
      const last = accounts.get(attemptId)
      const watts = surplusWatts === null ? null : Math.max(0, Math.min(jobWatts, surplusWatts))
      const gapMs = last ? mono - last.seenAt : 0
      const isKnown = last && last.watts !== null && watts !== null && gapMs > 0 && gapMs <= LONGEST_GAP_MS
      const more = isKnown ? (((last.watts + watts) / 2) * gapMs) / 1_000 : null
      accounts.set(attemptId, { seenAt: mono, watts, joules: more === null ? (last?.joules ?? null) : (last?.joules ?? 0) + more })
    },
    take(attemptId, boardJ) {
      const joules = accounts.get(attemptId)?.joules ?? null
      if (joules === null) return null
      accounts.delete(attemptId)
      return { joules: Math.min(joules, boardJ), basis }
    },
  }
}

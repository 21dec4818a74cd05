import type { ChallengeState } from '../../../shared/contract/proof.ts'

/** A node that is there has this long to answer. */
export const ANSWER_MS = 60_000
/** One that was away gets more: it may have a day of work to report first. */
export const RETURN_MS = 86_400_000
/** How long a node keeps the samples behind an accepted proof. */
export const KEEP_MS = 30 * 86_400_000
/** A node that could not answer is not asked for the same again at once. */
const ASK_AGAIN_MS = 600_000

type ChallengePhase = 'planned' | ChallengeState
export type Verdict = 'valid' | 'mismatch' | 'refused'

/** Where a challenge stands. Times are epoch milliseconds. */
export interface Challenge {
  readonly state: ChallengePhase
  /** When the next thing happens by itself; `null` while an asked node is away, and in the end. */
  readonly dueAt: number | null
  readonly askedAt: number | null
  readonly endedAt: number | null
  readonly answerSha256: string | null
}

/** What is known of a node's presence. */
export interface Seen {
  /** Milliseconds since it was last heard, `Infinity` if never since this coordinator started. */
  readonly silentMs: number
  /** A node that is silent for longer than this is away. */
  readonly awayAfterMs: number
}

const isAway = ({ silentMs, awayAfterMs }: Seen): boolean => silentMs > awayAfterMs

const NEW: Omit<Challenge, 'state' | 'dueAt'> = { askedAt: null, endedAt: null, answerSha256: null }

/** A spot check that begins at `at`; until then nobody can see it. */
export const planChallenge = (at: number): Challenge => ({ ...NEW, state: 'planned', dueAt: at })

/** The clock of an absent node begins when it is back. */
export const askChallenge = (now: number, seen: Seen): Challenge => ({ ...NEW, state: 'asked', askedAt: now, dueAt: isAway(seen) ? null : now + ANSWER_MS })

/**
 * What the passing of time does. Late is only who was heard after the deadline and had not answered: whoever is away at the deadline
 * gets {@link RETURN_MS} from the moment it is back.
 */
export function tickChallenge(challenge: Challenge, now: number, seen: Seen): Challenge {
  const { state, dueAt } = challenge
  if (state === 'planned') return dueAt !== null && now >= dueAt ? askChallenge(now, seen) : challenge
  if (state !== 'asked') return challenge
  if (dueAt === null) return isAway(seen) ? challenge : { ...challenge, dueAt: now + RETURN_MS }
  if (now < dueAt) return challenge
  if (isAway(seen)) return { ...challenge, dueAt: null }
  return now - seen.silentMs >= dueAt ? { ...challenge, state: 'overdue', dueAt: null, endedAt: now } : challenge
}

/** What an answer is worth before it is looked at: whether it is the first, the same once more, or another one. */
export function standingOf({ state, answerSha256 }: Challenge, sentSha256: string): 'first' | 'repeated' | 'other' | 'late' | 'unknown' {
  if (state === 'planned') return 'unknown'
  if (state === 'asked') return 'first'
  if (state === 'overdue') return 'late'
  return answerSha256 === sentSha256 ? 'repeated' : 'other'
}

/** Ends an open challenge with the first answer; anything else leaves it as it is. */
export const endChallenge = (challenge: Challenge, { verdict, answerSha256, now }: { verdict: Verdict; answerSha256: string; now: number }): Challenge =>
  standingOf(challenge, answerSha256) === 'first' ? { ...challenge, state: verdict, dueAt: null, endedAt: now, answerSha256 } : challenge

/** The challenge that answers for a new one: one that is open, one that was decided by samples, or one that ended a moment ago. */
export const standsFor = ({ state, endedAt }: Challenge, now: number): boolean =>
  state === 'asked' || state === 'valid' || state === 'mismatch' || (endedAt !== null && now - endedAt < ASK_AGAIN_MS)

/** Whether the node still has to have the samples of a proof accepted at `acceptedAt`. */
export const isKept = (acceptedAt: number, now: number): boolean => now - acceptedAt <= KEEP_MS

/** Room for the answer of a node that is there. */
const LATEST_MS = KEEP_MS - 86_400_000

/**
 * When a spot check of a proof accepted at `now` begins, or `null` if there is none: `rate` of all proofs are checked, most of them
 * within days and a few at the very end, so that throwing samples away early is a risk on every day. `draw` is uniform in [0, 1).
 */
export const spotCheckAt = (now: number, rate: number, draw: () => number): number | null => (draw() < rate ? now + Math.floor(LATEST_MS * draw() ** 3) : null)

import { z } from 'zod'
import { ReasonCode } from '../../../shared/contract/policy.ts'
import type { Reason } from '../../../shared/contract/policy.ts'
import { type EpochMs, epochMs, toIso } from '../../../shared/units.ts'
import type { Objection } from './objection.ts'

/** A time in which nothing starts, after what kept work away is over. */
export const Rest = z.strictObject({
  /** What is rested from; `cooldown`: a job that had to stop. */
  code: ReasonCode,
  until: z.number().min(0).transform(epochMs),
  lengthS: z.number().min(0).max(86_400),
  /** What is rested from still lasts, so that the end moves on. */
  isOpen: z.boolean(),
})
export type Rest = z.infer<typeof Rest>

const restOf = (code: ReasonCode, lengthS: number, now: EpochMs, isOpen: boolean): Rest => ({
  code,
  until: epochMs(now + lengthS * 1_000),
  lengthS,
  isOpen,
})

export interface RestInput {
  readonly now: EpochMs
  readonly raised: readonly Objection[]
  /** Seconds of rest because a job has just had to stop; 0 if none has. */
  readonly stoppedS: number
  /** Seconds of rest because the machine has just woken up; 0 if it has not. */
  readonly wokeS: number
}

/** The rest that ends last of those that go on, and those that begin. */
export function restAfter(before: Rest | null, { now, raised, stoppedS, wokeS }: RestInput): Rest | null {
  // An end further away than its length was set by another clock.
  const known = before && { ...before, isOpen: false, until: epochMs(Math.min(before.until, now + before.lengthS * 1_000)) }
  const all = [
    ...(known ? [known] : []),
    restOf('cooldown', stoppedS, now, false),
    restOf('sleep', wokeS, now, false),
    ...raised.filter(({ restS }) => restS > 0).map(({ code, restS }) => restOf(code, restS, now, true)),
  ]
  // What still lasts comes last, and of two that end together it counts.
  const last = all.reduce((latest, next) => (next.until >= latest.until ? next : latest))
  return last.until > now ? last : null
}

/** What is kept over a restart: one that is open begins again when it is read. */
export const restored = (rest: Rest | null, now: EpochMs): Rest | null => (rest?.isOpen ? restOf(rest.code, rest.lengthS, now, true) : rest)

const WHY: Partial<Record<ReasonCode, string>> = {
  cooldown: 'A job just had to stop. Waiting a moment before the next one.',
  game: 'A game has just ended. Waiting in case you go on.',
  fullscreen: 'A program filled the screen until a moment ago. Waiting in case you go on.',
  'gpu-in-use': 'The GPU was in use until a moment ago. Waiting in case it is needed again.',
  sleep: 'This machine has just woken up. Waiting a moment.',
}

export const restReason = ({ code, until }: Rest): Reason => ({
  code: 'cooldown',
  message: WHY[code] ?? 'Waiting a moment before the next job.',
  until: toIso(until),
})

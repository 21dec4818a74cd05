import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  ANSWER_MS,
  type Challenge,
  KEEP_MS,
  RETURN_MS,
  askChallenge,
  endChallenge,
  isKept,
  planChallenge,
  spotCheckAt,
  standingOf,
  standsFor,
  tickChallenge,
} from './challenge-machine.ts'

const NOW = Date.parse('2026-03-01T12:00:00.000Z')
const AWAY_AFTER = 45_000
const there = { silentMs: 0, awayAfterMs: AWAY_AFTER }
const away = { silentMs: Infinity, awayAfterMs: AWAY_AFTER }
const verdict = (answerSha256: string, state: 'valid' | 'mismatch' | 'refused' = 'valid') => ({ verdict: state, answerSha256, now: NOW })

describe('a node that is there', () => {
  const asked = askChallenge(NOW, there)

  test('has a minute', () => {
    expect(asked).toMatchObject({ state: 'asked', dueAt: NOW + ANSWER_MS })
    expect(tickChallenge(asked, NOW + ANSWER_MS - 1, there)).toEqual(asked)
    expect(tickChallenge(asked, NOW + ANSWER_MS, there)).toMatchObject({ state: 'overdue', endedAt: NOW + ANSWER_MS, dueAt: null })
  })

  test('is not late before it was heard after the deadline', () => {
    const seen = { silentMs: 20_000, awayAfterMs: AWAY_AFTER }
    expect(tickChallenge(asked, NOW + ANSWER_MS + 10_000, seen)).toEqual(asked)
    expect(tickChallenge(asked, NOW + ANSWER_MS + 20_000, seen)).toMatchObject({ state: 'overdue' })
  })
})

describe('a node that is away', () => {
  const asked = askChallenge(NOW, away)

  test('is not late, however long it is away', () => {
    expect(asked).toMatchObject({ state: 'asked', dueAt: null })
    expect(tickChallenge(asked, NOW + 400 * KEEP_MS, away)).toEqual(asked)
  })

  test('has a day from its return', () => {
    const back = tickChallenge(asked, NOW + KEEP_MS, there)
    expect(back).toMatchObject({ state: 'asked', dueAt: NOW + KEEP_MS + RETURN_MS })
    expect(tickChallenge(back, NOW + KEEP_MS + RETURN_MS, there)).toMatchObject({ state: 'overdue' })
  })

  test('that left in its minute, or in its day, gets another day', () => {
    const left = tickChallenge(askChallenge(NOW, there), NOW + ANSWER_MS, away)
    expect(left).toMatchObject({ state: 'asked', dueAt: null })
    const back = tickChallenge(left, NOW + 3_600_000, there)
    expect(tickChallenge(back, NOW + 3_600_000 + RETURN_MS, away)).toMatchObject({ state: 'asked', dueAt: null })
  })
})

test('the first answer ends a challenge, the same again changes nothing, another one is told apart', () => {
  const ended = endChallenge(askChallenge(NOW, there), verdict('a', 'mismatch'))
  expect(ended).toMatchObject({ state: 'mismatch', answerSha256: 'a', dueAt: null, endedAt: NOW })
  expect([standingOf(ended, 'a'), standingOf(ended, 'b')]).toEqual(['repeated', 'other'])
  expect(endChallenge(ended, verdict('b'))).toEqual(ended)
  const late = tickChallenge(askChallenge(NOW, there), NOW + ANSWER_MS, there)
  expect(standingOf(late, 'a')).toBe('late')
  expect(endChallenge(late, verdict('a'))).toEqual(late)
})

test('a spot check is nobody’s to see or answer before its time', () => {
  const planned = planChallenge(NOW + 1_000)
  expect(standingOf(planned, 'a')).toBe('unknown')
  expect(endChallenge(planned, verdict('a'))).toEqual(planned)
  expect(tickChallenge(planned, NOW + 999, there)).toEqual(planned)
  expect(tickChallenge(planned, NOW + 1_000, there)).toMatchObject({ state: 'asked', askedAt: NOW + 1_000, dueAt: NOW + 1_000 + ANSWER_MS })
})

test('what samples have decided is not asked again; what had no answer is, but not at once', () => {
  const asked = askChallenge(NOW, there)
  expect(standsFor(asked, NOW + KEEP_MS)).toBe(true)
  for (const state of ['valid', 'mismatch'] as const) expect(standsFor(endChallenge(asked, verdict('a', state)), NOW + KEEP_MS)).toBe(true)
  const refused = endChallenge(asked, verdict('a', 'refused'))
  expect([standsFor(refused, NOW + 599_999), standsFor(refused, NOW + 600_000)]).toEqual([true, false])
})

describe('spot checks', () => {
  test('happen as often as is set, and while the samples must still be there', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (rate, chance, moment) => {
          const draws = [chance, moment]
          const at = spotCheckAt(NOW, rate, () => draws.shift() ?? 0)
          expect(at !== null).toBe(chance < rate)
          if (at === null) return
          expect(at).toBeGreaterThanOrEqual(NOW)
          expect(isKept(NOW, at + RETURN_MS)).toBe(true)
        },
      ),
    )
  })

  test('of 2 % find about 2 of 100 proofs', () => {
    // Every hundredth of the unit interval once, instead of luck.
    const chosen = Array.from({ length: 100 }, (_, n) => spotCheckAt(NOW, 0.02, () => n / 100)).filter((at) => at !== null)
    expect(chosen).toHaveLength(2)
  })
})

describe('whatever happens in whatever order', () => {
  const FINAL = ['valid', 'mismatch', 'refused', 'overdue']
  const happening = fc.oneof(
    fc.record({ what: fc.constant('tick' as const), ms: fc.integer({ min: 0, max: 3 * RETURN_MS }), heard: fc.boolean() }),
    fc.record({
      what: fc.constant('answer' as const),
      sha: fc.constantFrom('a', 'b'),
      state: fc.constantFrom('valid' as const, 'mismatch' as const, 'refused' as const),
    }),
  )

  test('the end is the end, and nobody is late who was not heard after the deadline', () => {
    fc.assert(
      fc.property(fc.array(happening, { maxLength: 30 }), fc.boolean(), (happenings, atOnce) => {
        let [now, heardAt] = [NOW, atOnce ? NOW : -Infinity]
        let challenge: Challenge = askChallenge(now, { silentMs: now - heardAt, awayAfterMs: AWAY_AFTER })
        for (const one of happenings) {
          const before = challenge
          if (one.what === 'tick') {
            now += one.ms
            if (one.heard) heardAt = now
            challenge = tickChallenge(challenge, now, { silentMs: now - heardAt, awayAfterMs: AWAY_AFTER })
            if (challenge.state === 'overdue' && before.state !== 'overdue') expect(heardAt).toBeGreaterThanOrEqual(before.dueAt ?? Infinity)
          } else challenge = endChallenge(challenge, { verdict: one.state, answerSha256: one.sha, now })
          if (FINAL.includes(before.state)) expect(challenge).toEqual(before)
          expect(challenge.endedAt !== null).toBe(FINAL.includes(challenge.state))
          expect(challenge.answerSha256 !== null).toBe(['valid', 'mismatch', 'refused'].includes(challenge.state))
        }
      }),
    )
  })
})

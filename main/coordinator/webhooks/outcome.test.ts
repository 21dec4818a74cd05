import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Answer, type Attempted, DISABLED_AFTER_MS, type Receiver, TRIES, afterAttempt } from './outcome.ts'

const START = Date.parse('2026-03-01T12:00:00.000Z')
const HOUR = 3_600_000
const receiver: Receiver = { state: 'active', reason: null, failingSince: null, failures: 0, restUntil: 0 }
const message: Attempted = { state: 'waiting', attempts: 0, nextAt: START, lastAt: null, lastStatus: null, reason: null }
const answered = (status: number | null, pauseMs = 0): Answer => ({ status, reason: status === 200 ? null : `It answered ${status}.`, pauseMs })

/** Sends again whenever it is due, with the same answer each time, until there is no more to send. */
function insist(answer: Answer, random = 0.5) {
  let now = START
  let standing = { receiver, message }
  const tries: number[] = []
  while (standing.message.nextAt !== null) {
    now = Math.max(standing.message.nextAt, standing.receiver.restUntil)
    tries.push(now - START)
    standing = afterAttempt({ ...standing, answer, isTrial: false, now, random })
  }
  return { ...standing, tries }
}

test('what arrives is over, and all is well again', () => {
  const failing: Receiver = { ...receiver, failingSince: START - HOUR, failures: 3, reason: 'It answered 500.' }
  const after = afterAttempt({ receiver: failing, message: { ...message, attempts: 2 }, answer: answered(204), isTrial: false, now: START, random: 0.5 })
  expect(after.receiver).toEqual({ state: 'active', reason: null, failingSince: null, failures: 0, restUntil: START })
  expect(after.message).toEqual({ state: 'delivered', attempts: 3, nextAt: null, lastAt: START, lastStatus: 204, reason: null })
})

test('a receiver that never answers is asked ten times in a good three days, and then no more', () => {
  const { tries, message: last, receiver: end } = insist(answered(null))
  expect(tries.map((ms) => Math.round(ms / 60_000))).toEqual([0, 0, 5, 35, 155, 455, 1_055, 1_895, 3_095, 4_535])
  expect(last).toMatchObject({ state: 'failed', attempts: TRIES, nextAt: null })
  expect(end).toMatchObject({ state: 'disabled', reason: expect.stringContaining('three days') })
})

test('one that says “gone” is believed at once, even in a trial', () => {
  expect(insist(answered(410)).receiver).toMatchObject({ state: 'disabled', reason: 'It answered 410: it wants no more messages.' })
  expect(afterAttempt({ receiver, message, answer: answered(410), isTrial: true, now: START, random: 0 }).receiver.state).toBe('disabled')
})

test('a trial is made once, and its failure is not held against the receiver', () => {
  const after = afterAttempt({ receiver, message, answer: answered(500), isTrial: true, now: START, random: 0.5 })
  expect(after.receiver).toEqual(receiver)
  expect(after.message).toMatchObject({ state: 'failed', nextAt: null, reason: 'It answered 500.' })
})

test('whoever asks to be left alone is, for a day at most', () => {
  const after = (pauseMs: number) => afterAttempt({ receiver, message, answer: answered(429, pauseMs), isTrial: false, now: START, random: 0.5 })
  expect(after(HOUR)).toMatchObject({ receiver: { restUntil: START + HOUR }, message: { nextAt: START + HOUR } })
  expect(after(1e12)).toMatchObject({ receiver: { restUntil: START + 24 * HOUR }, message: { nextAt: START + 24 * HOUR } })
})

const anyAnswer = fc.record({
  status: fc.option(fc.integer({ min: 100, max: 999 })),
  reason: fc.option(fc.string({ maxLength: 500 })),
  pauseMs: fc.nat({ max: 10 * 24 * HOUR }),
})
const anyRandom = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })

test('whatever a receiver answers: a message ends, is never sent twice in a row without a pause, and only days of silence or “gone” disable', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(anyAnswer, anyRandom, fc.nat({ max: 5 * HOUR })), { minLength: 1, maxLength: 30 }), (course) => {
      let [now, standing] = [START, { receiver, message }]
      let lastSuccess = START
      for (const [answer, random, lateness] of course) {
        const { nextAt } = standing.message
        if (nextAt === null) break
        now = Math.max(nextAt, standing.receiver.restUntil, now) + lateness
        const before = standing
        standing = afterAttempt({ ...before, answer, isTrial: false, now, random })
        const isGood = answer.status !== null && answer.status >= 200 && answer.status < 300
        if (isGood) lastSuccess = now
        expect(standing.message.state === 'delivered').toBe(isGood)
        expect(standing.message.attempts).toBe(before.message.attempts + 1)
        expect(standing.message.attempts).toBeLessThanOrEqual(TRIES)
        if (standing.message.nextAt !== null) expect(standing.message.nextAt - now).toBeGreaterThanOrEqual(4_000)
        expect((standing.message.nextAt === null) === (standing.message.state !== 'waiting')).toBe(true)
        expect(standing.receiver.restUntil - now).toBeLessThanOrEqual(24 * HOUR)
        if (standing.receiver.state === 'disabled') expect(answer.status === 410 || now - lastSuccess >= DISABLED_AFTER_MS).toBe(true)
        expect((standing.receiver.reason ?? '').length).toBeLessThanOrEqual(300)
      }
    }),
    { numRuns: 300 },
  )
})

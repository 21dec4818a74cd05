import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { createFakeClock } from '../../kernel/clock.fake.ts'
import { createPresenceBook } from './presence.ts'
import { createTimerWheel } from './timer-wheel.ts'

const ignore = (): void => undefined
const READY = { ready: true, reasons: [], running: [] }

test('a node is offline after five silent minutes; after a restart nobody is until five minutes have passed', async () => {
  const clock = createFakeClock()
  const book = createPresenceBook({ clock, onPresence: ignore })
  expect(book.of('n').reachability).toBe('unknown')
  book.report('n', READY)
  clock.jump(86_400_000)
  expect(book.of('n').reachability).toBe('online')
  await clock.advance(299_999)
  expect([book.of('n').reachability, book.of('never seen').reachability]).toEqual(['online', 'unknown'])
  await clock.advance(1)
  expect([book.of('n').reachability, book.of('never seen').reachability]).toEqual(['offline', 'offline'])
})

test('what a node said last is known with its age, and what nodes say alike is not mixed up', async () => {
  const clock = createFakeClock()
  const book = createPresenceBook({ clock, onPresence: ignore })
  book.report('a', READY)
  book.report('b', { ...READY, reasons: ['carbon'] })
  book.report('c', { ...READY, running: [{ leaseId: 'l', token: 1, state: 'running' }] })
  await clock.advance(7_000)
  book.report('a', { ...READY, ready: false })
  expect(book.of('a')).toEqual({ reachability: 'online', presence: { ...READY, ready: false }, ageMs: 0 })
  expect(book.of('b')).toEqual({ reachability: 'online', presence: { ...READY, reasons: ['carbon'] }, ageMs: 7_000 })
  expect(book.of('c').presence?.running).toHaveLength(1)
})

/** Each step lets some nodes be heard and then time pass. */
const steps = fc.array(fc.record({ heard: fc.uniqueArray(fc.nat(9), { maxLength: 4 }), ms: fc.oneof(fc.nat(3_000), fc.nat(400_000)) }), { maxLength: 30 })

test('whoever falls silent is told once, no later than a second after the timeout, and once more when it is back', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (said) => {
      const clock = createFakeClock()
      const stop = new AbortController()
      const online = new Set<string>()
      const last = new Map<string, number>()
      const onPresence = (nodeId: string, isOnline: boolean) => {
        expect(online.has(nodeId)).toBe(!isOnline)
        if (isOnline) online.add(nodeId)
        else online.delete(nodeId)
      }
      const book = createPresenceBook({ clock, onPresence })
      const running = book.run(stop.signal)
      for (const { heard, ms } of said) {
        for (const node of heard) {
          book.report(`n${node}`, READY)
          last.set(`n${node}`, clock.monotonic())
        }
        await clock.advance(ms)
        for (const [nodeId, at] of last) {
          const age = clock.monotonic() - at
          if (age < 300_000) expect(online).toContain(nodeId)
          if (age >= 301_000) expect(online).not.toContain(nodeId)
        }
      }
      stop.abort()
      await running
    }),
    { numRuns: 30 },
  )
})

test('a wheel tells every entry when it is due, however far it is turned at once and however far away it is', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(200), { minLength: 1, maxLength: 30 }), fc.array(fc.integer({ min: 1, max: 90 }), { maxLength: 20 }), (due, turns) => {
      const wheel = createTimerWheel(16, 0)
      for (const [entry, tick] of due.entries()) wheel.add(entry, tick)
      const told = new Set<number>()
      let now = 0
      for (const turn of turns) {
        now += turn
        wheel.turn(
          now,
          (entry) => due[entry] ?? 0,
          (entry) => {
            expect(told.has(entry)).toBe(false)
            told.add(entry)
          },
        )
        for (const [entry, tick] of due.entries()) expect(told.has(entry)).toBe(tick <= now)
      }
    }),
  )
})

import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { createFakeClock } from '../../kernel/clock.fake.ts'
import { createIds } from '../../kernel/ids.ts'
import { createLiveLog } from './live-log.ts'
import { createLiveLogs } from './live-logs.ts'

const KIB = 1_024
const NEVER = new AbortController().signal

test('what a job says comes out as it went in, whatever bytes they are, and what is left out is counted', async () => {
  const Step = fc.oneof(
    fc.record({ say: fc.uint8Array({ maxLength: 50 * KIB }) }),
    fc.record({ take: fc.integer({ min: 1, max: 40 * KIB }) }),
    fc.record({ wait: fc.integer({ min: 0, max: 3_000 }) }),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(Step, { maxLength: 60 }), async (steps) => {
      const clock = createFakeClock()
      const log = createLiveLog(clock)
      let everything = Buffer.alloc(0)
      let [taken, end] = [0, 0]
      for (const step of steps) {
        if ('say' in step) {
          everything = Buffer.concat([everything, step.say])
          log.push(step.say)
          step.say.fill(0)
        } else if ('wait' in step) await clock.advance(step.wait)
        else {
          const piece = log.take(step.take)
          if (!piece) continue
          expect(piece.bytes.length).toBeGreaterThan(0)
          expect(piece.bytes.length).toBeLessThanOrEqual(step.take)
          expect(piece.from).toBeGreaterThanOrEqual(end)
          expect(Buffer.from(piece.bytes).equals(everything.subarray(piece.from, piece.from + piece.bytes.length))).toBe(true)
          end = piece.from + piece.bytes.length
          taken += piece.bytes.length
        }
      }
      expect(log.said()).toBe(everything.length)
      expect(taken).toBeLessThanOrEqual(256 * KIB + (clock.monotonic() / 1_000) * 64 * KIB)
    }),
    { numRuns: 60 },
  )
})

test('of a flood 256 KiB go at once and 64 KiB a second, and while nobody listens the newest 256 KiB are kept', async () => {
  const clock = createFakeClock()
  const log = createLiveLog(clock)
  const takeAll = () => {
    let bytes = 0
    for (let piece = log.take(32 * KIB); piece; piece = log.take(32 * KIB)) bytes += piece.bytes.length
    return bytes / KIB
  }
  log.push(new Uint8Array(10_000 * KIB))
  expect(takeAll()).toBe(256)
  await clock.advance(2_000)
  log.push(new Uint8Array(10_000 * KIB))
  expect(takeAll()).toBe(128)
  for (let second = 0; second < 10; second++) {
    await clock.advance(1_000)
    log.push(new Uint8Array(64 * KIB).fill(second))
  }
  expect(log.take(1)?.bytes[0]).toBe(6)
})

test('attempts are heard in turn, and each says once that it has said all', async () => {
  const clock = createFakeClock()
  const logs = createLiveLogs({ clock, ids: createIds(clock) })
  const [a, b] = [
    { leaseId: 'a', token: 1 },
    { leaseId: 'b', token: 7 },
  ]
  logs.write(a, Buffer.from('1234'))
  logs.write(b, Buffer.from('xy'))
  logs.end(b)
  expect(await logs.wait(NEVER)).toBe(true)
  const told = () => {
    const piece = logs.next(2)
    return piece && `${piece.leaseId}${piece.token} ${piece.from} ${Buffer.from(piece.bytes).toString()}${piece.isLast ? '.' : ''}`
  }
  expect([told(), told(), told(), told(), told()]).toEqual(['a1 0 12', 'b7 0 xy', 'a1 2 34', 'b7 2 .', null])
})

test('what nobody takes of attempts that are over is forgotten in the end', () => {
  const clock = createFakeClock()
  const logs = createLiveLogs({ clock, ids: createIds(clock) })
  for (let index = 0; index < 100; index++) {
    logs.write({ leaseId: `l${index}`, token: 1 }, Buffer.from('x'))
    logs.end({ leaseId: `l${index}`, token: 1 })
  }
  const heard = new Set<string>()
  for (let piece = logs.next(10); piece; piece = logs.next(10)) heard.add(piece.leaseId)
  expect([heard.size, heard.has('l99')]).toEqual([32, true])
  logs.write({ leaseId: 'x', token: 1 }, Buffer.from('x'))
  logs.drop('x')
  expect(logs.next(10)).toBeNull()
})

import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { createFakeClock } from '../../kernel/clock.fake.ts'
import type { RunningJob } from './runtime.ts'
import { type GivingWay, createStandBy } from './stand-by.ts'

const HOT = { message: 'RTX 4070 is at 83 °C; your ceiling is 80 °C.' }
const FREEZE: GivingWay = { by: 'freeze', message: 'You are using this machine.' }
const SLOW: GivingWay = { ...FREEZE, by: 'throttle' }

function setUp({ latencyMs = 5, throttles = true, freezes = true } = {}) {
  const clock = createFakeClock()
  const never = new AbortController().signal
  const log: string[] = []
  const job = { isFrozen: false, share: 1 }
  const turn = (does: () => void, outcome: boolean) => async () => {
    await clock.sleep(latencyMs, never)
    if (outcome) does()
    return outcome
  }
  const running: RunningJob = {
    freeze: turn(() => (job.isFrozen = true), freezes),
    thaw: turn(() => (job.isFrozen = false), true),
    throttle: (share) => turn(() => (job.share = share), throttles)(),
  }
  const standBy = createStandBy({ clock, giveUp: () => log.push('give up'), gaveWay: () => log.push('gave way'), changed: () => undefined })
  standBy.attach(running)
  return { clock, log, job, standBy }
}

test('a job makes room for its owner and goes on afterwards: one on the GPU stands still, another one is slowed down', async () => {
  for (const way of [FREEZE, SLOW]) {
    const { clock, log, job, standBy } = setUp()
    standBy.giveWay(way)
    await clock.advance(10)
    expect([job, log]).toEqual([way === FREEZE ? { isFrozen: true, share: 1 } : { isFrozen: false, share: 0.1 }, ['gave way']])
    expect(standBy.message()).toBe(`${way === FREEZE ? 'Resting' : 'Slowed down'}: You are using this machine.`)
    standBy.giveWay(null)
    await clock.advance(10)
    expect([job, standBy.message()]).toEqual([{ isFrozen: false, share: 1 }, null])
  }
})

test('one that cannot be slowed down stands still instead', async () => {
  const { clock, log, job, standBy } = setUp({ throttles: false })
  standBy.giveWay(SLOW)
  await clock.advance(20)
  expect([job.isFrozen, log]).toEqual([true, ['gave way']])
})

test('one that can do neither is handed back', async () => {
  const { clock, log, standBy } = setUp({ throttles: false, freezes: false })
  standBy.giveWay(SLOW)
  await clock.advance(20)
  expect(log).toEqual(['give up'])
})

test('rest for a ceiling and room for the owner are kept apart: it goes on when neither is wanted', async () => {
  const { clock, job, standBy, log } = setUp()
  standBy.set(HOT)
  await clock.advance(10)
  expect([job.isFrozen, log]).toEqual([true, []])
  standBy.giveWay(FREEZE)
  standBy.set(null)
  await clock.advance(10)
  expect([job.isFrozen, standBy.message()]).toEqual([true, 'Resting: You are using this machine.'])
  standBy.giveWay(null)
  await clock.advance(10)
  expect(job.isFrozen).toBe(false)
})

test('the requester pays for the work: not for standing still, and of the time slowed down for a tenth', async () => {
  const { clock, standBy } = setUp({ latencyMs: 0 })
  standBy.giveWay(SLOW)
  await clock.advance(10_000)
  standBy.giveWay(FREEZE)
  await clock.advance(10_000)
  expect(standBy.end()).toBeCloseTo(19_000)
})

test('whatever is wished for in whatever order, the job ends up as the last wishes say', async () => {
  const wishes = fc.array(
    fc.oneof(
      fc.record({ ceiling: fc.constantFrom(HOT, null), waitMs: fc.nat({ max: 12 }) }),
      fc.record({ owner: fc.constantFrom(FREEZE, SLOW, null), waitMs: fc.nat({ max: 12 }) }),
    ),
    { maxLength: 30 },
  )
  await fc.assert(
    fc.asyncProperty(wishes, fc.boolean(), async (steps, throttles) => {
      const { clock, job, standBy } = setUp({ throttles })
      let [ceiling, owner] = [null as typeof HOT | null, null as GivingWay | null]
      for (const step of steps) {
        if ('ceiling' in step) standBy.set((ceiling = step.ceiling))
        else standBy.giveWay((owner = step.owner))
        await clock.advance(step.waitMs)
      }
      await clock.advance(100)
      const isFrozen = ceiling !== null || owner?.by === 'freeze' || (owner?.by === 'throttle' && !throttles)
      expect(job.isFrozen).toBe(isFrozen)
      expect(job.share).toBe(owner?.by === 'throttle' && throttles ? 0.1 : 1)
    }),
    { numRuns: 60 },
  )
})

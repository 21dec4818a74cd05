import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Ceilings } from '../../../shared/contract/device.ts'
import { COOLER_BY_C, type CeilingReading, type CeilingState, LEAST_PHASE_MS, SILENT_MS, UNHELD, holdAfter } from './ceilings.ts'

const NONE: Ceilings = { temperatureC: null, watts: null }
const replay = (readings: readonly CeilingReading[], ceilings: Ceilings): CeilingState[] => {
  let state = UNHELD
  return readings.map((reading) => (state = holdAfter(state, reading, ceilings)))
}
/** One reading a second. */
const eachSecond = (values: readonly Partial<CeilingReading>[]): CeilingReading[] =>
  values.map((value, index) => ({ watts: null, temperatureC: null, ...value, now: index * 1_000 }))
const holds = (values: readonly Partial<CeilingReading>[], ceilings: Partial<Ceilings>) =>
  replay(eachSecond(values), { ...NONE, ...ceilings }).map(({ hold }) => hold)

interface Card {
  readonly workW: number
  readonly restW: number
  readonly roomC: number
  /** Kelvin per watt, and the seconds it takes to get most of the way there. */
  readonly resistance: number
  readonly seconds: number
}

interface Tick extends CeilingReading {
  readonly watts: number
  readonly temperatureC: number
  readonly hold: CeilingState['hold']
}

/** A card whose temperature follows its power (first order), read every `everyMs`, that rests while the rule says so. */
function simulate({ workW, restW, roomC, resistance, seconds }: Card, ceilings: Ceilings, { everyMs = 1_000, forS = 600 } = {}): Tick[] {
  let [state, temperatureC] = [UNHELD, roomC + restW * resistance]
  return Array.from({ length: (forS * 1_000) / everyMs }, (_, index) => {
    const watts = state.hold === null ? workW : restW
    temperatureC += ((roomC + watts * resistance - temperatureC) * everyMs) / 1_000 / seconds
    const reading = { watts, temperatureC, now: index * everyMs }
    state = holdAfter(state, reading, ceilings)
    return { ...reading, hold: state.hold }
  })
}

const card: fc.Arbitrary<Card> = fc.record({
  workW: fc.integer({ min: 60, max: 450 }),
  restW: fc.integer({ min: 5, max: 40 }),
  roomC: fc.integer({ min: 10, max: 35 }),
  resistance: fc.double({ min: 0.1, max: 0.3, noNaN: true }),
  seconds: fc.integer({ min: 5, max: 90 }),
})

describe('a temperature ceiling', () => {
  test('holds above it and resumes 7 °C below, not before', () => {
    const temperatures = [79, 80, 81, 80, 78, 76, 74, 73.5, 73, 74, 80, 81].map((temperatureC) => ({ temperatureC }))
    const held = 'temperature'
    expect(holds(temperatures, { temperatureC: 80 })).toEqual([null, null, held, held, held, held, held, held, null, null, null, held])
  })

  test('keeps a simulated card cool: it rests at once, and works again only when cool', () => {
    fc.assert(
      fc.property(card, fc.integer({ min: 45, max: 90 }), (model, ceiling) => {
        const ticks = simulate(model, { ...NONE, temperatureC: ceiling })
        for (const [index, { temperatureC, hold }] of ticks.entries()) {
          const before = ticks[index - 1]
          if (temperatureC > ceiling && index + 5 <= ticks.length) expect(ticks.slice(index, index + 5).some((tick) => tick.hold === 'temperature')).toBe(true)
          if (before?.hold === 'temperature' && hold === null) expect(temperatureC).toBeLessThanOrEqual(ceiling - COOLER_BY_C)
        }
      }),
    )
  })
})

describe('a watt ceiling', () => {
  test('is over in three seconds, also after a long time below it', () => {
    const quiet = Array.from({ length: 120 }, () => ({ watts: 10 }))
    const loud = Array.from({ length: 5 }, () => ({ watts: 101 }))
    expect(holds([...quiet, ...loud], { watts: 100 }).slice(-5)).toEqual([null, null, null, 'watts', 'watts'])
  })

  test('keeps the mean of a simulated card at the ceiling over any minute, and still lets it work', () => {
    fc.assert(
      fc.property(card, fc.integer({ min: 45, max: 400 }), fc.constantFrom(100, 500, 1_000), (model, ceiling, everyMs) => {
        const ticks = simulate(model, { ...NONE, watts: ceiling }, { everyMs, forS: 300 })
        const minute = 60_000 / everyMs
        // A stretch of work is never cut shorter than its least length and one reading, so that much may stick out of a minute.
        const sticksOutJ = ((model.workW - ceiling) * (LEAST_PHASE_MS + 2 * everyMs)) / 1_000 + 2 * ceiling
        for (let from = 0; from + minute <= ticks.length; from++) {
          const meanW = ticks.slice(from, from + minute).reduce((sum, { watts }) => sum + watts, 0) / minute
          expect(meanW).toBeLessThanOrEqual(Math.max(ceiling + sticksOutJ / 60, Math.min(ceiling, model.workW)))
        }
        const worked = ticks.filter(({ watts }) => watts === model.workW).length / ticks.length
        const share = Math.min(1, (ceiling - model.restW) / (model.workW - model.restW))
        expect(worked).toBeGreaterThan(share * 0.5)
      }),
    )
  })

  test('a card above it starts to rest within five seconds of the first reading that says so', () => {
    fc.assert(
      fc.property(card, fc.integer({ min: 10, max: 400 }), (model, ceiling) => {
        fc.pre(model.workW > ceiling)
        const ticks = simulate(model, { ...NONE, watts: ceiling }, { forS: 30 })
        const first = ticks.findIndex(({ watts }) => watts > ceiling)
        expect(ticks.slice(first, first + 5).some(({ hold }) => hold === 'watts')).toBe(true)
      }),
    )
  })

  test('someone else’s load on the card keeps work away for as long as it lasts', () => {
    const game = Array.from({ length: 60 }, () => ({ watts: 300 }))
    expect(new Set(holds(game, { watts: 200 }).slice(3))).toEqual(new Set(['watts']))
  })
})

describe('what cannot be read', () => {
  test('counts as too much after five seconds, and holds until a reading says otherwise', () => {
    const good = { watts: 50, temperatureC: 50 }
    const values = [good, ...Array.from({ length: 8 }, () => ({})), good, good, good]
    expect(holds(values, { temperatureC: 80 })).toEqual([...Array(6).fill(null), 'temperature', 'temperature', 'temperature', null, null, null])
    expect(holds(values, { watts: 80 })[6]).toBe('watts')
    expect(SILENT_MS).toBe(5_000)
  })

  test('matters only to a ceiling that needs it', () => {
    const silent = Array.from({ length: 20 }, () => ({ watts: 50 }))
    expect(new Set(holds(silent, { watts: 80 }))).toEqual(new Set([null]))
  })
})

const value = (max: number) => fc.oneof({ weight: 8, arbitrary: fc.integer({ min: 0, max }) }, { weight: 1, arbitrary: fc.constant(null) })

describe('whatever is read', () => {
  const history = fc
    .array(fc.record({ watts: value(600), temperatureC: value(110), stepMs: fc.integer({ min: 50, max: 12_000 }) }), { maxLength: 120 })
    .map((steps) => {
      let now = 0
      return steps.map(({ stepMs, ...reading }) => ({ ...reading, now: (now += stepMs) }))
    })
  const limits = fc.record({
    temperatureC: fc.option(fc.integer({ min: 40, max: 110 })),
    watts: fc.option(fc.integer({ min: 10, max: 600 })),
  })

  test('without ceilings nothing is ever held', () => {
    fc.assert(fc.property(history, (readings) => replay(readings, NONE).every(({ hold }) => hold === null)))
  })

  test('work and rest never alternate faster than the least phase', () => {
    fc.assert(
      fc.property(history, limits, (readings, ceilings) => {
        const changes = replay(readings, ceilings).flatMap(({ hold }, index, all) =>
          (hold === null) === ((all[index - 1]?.hold ?? null) === null) ? [] : [readings[index]?.now ?? 0],
        )
        for (const [index, at] of changes.entries()) expect(at - (changes[index - 1] ?? -Infinity)).toBeGreaterThanOrEqual(LEAST_PHASE_MS)
      }),
    )
  })

  test('a hot device is held at the latest when the least phase is over, and let go only 7 °C below', () => {
    fc.assert(
      fc.property(history, fc.integer({ min: 40, max: 110 }), (readings, ceiling) => {
        const states = replay(readings, { ...NONE, temperatureC: ceiling })
        for (const [index, { hold, changedAt }] of states.entries()) {
          const { temperatureC, now } = readings[index] ?? { temperatureC: null, now: 0 }
          if (temperatureC !== null && temperatureC > ceiling && (changedAt === null || now - changedAt >= LEAST_PHASE_MS)) expect(hold).toBe('temperature')
          if (states[index - 1]?.hold === 'temperature' && hold === null) expect(temperatureC).toBeLessThanOrEqual(ceiling - COOLER_BY_C)
        }
      }),
    )
  })

  test('a ceiling that is taken away holds nothing any more', () => {
    fc.assert(
      fc.property(history, limits, (readings, ceilings) => {
        const last = replay(readings, ceilings).at(-1) ?? UNHELD
        expect(holdAfter(last, { watts: 600, temperatureC: 110, now: 1e9 }, NONE)).toEqual(UNHELD)
      }),
    )
  })
})

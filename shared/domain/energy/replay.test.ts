import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { epochMs, monotonicMs } from '../../units.ts'
import { conclude } from './conclusion.ts'
import { addReading, beginIntegral, endIntegral } from './integral.ts'
import { type Replay, replaySampleLog } from './replay.ts'
import { type LoggedDevice, type SampleLogHeader, deviceOf, encodeRow } from './sample-log.ts'
import type { Reading } from './sensor.ts'

const T0 = Date.parse('2026-03-01T12:00:00.000Z')
const DEVICE: LoggedDevice = {
  uuidHash: 'a'.repeat(64),
  name: 'Test card',
  method: 'counter',
  limitW: 450,
  idleW: 20,
  sensor: { updateMs: 100, uncertaintyPct: 7, basis: 'test', wrapMj: null, power: 'power-average' },
}
const HEADER: SampleLogHeader = {
  v: 2,
  nodeId: 'n'.repeat(43),
  attemptId: 'attempt',
  mono: 500,
  wall: T0,
  devices: [DEVICE, { ...DEVICE, uuidHash: 'b'.repeat(64) }],
}
const header = JSON.stringify(HEADER)
const bytes = (...lines: readonly string[]): Uint8Array => new TextEncoder().encode(`${lines.join('\n')}\n`)
const rows = (seconds: number): string[] =>
  Array.from({ length: seconds + 1 }, (_, second) =>
    [0, 1].map((device) => JSON.stringify([device, 500 + second * 1_000, T0 + second * 1_000, second * 300_000 * (device + 1), 300_000 * (device + 1)])),
  ).flat()

const event = (name: string): string => JSON.stringify({ event: name, mono: 5_000, wall: T0 + 4_500 })

const replayed = (log: Uint8Array, lenient = false): Replay => {
  const replay = replaySampleLog(log, { lenient })
  if ('problem' in replay) throw new Error(replay.problem)
  return replay
}
const problem = (...lines: readonly string[]): string => {
  const replay = replaySampleLog(bytes(...lines))
  return 'problem' in replay ? replay.problem : 'none'
}

describe('a sample log', () => {
  test('gives the energy of every device, and what a proof must say', () => {
    const { integrals, conclusion, resumes, damaged, rows: count } = replayed(bytes(header, ...rows(60)))
    expect(integrals.map(({ counterEndMj }) => counterEndMj)).toEqual([18e6, 36e6])
    expect(conclusion).toMatchObject({ boardJ: 54_000, samples: 122, method: 'counter', durationMs: 60_000, coverage: 1, idleW: 40, marginalJ: 51_600 })
    expect([count, resumes, damaged]).toEqual([122, 0, 0])
  })

  test('gives to the last bit what the meter concluded, whatever was read', () => {
    const readings = fc.array(
      fc.record({
        step: fc.integer({ min: 0, max: 8_000 }),
        ahead: fc.oneof({ weight: 9, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.integer({ min: 0, max: 3_600_000 }) }),
        energyMj: fc.option(fc.integer({ min: 0, max: 5_000_000 })),
        powerMw: fc.option(fc.integer({ min: 0, max: 500_000 })),
      }),
      { minLength: 1, maxLength: 80 },
    )
    fc.assert(
      fc.property(readings, (steps) => {
        let [mono, wall] = [HEADER.mono, T0]
        const taken = steps.map(({ step, ahead, energyMj, powerMw }): Reading => {
          ;[mono, wall] = [mono + step, wall + step + ahead]
          return { mono: monotonicMs(mono), wall: epochMs(wall), energyMj, powerMw }
        })
        const begun = beginIntegral(deviceOf(DEVICE), { mono: monotonicMs(HEADER.mono), wall: epochMs(T0) })
        const integral = endIntegral(taken.reduce(addReading, begun), taken.at(-1) ?? begun.last)
        const log = bytes(JSON.stringify({ ...HEADER, devices: [DEVICE] }), ...taken.map((reading) => encodeRow(0, reading)))
        expect(replayed(log).conclusion).toEqual(conclude([{ integral, idleW: 20 }], T0))
      }),
    )
  })

  test('tells who shared the device, that the screen changed and how often the agent began anew', () => {
    const replay = replayed(bytes(header, ...rows(5), event('shared'), event('display'), event('resumed')))
    expect(replay).toMatchObject({ shared: true, resumes: 1, conclusion: { idleW: null, marginalJ: null } })
  })

  test.each([
    ['nothing at all', [''], 'does not name the devices'],
    ['no header', rows(3), 'does not name the devices'],
    ['a header of another version', [JSON.stringify({ ...HEADER, v: 3 })], 'does not name the devices'],
    ['a header with too many devices', [JSON.stringify({ ...HEADER, devices: Array.from({ length: 65 }, () => DEVICE) })], 'does not name the devices'],
    ['a limit beyond any device', [JSON.stringify({ ...HEADER, devices: [{ ...DEVICE, limitW: 1e9 }] })], 'does not name the devices'],
    ['a torn row', [header, '[0,500,'], 'line 2 is not a sample'],
    ['a device that is not named', [header, `[2,500,${T0},1,1]`], 'line 2'],
    ['a row that is too long', [header, `[0,500,${T0},1,1,1]`], 'line 2'],
    ['negative energy', [header, `[0,500,${T0},-1,1]`], 'line 2'],
    ['a number in words', [header, `[0,500,${T0},"1",1]`], 'line 2'],
    ['infinite power', [header, `[0,500,${T0},1,1e999]`], 'line 2'],
    ['time that runs backwards', [header, `[0,900,${T0},1,1]`, `[0,800,${T0},1,1]`], 'line 3'],
    ['centuries', [header, `[0,1e17,${T0},1,1]`], 'line 2'],
    ['a wall clock from another century', [header, `[0,900,${T0 + 1e13},1,1]`], 'line 2'],
    ['an event nobody knows', [header, '{"event":"party","mono":1,"wall":1}'], 'line 2'],
    ['a suspend in another century', [header, `{"event":"suspended","mono":1e15,"wall":${T0}}`], 'line 2'],
    ['an empty line', [header, '', `[0,900,${T0},1,1]`], 'line 2'],
  ])('with %s is refused in words', (_what, lines, expected) => {
    expect(problem(...lines)).toContain(expected)
  })

  test('of the first version is told from one that is wrong', () => {
    const log = bytes(JSON.stringify({ v: 1, nodeId: HEADER.nodeId, devices: [{ name: 'Test card', method: 'counter' }] }), ...rows(3))
    for (const lenient of [false, true])
      expect(replaySampleLog(log, { lenient })).toEqual({ problem: 'an older version of Windfall recorded it', outdated: true })
    expect(replaySampleLog(bytes(JSON.stringify({ v: 1 })))).toEqual({ problem: 'its first line does not name the devices' })
  })

  test('beyond its limits is not read', () => {
    const log = bytes(header, ...rows(10))
    expect(replaySampleLog(log, { limits: { bytes: log.byteLength - 1, lines: 100 } })).toEqual({ problem: expect.stringContaining('larger') })
    expect(replaySampleLog(log, { limits: { bytes: log.byteLength, lines: 21 } })).toEqual({ problem: expect.stringContaining('more than 21 lines') })
    expect(replaySampleLog(new Uint8Array(3_000_000).fill(0x5b))).toEqual({ problem: expect.any(String) })
  })

  test('that a crash tore is read up to the tear, and over garbage', () => {
    const whole = bytes(header, ...rows(30))
    const kept: string[] = []
    const torn = replaySampleLog(whole.subarray(0, whole.byteLength - 9), { lenient: true, keep: (line) => kept.push(line) })
    expect(torn).toMatchObject({ damaged: 1, rows: 61 })
    expect(replayed(bytes(...kept)).rows).toBe(61)
    const lines = rows(30)
    expect(replayed(bytes(header, ...lines.slice(0, 20), '\u0000\u0000\u0000', '{"a":', ...lines.slice(20)), true)).toMatchObject({
      damaged: 2,
      conclusion: { boardJ: 27_000 },
    })
  })

  test('of any bytes never throws', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.string(), fc.json(), fc.constantFrom(...rows(2)))), fc.boolean(), (lines, lenient) => {
        replaySampleLog(bytes(header, ...lines), { lenient })
      }),
    )
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (any) => void replaySampleLog(any)))
  })
})

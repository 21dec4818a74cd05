import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { numberAt } from './json-number.ts'
import { createShareAccount } from './share.ts'
import { SolarConfig } from './solar-config.ts'
import { isSunUp } from './sun.ts'
import { surplusOf } from './surplus.ts'

describe('the number at a pointer', () => {
  test.each([
    ['Fronius', '{"Body":{"Data":{"Site":{"P_PV":1234.5,"P_Grid":-800.1}}}}', '/Body/Data/Site/P_PV', 1234.5],
    ['Shelly 3EM', '{"id":0,"total_act_power":-321.4}', '/total_act_power', -321.4],
    ['Shelly Gen1', '{"emeters":[{"power":10},{"power":-20.5}]}', '/emeters/1/power', -20.5],
    ['Home Assistant', '{"entity_id":"sensor.pv","state":"2150.0"}', '/state', 2150],
    ['SolarEdge', '{"siteCurrentPowerFlow":{"PV":{"currentPower":3.25}}}', '/siteCurrentPowerFlow/PV/currentPower', 3.25],
    ['the whole document', '42', '', 42],
    ['escaped names', '{"a/b":{"m~n":7}}', '/a~1b/m~0n', 7],
  ])('%s', (_, text, pointer, watts) => {
    expect(numberAt(text, pointer)).toBe(watts)
  })

  test.each([
    ['no JSON', '<html>', ''],
    ['nothing there', '{"a":1}', '/b'],
    ['words', '{"state":"unavailable"}', '/state'],
    ['null', '{"P_PV":null}', '/P_PV'],
    ['a truth', '{"P_PV":true}', '/P_PV'],
    ['beyond belief', '{"P_PV":1e300}', '/P_PV'],
    ['a name of every object', '{}', '/constructor/length'],
    ['a length', '[1,2]', '/length'],
    ['an index with a zero before', '[1,2]', '/01'],
    ['hexadecimal text', '{"state":"0x10"}', '/state'],
  ])('%s is none', (_, text, pointer) => {
    expect(numberAt(text, pointer)).toBeNull()
  })

  test('no text and no pointer makes it fail', () => {
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string()), fc.array(fc.string()), (text, path) => {
        const number = numberAt(text, path.map((part) => `/${part}`).join(''))
        expect(number === null || Number.isFinite(number)).toBe(true)
      }),
    )
  })
})

describe('the sun', () => {
  const london = { latitude: 51.5, longitude: -0.12 }
  test.each([
    ['before sunrise at midsummer', london, '2026-06-21T03:30:00Z', false],
    ['after sunrise at midsummer', london, '2026-06-21T03:55:00Z', true],
    ['before sunset in autumn', london, '2026-11-21T16:00:00Z', true],
    ['after sunset in autumn', london, '2026-11-21T16:10:00Z', false],
    ['midnight at the North Cape in June', { latitude: 71.2, longitude: 25.8 }, '2026-06-21T22:00:00Z', true],
    ['noon there in December', { latitude: 71.2, longitude: 25.8 }, '2026-12-21T10:00:00Z', false],
    ['morning in Sydney', { latitude: -33.9, longitude: 151.2 }, '2026-01-01T19:00:00Z', true],
  ])('%s', (_, place, time, up) => {
    expect(isSunUp(place, Date.parse(time))).toBe(up)
  })
})

const NOON = Date.parse('2026-06-21T12:00:00Z')
const MIDNIGHT = Date.parse('2026-06-21T00:00:00Z')
const site = { peakWatts: 4_000, tilt: 35, azimuth: 0, latitude: 51.5, longitude: -0.12 }
const config = (change: object = {}) =>
  SolarConfig.parse({ site, homeWatts: 300, reading: { url: 'http://meter.local/', pointer: '/w', of: 'production' }, ...change })

test.each([
  ['production', 1_000, 0, 700],
  ['production', 200, 0, 0],
  ['production', 1_000, 250, 700],
  ['export', 500, 0, 500],
  ['export', 500, 250, 750],
  ['export', -100, 250, 150],
  ['import', -500, 250, 750],
  ['import', 400, 250, 0],
  ['production', 5_001, 0, null],
  ['export', 5_001, 0, null],
] as const)('%s of %i W while a job draws %i W leaves %s W', (of, watts, jobWatts, surplus) => {
  expect(surplusOf(config(), of, { now: NOON, watts, jobWatts })).toBe(surplus)
})

test('what is given at night is not the sun’s', () => {
  const given = { watts: 500, jobWatts: 0 }
  expect(surplusOf(config(), 'export', { now: MIDNIGHT, ...given })).toBeNull()
  expect(surplusOf(config({ site: null }), 'production', { now: MIDNIGHT, ...given })).toBe(200)
  expect(surplusOf(config(), 'production', { now: MIDNIGHT, watts: 0, jobWatts: 0 })).toBe(0)
})

test.each([
  [{ site: null, reading: null }, /needs a site or a reading/],
  [{ homeWatts: null }, /before the home has had its share/],
  [{ reading: null, homeWatts: null }, /before the home has had its share/],
  [{ site: null, reading: { url: 'http://meter/', pointer: '', of: 'export' } }, /a battery at night/],
  [{ reading: { url: 'ftp://meter/', pointer: '', of: 'export' } }, /URL/],
  [{ reading: { url: 'http://owner:secret@meter/', pointer: '', of: 'export' } }, /password/],
  [{ reading: { url: 'http://meter/', pointer: 'w', of: 'export' } }, /JSON pointer/],
])('refuses %j', (change, message) => {
  expect(() => config(change)).toThrow(message)
})

const moment = (mono: number, jobWatts: number, surplusWatts: number | null) => ({ attemptId: 'a', mono, jobWatts, surplusWatts })

describe('the share of an attempt', () => {
  test('is what the job draws or what is left over, whichever is less, by the trapezoid rule', () => {
    const account = createShareAccount('metered')
    for (const [index, surplus] of [0, 100, 400, 400].entries()) account.see(moment(index * 10_000, 200, surplus))
    expect(account.take('a', 10_000)).toEqual({ joules: 500 + 1_500 + 2_000, basis: 'metered' })
    expect(account.take('a', 10_000)).toBeNull()
  })

  test('knows nothing of a gap, of a time when nobody knew, and of another attempt', () => {
    const account = createShareAccount('declared')
    account.see(moment(0, 200, 200))
    account.see(moment(31_000, 200, 200))
    account.see(moment(41_000, 200, null))
    account.see(moment(51_000, 200, 200))
    expect(account.take('a', 10_000)).toBeNull()
    account.see({ ...moment(61_000, 200, 200), attemptId: 'b' })
    expect([account.take('a', 10_000), account.take('b', 10_000)]).toEqual([null, null])
  })

  test('is never more than the attempt used, nor than the sun gave, nor below 0', () => {
    const step = fc.record({
      ms: fc.integer({ min: 0, max: 40_000 }),
      job: fc.integer({ min: 0, max: 500 }),
      surplus: fc.option(fc.integer({ min: -100, max: 900 })),
    })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), fc.integer({ min: 0, max: 200_000 }), (steps, boardJ) => {
        const account = createShareAccount('metered')
        let [mono, most] = [0, 0]
        for (const { ms, job, surplus } of steps) {
          mono += ms
          most += (900 * ms) / 1_000
          account.see(moment(mono, job, surplus))
        }
        const share = account.take('a', boardJ)
        if (!share) return
        expect(share.joules).toBeGreaterThanOrEqual(0)
        expect(share.joules).toBeLessThanOrEqual(Math.min(boardJ, most))
      }),
    )
  })
})

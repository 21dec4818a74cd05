import { expect, test } from 'vitest'
import { fakeStatus } from '../../shared/contract/agent-status.fake.ts'
import { type AgentOptions, agentConfig, typedOptions } from './agent-options.ts'
import { hoursText, parseHours, parseSolar, parseTariff } from './power-options.ts'
import { describeStatus } from './status-text.ts'

const HERE = { timeZone: 'Europe/London', usdPerUnit: 1.25 }

test('hours are stretches of the week, which may run past midnight and over Sunday', () => {
  expect(parseHours('always', 'UTC')).toBeNull()
  expect(parseHours('fri-mon:22:00-07:00,wed:00:00-00:00', 'Europe/London')).toEqual({
    timeZone: 'Europe/London',
    allowed: [
      { days: [5, 6, 7, 1], from: '22:00', to: '07:00' },
      { days: [3], from: '00:00', to: '00:00' },
    ],
  })
})

test.each(['mon-fri:22:00-07:00,sat-sun:00:00-00:00', 'wed:08:00-09:00', 'mon-sun:00:00-00:00', 'mon:22:00-07:00,fri-sun:22:00-07:00'])(
  'hours %s are shown as they are typed',
  (text) => {
    expect(hoursText(parseHours(text, 'UTC') ?? { timeZone: 'UTC', allowed: [] })).toBe(text)
  },
)

test('a tariff is one price, prices by hour, or those of the zone', () => {
  expect(parseTariff('GBP:24.5', HERE)).toEqual({ kind: 'flat', currency: 'GBP', usdPerUnit: 1.25, minorPerKWh: 24.5 })
  expect(parseTariff('EUR:zone', { ...HERE, usdPerUnit: null })).toEqual({ kind: 'zone', currency: 'EUR', usdPerUnit: null })
  expect(parseTariff('GBP:28,mon-sun:00:30-05:30=7.5', HERE)).toMatchObject({
    kind: 'time-of-use',
    timeZone: 'Europe/London',
    bands: [{ days: [1, 2, 3, 4, 5, 6, 7], from: '00:30', to: '05:30', minorPerKWh: 7.5 }],
    otherwiseMinorPerKWh: 28,
  })
})

test('the sun is a site, a meter, or both', () => {
  expect(parseSolar({})).toBeUndefined()
  expect(parseSolar({ solarSite: '4.2,35,-10,51.5,-0.12', solarMeter: 'export-kw:http://192.168.1.20/rpc/EM.GetStatus?id=0#/a~1b/0' })).toEqual({
    site: { peakWatts: 4_200, tilt: 35, azimuth: -10, latitude: 51.5, longitude: -0.12 },
    reading: { url: 'http://192.168.1.20/rpc/EM.GetStatus?id=0', pointer: '/a~1b/0', unit: 'kW', of: 'export' },
    homeWatts: null,
  })
})

test.each([
  () => parseHours('mon-fri', 'UTC'),
  () => parseHours('noon:22:00-07:00', 'UTC'),
  () => parseHours('mon:25:00-07:00', 'UTC'),
  () => parseTariff('24.5', HERE),
  () => parseTariff('GBP:cheap', HERE),
  () => parseTariff('GBP:28,mon-sun:00:30-05:30', HERE),
  () => parseTariff('GBP:zone,mon-sun:00:30-05:30=7', HERE),
  () => parseSolar({ solarSite: '4.2,35' }),
  () => parseSolar({ solarMeter: 'http://meter.local#/w' }),
  () => parseSolar({ solarMeter: 'production:http://meter.local#/w' }),
  () => agentConfig({ exchange: 1.2 }),
])('what is none is refused, and nothing of it is guessed (case %#)', (attempt) => {
  expect(attempt).toThrow(expect.objectContaining({ code: 'input.invalid' }))
})

const read = (options: object) => agentConfig({ data: '/nowhere', ...options })

test('to start only what earns needs a tariff and what its currency is worth', () => {
  expect(() => read({ onlyIfEarning: true })).toThrow(expect.objectContaining({ code: 'config.invalid', message: expect.stringContaining('tariff') }))
  expect(() => read({ onlyIfEarning: true, tariff: 'GBP:20' })).toThrow(expect.objectContaining({ message: expect.stringContaining('usdPerUnit') }))
  expect(read({ onlyIfEarning: true, tariff: 'GBP:20', exchange: 1.27, hours: 'sat-sun:00:00-00:00' })).toMatchObject({
    onlyIfEarning: true,
    tariff: { kind: 'flat', usdPerUnit: 1.27 },
    policy: { schedule: { allowed: [{ days: [6, 7] }] } },
  })
})

test('a service is installed with all that was said', () => {
  const options = { hours: 'always', tariff: 'GBP:20', exchange: 1.27, onlyIfEarning: true, homeWatts: 300 } as AgentOptions
  expect(typedOptions(options)).toEqual(['--hours', 'always', '--tariff', 'GBP:20', '--exchange', '1.27', '--home-watts', '300', '--only-if-earning'])
})

test('the status tells why not now, when next, and what is left of the pay, as an estimate', () => {
  expect(describeStatus(fakeStatus()).join('\n')).not.toContain('next start')
  const outlook = {
    reasons: [{ code: 'tariff', message: 'x', until: null }],
    nextStart: '2026-03-01T13:00:00.000Z',
    message: 'By what is known now.',
    net: { currency: 'GBP', payMinor: 10, costMinor: 12.5, netMinor: -2.5, method: 'An estimate.' },
  } as const
  const lines = describeStatus(fakeStatus({ outlook: { ...outlook, reasons: [...outlook.reasons] } }), 'UTC')
  expect(lines).toContain('next start    01 Mar 2026 13:00 UTC – By what is known now.')
  expect(lines).toContain('net earnings  ≈ -0.0250 GBP (pay 0.1000, electricity 0.1250). An estimate.')
  expect(describeStatus(fakeStatus({ outlook: { ...outlook, reasons: [...outlook.reasons], nextStart: null } })).join('\n')).toContain(
    'next start    none in sight',
  )
})

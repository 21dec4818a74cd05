import { expect, test } from 'vitest'
import type { ZoneView } from '../../shared/contract/grid.ts'
import type { Signal } from '../../shared/contract/wire.ts'
import { toIso } from '../../shared/units.ts'
import { signalOf } from './zone-text.fixture.ts'
import { describeAbundance, describeAccuracy, describeNow, describePlace, describeSignal, describeZone, describeZones } from './zone-text.ts'

const NOW = Date.parse('2026-03-18T12:10:00.000Z')
const reading = { timeZone: 'Europe/London', width: 80, now: NOW }
const around = [
  ['2026-03-18T11:30:00.000Z', 140],
  ['2026-03-18T12:00:00.000Z', 121],
  ['2026-03-18T12:30:00.000Z', 84.4],
] as const
const halfForecast: Signal = { ...signalOf(around), points: signalOf(around).points.map((point, index) => ({ ...point, forecast: index === 2 })) }
const textOf = (lines: readonly string[]): string => lines.join(' ').replaceAll(/\s+/g, ' ')

const london: ZoneView = {
  zone: 'GB-13',
  name: 'London',
  sources: [
    { kind: 'average', providers: ['The UK Carbon Intensity API'] },
    { kind: 'price', providers: ['The Octopus Energy API', 'The energy-charts API'] },
  ],
  otherwise: 'recording',
}
const nowhere: ZoneView = { zone: 'AU-NSW', name: 'A name that is much longer than any table has room for', sources: [], otherwise: 'nothing' }

test('zones are a line each, with a letter for every quantity that somebody knows', () => {
  expect(describeZones([london, nowhere]).slice(0, 3)).toEqual([
    'zone    name                              live         intensity otherwise',
    'GB-13   London                            I · P · · ·  recording',
    'AU-NSW  A name that is much longer than…  · · · · · ·  –',
  ])
})

test('a signal says where it comes from, when it was issued, what is measured and what is forecast', () => {
  expect(describeSignal(halfForecast, reading, { values: true })).toEqual([
    'GB-13 average intensity, gCO2/kWh, direct emissions: measured until Wed 18 Mar',
    '12:30 GMT, then forecast',
    'live; NESO Carbon Intensity, regional; issued 18 Mar 2026 12:05 GMT',
    '',
    'GMT         00          06          12          18',
    `Wed 18 Mar  ${' '.repeat(23)}█▆▁${' '.repeat(22)}  84.4 to 140`,
    '',
    '▁ 84.4 █ 140 gCO2/kWh, a block for 30 min; · unknown',
    'lowest     84.4 gCO2/kWh at Wed 18 Mar 12:30 GMT, forecast',
    'highest    140 gCO2/kWh at Wed 18 Mar 11:30 GMT, measured',
    'National Energy System Operator (NESO), Carbon Intensity, CC BY 4.0',
    '',
    'Wed 18 Mar 11:30 GMT–12:00      140  █  measured',
    'Wed 18 Mar 12:00 GMT–12:30      121  ▆  measured',
    'Wed 18 Mar 12:30 GMT–13:00     84.4  ▁  forecast',
  ])
})

test.each([
  [{ origin: 'recorded', recordedOn: '2024-03-18/19', estimated: true }, /: from the recording RECORDED 2024-03-18\/19, not the grid of today; .*estimated/],
  [{ origin: 'modelled', estimated: true }, /: modelled MODELLED, not measured; .*estimated/],
  [{ kind: 'price', basis: null, unit: 'minor/kWh', price: { currency: 'GBP', market: 'retail' } }, /price, p\/kWh, retail: published/],
  [{ kind: 'price', basis: null, unit: 'minor/kWh', price: { currency: 'EUR', market: 'wholesale' } }, /price, ct\/kWh, wholesale: published/],
  [{ kind: 'renewableShare', basis: null, unit: '%' }, /renewable share, %: measured/],
  [{ basis: 'lifecycle' }, /lifecycle emissions: measured/],
] as const)('%j is labelled in words wherever it shows', (change, words) => {
  const signal = signalOf(around, change)
  expect(textOf(describeSignal(signal, reading, { values: true }))).toMatch(words)
  if (signal.origin !== 'live') expect(textOf(describeNow(signal, reading))).toMatch(signal.origin === 'recorded' ? /RECORDED/ : /MODELLED/)
})

test('a clock change within a list of values leaves no two times alike', () => {
  const night = signalOf([0, 1, 2, 3].map((index) => [toIso(Date.parse('2026-10-25T00:00:00.000Z') + index * 1_800_000), index]))
  const lines = describeSignal(night, reading, { values: true }).filter((line) => line.startsWith('Sun 25 Oct 01:') && line.includes('–'))
  expect(lines.map((line) => line.slice(11, 26))).toEqual(['01:00 BST–01:30', '01:30 BST–01:00', '01:00 GMT–01:30', '01:30 GMT–02:00'])
})

test('a value now has its origin, its basis and its source with it', () => {
  expect(describeNow(halfForecast, reading)).toEqual([
    'intensity  121 gCO2/kWh at Wed 18 Mar 12:00 GMT, measured, direct emissions;',
    '           live; NESO Carbon Intensity, regional; issued 18 Mar 2026 12:05 GMT',
  ])
  expect(describeNow(signalOf([]), reading)).toEqual(['intensity  no value is known now'])
})

test('a zone names who is asked in which order, and what there is without them', () => {
  expect(describeZone(london, reading)).toEqual([
    'GB-13, London',
    '',
    'asked      average intensity: The UK Carbon Intensity API',
    '           price: The Octopus Energy API, then The energy-charts API',
    'otherwise  the recording of 18–19 March 2024 (RECORDED)',
  ])
  expect(textOf(describeZone(nowhere, reading))).toContain('no live source is configured for this zone')
})

test('accuracy comes with its method, or with why there is none', () => {
  const source = {
    source: 'NESO Carbon Intensity',
    measuredBy: 'the UK Carbon Intensity API',
    meanAbsolute: 12.34,
    bias: -3.2,
    meanAbsolutePercent: 9.1,
    comparisons: 1_234,
  }
  const method = 'compared with what was measured afterwards, forecasts for the day ahead, last 30 days'
  expect(textOf(describeAccuracy({ zone: 'GB', method, sources: [source], reason: null }, reading))).toBe(
    `accuracy NESO Carbon Intensity: off by 12.3 gCO2/kWh (9.1 %) on average, bias -3.2; ${method}, by the UK Carbon Intensity API, 1,234 comparisons`,
  )
  expect(describeAccuracy({ zone: 'GB', method, sources: [], reason: 'Nobody measures here.' }, reading)).toEqual(['accuracy   Nobody measures here.'])
})

test('abundance says when, how sure, and from what', () => {
  const period = { kind: 'surplus', from: '2026-03-19T02:00:00.000Z', to: '2026-03-19T05:00:00.000Z', share: 84.2, forecast: true, evidence: 'Elexon' } as const
  expect(textOf(describeAbundance({ zone: 'GB', periods: [period], reason: null }, reading))).toBe(
    'abundance surplus Thu 19 Mar 02:00 GMT to Thu 19 Mar 05:00 GMT, renewables 84.2 %, forecast; Elexon',
  )
  expect(describeAbundance({ zone: 'GB', periods: [], reason: null }, reading)[0]).toMatch(/none/)
})

test('a place says who knows it and what to do next', () => {
  const place = { zone: 'GB', name: 'Great Britain', source: 'borders that come with Windfall', hint: 'A postcode finds your region.' }
  expect(describePlace(place, reading)).toEqual([
    'GB, Great Britain (says borders that come with Windfall)',
    'A postcode finds your region.',
    'For this machine: windfall agent --zone GB. Its grid: windfall zone forecast GB',
  ])
})

test.each([40, 60, 80, 120])('every text fits %d columns', (width) => {
  const texts = [
    ...describeSignal(halfForecast, { ...reading, width }, { values: false }),
    ...describeNow(halfForecast, { ...reading, width }),
    ...describeZone(london, { ...reading, width }),
  ]
  expect(texts.filter((line) => line.length > width)).toEqual([])
})

import { expect, test } from 'vitest'
import type { ComparedChoice, Plan, PlanAnswer } from '../../shared/contract/plan.ts'
import { describePlan } from './plan-text.ts'

const window = { from: '2026-11-21T13:00:00.000Z', to: '2026-11-21T13:10:00.000Z' }
const plan: Plan = {
  nodeId: 'n'.repeat(43),
  zone: 'GB-13',
  window,
  runs: [window],
  gPerKWh: 119.6,
  expectedGrams: 0.123456,
  gramsRange: { low: 0.1, high: 0.15 },
  expectedMicroUsd: '3500',
  electricity: { minorPerKWh: 12.34, currency: 'GBP', market: 'retail', knownShare: 1 },
  chosenBy: 'joint',
  baselineGrams: 0.25,
  score: { total: 0.1435, intensity: 0.1435, price: 0, utilisation: 0 },
  source: 'NESO',
  origin: 'recorded',
  recordedOn: '2024-03-18',
  greenest: null,
}
const choice = (change: Partial<ComparedChoice> = {}): ComparedChoice => {
  const { nodeId, zone, runs, gPerKWh, score } = plan
  return { nodeId, zone, runs, gPerKWh, minorPerKWh: 12.34, score, objective: 1, ...change }
}
const elsewhere = choice({ nodeId: 'm'.repeat(43), zone: 'DE', gPerKWh: 250.4 })
const answer: PlanAnswer = {
  plan,
  compared: { composite: choice(), joint: choice() },
  alternatives: [],
  excluded: { busy: 1, gpu: 2 },
  out: [{ nodeId: `busy${'-'.repeat(39)}`, zone: 'GB', reason: 'busy' }],
  nodes: 4,
  maxPriceMicroUsd: '5000',
}
const linesOf = (change: Partial<PlanAnswer>, timeZone = 'Europe/London') => describePlan({ ...answer, ...change }, timeZone)
const line = (start: string, change: Partial<PlanAnswer> = {}, timeZone?: string) => linesOf(change, timeZone).find((text) => text.startsWith(start))

test('a plan says where, when, how much carbon and money, and against what', () => {
  expect(linesOf({})).toEqual([
    `node       ${'n'.repeat(43)}`,
    'zone       GB-13  120 g/kWh (NESO, recorded 2024-03-18)',
    'runs       Sat 21 Nov 13:00 to 13:10 GMT, 10 min',
    'expected   0.123 g CO2e, eight times of ten 0.100 g CO2e to 0.150 g CO2e',
    'baseline   0.250 g CO2e if started at once: 51 % less',
    'price      $0.003500 expected, at most $0.005000',
    'power      12.3 p/kWh (retail)',
    'chosen by  placement score and joint planning alike',
    'score      0.1435 = intensity 0.1435 + price 0.0000 + utilisation 0.0000 (lower is better)',
    'machines   4 known, 1 could run it; of the other 3:',
    '    1 busy (busy): busy--------',
    '    2 without enough GPUs (gpu)',
  ])
})

test('who asks for more results than machines could make is told', () => {
  expect(line('owners', { results: 2 })).toBe(
    'owners     2 results take machines of 2 owners, and 1 could run it now: submitted, it waits for others until its deadline',
  )
  expect(line('owners', { results: 2, excluded: { gpu: 2 } })).toBeUndefined()
  expect(line('owners')).toBeUndefined()
})

test('what is not known is not made up', () => {
  expect(line('expected', { plan: { ...plan, gramsRange: null } })).toBe('expected   0.123 g CO2e, no track record to say how sure')
  expect(line('power', { plan: { ...plan, electricity: null } })).toBeUndefined()
  expect(line('power', { plan: { ...plan, electricity: { minorPerKWh: -1, currency: 'EUR', market: 'wholesale', knownShare: 0.4 } } })).toBe(
    'power      -1.0 ct/kWh (wholesale, published for 40 % of the run)',
  )
  expect(line('baseline', { plan: { ...plan, baselineGrams: 0 } })).toMatch(/the same$/)
  expect(line('baseline', { plan: { ...plan, baselineGrams: 0.1 } })).toMatch(/23 % more$/)
})

test('where the two ways to choose disagree, it says what the other would have done', () => {
  expect(line('chosen', { compared: { composite: elsewhere, joint: choice() } })).toBe(
    'chosen by  joint planning of zone and time; the placement score alone would take DE from 21 Nov 2026 13:00 GMT on, 250 g/kWh',
  )
  expect(line('chosen', { plan: { ...plan, chosenBy: 'composite' }, compared: { composite: choice(), joint: elsewhere } })).toBe(
    'chosen by  placement score; joint planning would take DE from 21 Nov 2026 13:00 GMT on, 250 g/kWh, which is no better for this job',
  )
})

test('a job that pauses shows its runs, of many the first six', () => {
  const runs = Array.from({ length: 8 }, (_, index) => ({ from: `2026-11-2${index}T23:30:00.000Z`, to: `2026-11-2${index + 1}T00:30:00.000Z` }))
  expect(linesOf({ plan: { ...plan, runs: runs.slice(0, 2) } }, 'UTC').slice(2, 5)).toEqual([
    'runs       Fri 20 Nov 23:30 UTC to Sat 21 Nov 00:30 UTC',
    '           Sat 21 Nov 23:30 UTC to Sun 22 Nov 00:30 UTC',
    '           2 runs, 2 h in all',
  ])
  expect(linesOf({ plan: { ...plan, runs } }, 'UTC')[8]).toBe('           and 2 more; 8 runs, 8 h in all')
})

test('a run within a minute is not told as a stretch of nothing', () => {
  const short = [{ from: '2026-11-21T13:00:10.000Z', to: '2026-11-21T13:00:22.000Z' }]
  expect(line('runs', { plan: { ...plan, runs: short } })).toBe('runs       Sat 21 Nov 13:00 GMT, 12 s')
})

test('without a plan it says what stands in the way, and what would help', () => {
  expect(linesOf({ plan: null })).toEqual([
    'No machine can take this job now. Of 4 known:',
    '    1 busy (busy): busy--------',
    '    2 without enough GPUs (gpu)',
    'Ask for fewer GPUs, or wait for a machine that has as many.',
  ])
  expect(linesOf({ plan: null, excluded: {}, nodes: 0 })).toEqual(['No machine is enrolled yet.'])
})

test('windows are told by the clock on the wall', () => {
  const { nodeId, zone, score, gPerKWh, source, origin, recordedOn } = plan
  const alternatives = [{ nodeId, zone, score, window, gPerKWh, source, origin, recordedOn }]
  const text = linesOf({ plan: { ...plan, greenest: { window, gPerKWh } }, alternatives }, 'Asia/Tokyo').join('\n')
  expect(text).toContain('runs       Sat 21 Nov 22:00 to 22:10 GMT+9')
  expect(text).toContain('greenest   21 Nov 2026 22:00 GMT+9, 120 g/kWh')
  expect(text).not.toMatch(/T\d\d:\d\d/)
})

test('what is simulated is called so in the plan and in every alternative', () => {
  const simulated = { ...plan, source: 'SIMULATED intensity-spike on NESO', origin: 'modelled' as const, recordedOn: null }
  const { nodeId, zone, score, gPerKWh, source, origin, recordedOn } = simulated
  const alternatives = [{ nodeId, zone, score, window, gPerKWh, source, origin, recordedOn }]
  expect(line('zone', { plan: simulated })).toContain('SIMULATED intensity-spike on NESO, modelled')
  expect(line('nnnn', { alternatives })).toContain('SIMULATED intensity-spike on NESO, modelled')
})

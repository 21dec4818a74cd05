import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { EmissionGroup } from '../../../shared/contract/emissions.ts'
import { emissionsOf, sciOf } from '../../../shared/domain/carbon.ts'
import type { ReceiptInterval, ReceiptPredicate } from '../../../shared/domain/carbon-receipt.ts'
import { splitAtHalfHours } from '../../../shared/domain/half-hours.ts'
import { testGrid } from '../../../shared/domain/receipt-bundle.fake.ts'
import { epochMs, toIso } from '../../../shared/units.ts'
import { type Counted, sumEmissions } from './emissions.ts'

const START = Date.parse('2026-11-01T00:00:00Z')
const MINUTE_MS = 60_000

const amount = fc.double({ min: 0, max: 1e6, noNaN: true })
const arbitrary = fc.record({
  job: fc.integer({ min: 0, max: 6 }),
  node: fc.constantFrom('n1', '-n2', 'n3'),
  zone: fc.constantFrom('GB', 'GB-13', 'DE'),
  modelId: fc.constantFrom(null, 'a@1', 'b@2'),
  requesterId: fc.constantFrom(null, 'r1', 'r2'),
  fromMin: fc.integer({ min: 0, max: 20 * 1_440 }),
  minutes: fc.integer({ min: 1, max: 300 }),
  joules: amount,
  gPerKWh: fc.double({ min: 0, max: 900, noNaN: true }),
  origin: fc.constantFrom('live' as const, 'recorded' as const, 'modelled' as const),
  embodied: fc.option(amount),
  gpus: fc.integer({ min: 0, max: 4 }),
})

type Drawn = typeof arbitrary extends fc.Arbitrary<infer T> ? T : never

/** A receipt as one is signed: its sums follow from its intervals. */
function receiptOf({ job, node, zone, modelId, requesterId, fromMin, minutes, joules, gPerKWh, origin, embodied, gpus }: Drawn): Counted {
  const from = START + fromMin * MINUTE_MS
  const spans = splitAtHalfHours(epochMs(from), epochMs(from + minutes * MINUTE_MS))
  const intervals: ReceiptInterval[] = spans.map((span) => ({
    ...testGrid(gPerKWh),
    from: toIso(span.from),
    to: toIso(span.to),
    joules: joules / spans.length,
    kind: 'average',
    origin,
  }))
  const [emissionsG, gpuHours] = [emissionsOf(intervals), (gpus * minutes) / 60]
  const baselineG = emissionsG * 1.5
  const predicate: Partial<ReceiptPredicate> = {
    jobId: `job-${job}`,
    nodeId: node,
    zone,
    modelId,
    intervals,
    energyWh: joules / 3_600,
    emissionsG,
    baseline: { policy: 'start-at-arrival', zone, emissionsG: baselineG },
    attributedSavingG: baselineG - emissionsG,
    embodied: embodied === null ? null : { g: embodied, low: 0, high: embodied, source: 'test' },
    sci: sciOf(emissionsG, embodied ?? 0, gpuHours),
    uncertaintyPct: 5,
    method: 'counter',
  }
  return { predicate: predicate as ReceiptPredicate, intervals, requesterId, gpuHours }
}

function sourcesOf(receipts: readonly Counted[]) {
  const jobs = receipts.map(({ predicate }) => predicate.jobId)
  return {
    pages: (async function* pages() {
      yield receipts
    })(),
    several: new Set(jobs.filter((job, index) => jobs.indexOf(job) !== index)),
  }
}

const near = (value: number) => expect.closeTo(value, 4)
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)
const STRETCH = { since: START, until: START + 31 * 86_400_000 }

test('however receipts are grouped, the sums are those of what the receipts state, each once', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(arbitrary, { maxLength: 25 }),
      fc.constantFrom<EmissionGroup>('model', 'requester', 'node', 'zone', 'hour', 'day'),
      async (drawn, by) => {
        const receipts = drawn.map(receiptOf)
        const { total, items, next } = await sumEmissions(sourcesOf(receipts), { by, ...STRETCH, after: null, limit: 1_000_000 })
        const stated = receipts.map(({ predicate }) => predicate)
        expect(next).toBeNull()
        expect(total).toMatchObject({
          receipts: receipts.length,
          jobs: new Set(stated.map(({ jobId }) => jobId)).size,
          energyKWh: near(sum(stated.map(({ energyWh }) => energyWh / 1_000))),
          emissionsG: near(sum(stated.map(({ emissionsG }) => emissionsG))),
          attributedSavingG: near(sum(stated.map(({ attributedSavingG }) => attributedSavingG))),
          gpuHours: near(sum(receipts.map(({ gpuHours }) => gpuHours))),
          marketBasedG: null,
        })
        expect(total.embodiedG ?? 0).toBeCloseTo(sum(stated.map(({ embodied }) => embodied?.g ?? 0)), 4)
        for (const name of ['energyKWh', 'emissionsG', 'baselineG', 'attributedSavingG', 'gpuHours'] as const)
          expect(sum(items.map((item) => item[name]))).toBeCloseTo(total[name], 4)
        for (const { byOrigin, energyKWh, emissionsG } of items) {
          expect(sum(Object.values(byOrigin).map((part) => part.energyKWh))).toBeCloseTo(energyKWh, 4)
          expect(sum(Object.values(byOrigin).map((part) => part.emissionsG))).toBeCloseTo(emissionsG, 4)
        }
      },
    ),
    { numRuns: 60 },
  )
})

test('the software carbon intensity of one receipt is the one it states', async () => {
  await fc.assert(
    fc.asyncProperty(arbitrary, async (drawn) => {
      const receipt = receiptOf(drawn)
      const { total } = await sumEmissions(sourcesOf([receipt]), { by: 'model', after: null, limit: 10 })
      const { sci } = receipt.predicate
      expect(total.sci).toEqual([{ ...sci, value: near(sci.value) }])
    }),
    { numRuns: 40 },
  )
})

test('of a receipt that reaches over the edge, what lies inside counts, and two halves are the whole', async () => {
  const receipt = receiptOf({
    job: 1,
    node: 'n1',
    zone: 'GB',
    modelId: null,
    requesterId: null,
    fromMin: 0,
    minutes: 60,
    joules: 7.2e6,
    gPerKWh: 100,
    origin: 'live',
    embodied: 10,
    gpus: 1,
  })
  const part = async (intervals: readonly ReceiptInterval[]) =>
    (await sumEmissions(sourcesOf([{ ...receipt, intervals }]), { by: 'model', after: null, limit: 10 })).total
  const half = await part(receipt.intervals.slice(0, 1))
  expect(half).toMatchObject({ receipts: 1, energyKWh: 1, emissionsG: 100, baselineG: 150, attributedSavingG: 50, embodiedG: 5, gpuHours: 0.5 })
  expect(await part([])).toMatchObject({ receipts: 0, energyKWh: 0, sci: [], gPerJob: null, gPerGpuHour: null, uncertaintyPct: 0 })
})

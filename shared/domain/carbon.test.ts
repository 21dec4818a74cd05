import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { epochMs, fromIso, HALF_HOUR_MS } from '../units.ts'
import { buildReceipt, qualityOf } from './build-receipt.ts'
import { emissionsOf, gpuHoursOf, sciOf, startAtArrival } from './carbon.ts'
import { CarbonReceipt } from './carbon-receipt.ts'
import { testGrid, testProof } from './receipt-bundle.fake.ts'

const NOON = fromIso('2026-11-21T12:00:00.000Z')

test('a kilowatt-hour at 200 g/kWh is 200 g, wherever it is split', () => {
  expect(emissionsOf([{ joules: 3_600_000, gPerKWh: 200 }])).toBe(200)
  expect(emissionsOf([1, 2].map(() => ({ joules: 1_800_000, gPerKWh: 200 })))).toBe(200)
})

const cleanerFromHalfPast = (from: number) => (from < NOON + HALF_HOUR_MS ? 300 : 100)

test('the baseline spends the energy evenly from submission, half-hour by half-hour', () => {
  // One hour from 12:15: a quarter of it at 300 g, the rest at 100 g.
  expect(
    startAtArrival({ joules: 3_600_000, submittedAt: fromIso('2026-11-21T12:15:00.000Z'), durationMs: 3_600_000, intensityAt: cleanerFromHalfPast }),
  ).toBeCloseTo(150, 9)
})

test('on a flat grid waiting saves nothing, whenever the job came', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 86_400_000 }),
      fc.integer({ min: 1, max: 86_400_000 }),
      // Doubles near zero have too few digits left for a relative tolerance.
      fc.double({ min: 1e-6, max: 1e9, noNaN: true }),
      (offset, durationMs, joules) => {
        const submittedAt = epochMs(fromIso('2026-11-21T00:00:00.000Z') + offset)
        const baseline = startAtArrival({ joules, submittedAt, durationMs, intensityAt: () => 180 })
        expect(Math.abs(baseline - emissionsOf([{ joules, gPerKWh: 180 }]))).toBeLessThanOrEqual(1e-9 * baseline)
      },
    ),
  )
})

test('SCI is per GPU-hour where GPUs were metered, else per job', () => {
  const [gpu] = testProof().devices
  expect(gpuHoursOf([{ durationMs: 1_800_000, devices: [{ kind: 'gpu' }, { kind: 'gpu' }, { kind: 'cpu' }] }])).toBe(1)
  expect(sciOf(30, 6, 2)).toEqual({ value: 18, unit: 'gCO2e', r: 'gpu-hour' })
  expect(sciOf(30, 6, 0)).toEqual({ value: 36, unit: 'gCO2e', r: 'job' })
  expect(gpu?.kind).toBe('gpu')
})

test('the weakest proof decides what a receipt may claim', () => {
  const quality = qualityOf([
    testProof({ method: 'counter', evidence: 'tpm', uncertaintyPct: 3 }),
    testProof({ method: 'power-instant', evidence: 'software', uncertaintyPct: 12 }),
  ])
  expect(quality).toEqual({ method: 'power-instant', evidence: 'software', uncertaintyPct: 12 })
  expect(qualityOf([testProof({ evidence: 'tpm' })]).evidence).toBe('tpm')
})

const facts = {
  receiptId: 'receipt-1',
  issuedAt: NOON,
  image: `sha256:${'c'.repeat(64)}`,
  outputSha256: 'd'.repeat(64),
  job: { jobId: 'job-1', submittedAt: '2026-11-21T09:00:00.000Z', modelId: 'llama', zone: 'GB-13' },
  proofs: [{ proof: testProof(), bodySha256: 'f'.repeat(64) }],
  intensityAt: () => testGrid(80),
  baseline: { zone: 'GB', intensityAt: () => testGrid(200) },
}

test('a receipt says what was used, what it would have been at arrival, and the difference', () => {
  const { predicate, subject } = CarbonReceipt.parse(buildReceipt(facts))
  expect(predicate.energyWh).toBeCloseTo((250 * 2400) / 3600, 9)
  expect(predicate.emissionsG).toBeCloseTo((predicate.energyWh / 1000) * 80, 9)
  expect(predicate.baseline).toEqual({ policy: 'start-at-arrival', zone: 'GB', emissionsG: expect.closeTo((predicate.energyWh / 1000) * 200, 9) })
  expect(predicate.attributedSavingG).toBe(predicate.baseline.emissionsG - predicate.emissionsG)
  expect(predicate.intervals.map(({ from }) => from.slice(11, 16))).toEqual(['13:50', '14:00'])
  expect(predicate.overhead).toEqual({ factor: 1, basis: 'unknown; metered device only' })
  expect(subject.map(({ digest }) => digest.sha256[0])).toEqual(['d', 'c'])
})

test('waiting that made it worse is stated as a negative saving', () => {
  const { predicate } = buildReceipt({ ...facts, baseline: { zone: 'GB', intensityAt: () => testGrid(50) } })
  expect(predicate.attributedSavingG).toBeLessThan(0)
  expect(CarbonReceipt.safeParse(buildReceipt({ ...facts, baseline: { zone: 'GB', intensityAt: () => testGrid(50) } })).success).toBe(true)
})

test('overhead, marginal, embodied and solar are stated apart and change only what they should', () => {
  const plain = buildReceipt(facts).predicate
  const sunny = facts.proofs.map(({ proof, ...rest }) => ({ ...rest, proof: { ...proof, v: 2, solarJ: 1000, solarBasis: 'metered' } as const }))
  const full = buildReceipt({
    ...facts,
    proofs: sunny,
    overhead: { factor: 1.2, basis: 'default' },
    marginal: { gPerKWh: 400, source: 'WattTime' },
    embodied: { g: 4, low: 2, high: 8, source: 'boaviztapi' },
  }).predicate
  expect(full.energyWh).toBeCloseTo(plain.energyWh * 1.2, 9)
  expect(full.emissionsG).toBeCloseTo(plain.emissionsG * 1.2, 9)
  expect(full.marginal?.emissionsG).toBeCloseTo((full.energyWh / 1000) * 400, 9)
  expect(full.sci.value).toBeCloseTo((full.emissionsG + 4) / (2400 / 3600), 9)
  expect(full.solarJ).toBe(1000)
})

test('there is no receipt without a proof', () => {
  expect(() => buildReceipt({ ...facts, proofs: [] })).toThrow(RangeError)
})

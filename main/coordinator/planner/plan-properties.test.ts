import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { PlanAnswer } from '../../../shared/contract/plan.ts'
import { HALF_HOUR_MS, fromIso, toIso } from '../../../shared/units.ts'
import type { PlanInput, PlanOutcome, PlannerJob, PlannerNode } from './input.ts'
import { planJobs } from './plan.ts'
import { NOW, fakeJob, fakeNode, fakeOutlook, fakePrice } from './planner.fake.ts'

const MINUTE = 60_000
const ZONES = ['GB', 'GB-01', 'DE'] as const
const SLOTS = 12
const gpuOf = (vramBytes: number) => ({ uuidHash: 'a'.repeat(64), vendor: 'NVIDIA', name: 'test', driver: '1', vramBytes, powerLimitW: 300 })

const anyNode = fc.record({
  zone: fc.constantFrom(...ZONES),
  online: fc.boolean(),
  ready: fc.boolean(),
  gpus: fc.array(fc.constantFrom(8, 16), { maxLength: 3 }),
  price: fc.option(fc.integer({ min: -10, max: 100 }), { nil: null }),
  availability: fc.option(
    fc.array(fc.constantFrom(0, 0.5, 1), { minLength: 7, maxLength: 7 }).map((hours) => Array.from({ length: 168 }, (_, hour) => hours[hour % 7] ?? 0)),
    { nil: null },
  ),
  leased: fc.option(fc.record({ gpus: fc.integer({ min: 0, max: 1 }), minutes: fc.integer({ min: -30, max: 240 }) }), { nil: null }),
})
const anyValues = (top: number) => fc.array(fc.integer({ min: 1, max: top }), { minLength: SLOTS, maxLength: SLOTS })
const anyZones = fc.tuple(...ZONES.map(() => fc.record({ grams: anyValues(600), prices: fc.option(anyValues(90), { nil: null }) })))
const anyJob = fc.record({
  minutes: fc.integer({ min: 1, max: 180 }),
  deadline: fc.integer({ min: 1, max: 420 }),
  earliest: fc.option(fc.integer({ min: -60, max: 240 }), { nil: null }),
  rule: fc.constantFrom('now', 'window', 'window'),
  objective: fc.constantFrom('green', 'cheap', 'fast', 'balanced'),
  pauses: fc.option(fc.record({ minRunSeconds: fc.constantFrom(0, 900), restartSeconds: fc.constantFrom(0, 300) }), { nil: null }),
  gpus: fc.integer({ min: 0, max: 2 }),
  vram: fc.constantFrom(0, 9),
  capG: fc.option(fc.integer({ min: 1, max: 600 }), { nil: null }),
  zones: fc.option(fc.uniqueArray(fc.constantFrom(...ZONES), { minLength: 1 }), { nil: null }),
  restShare: fc.constantFrom(1, 1, 0.5),
})

type Drawn<T> = T extends fc.Arbitrary<infer V> ? V : never

const nodeOf = ({ zone, gpus, price, leased, ...rest }: Drawn<typeof anyNode>, index: number): PlannerNode =>
  fakeNode(`n${index}`, zone, {
    ...rest,
    priceMinorPerKWh: price,
    taken: leased === null || leased.gpus > gpus.length ? [] : [{ jobId: 'elsewhere', gpus: leased.gpus, until: NOW + leased.minutes * MINUTE }],
    capabilities: { gpus: gpus.map(gpuOf) },
  })

function jobOf({ minutes, deadline, earliest, rule, pauses, gpus, vram, capG, restShare, ...rest }: Drawn<typeof anyJob>, index: number): PlannerJob {
  const spec = {
    expected: { seconds: minutes * 60, watts: 1_000 },
    deadline: toIso(NOW + deadline * MINUTE),
    earliestStart: earliest === null ? null : toIso(NOW + earliest * MINUTE),
    carbon: { rule, capG },
    checkpoints: pauses !== null,
    interruptible: pauses,
    needs: { gpus, vramBytes: vram, ramBytes: 0 },
    ...rest,
  }
  return fakeJob(`j${index}`, spec, { restMs: minutes * MINUTE * restShare, progress: restShare < 1 ? 'paused' : 'fresh' })
}

const anyInput = fc.record({ nodes: fc.array(anyNode, { maxLength: 6 }), zones: anyZones, jobs: fc.array(anyJob, { minLength: 1, maxLength: 5 }) }).map(
  ({ nodes, zones, jobs }): PlanInput => ({
    now: NOW,
    nodes: nodes.map(nodeOf),
    jobs: jobs.map(jobOf),
    zones: ZONES.map((zone, index) => {
      const prices = zones[index]?.prices ?? null
      return fakeOutlook(zone, zones[index]?.grams ?? [], { price: prices && fakePrice(prices) })
    }),
  }),
)

const placed = (jobs: readonly PlannerJob[], outcome: PlanOutcome) =>
  outcome.flatMap(({ answer: { plan } }, index) => {
    const job = jobs[index]
    return plan && job ? [{ plan, job, runs: plan.runs.map(({ from, to }) => ({ from: fromIso(from), to: fromIso(to) })) }] : []
  })

/** How many GPUs of a node its jobs and leases take at a moment, and how many of them work on its processor. */
function takenAt(node: PlannerNode, all: ReturnType<typeof placed>, moment: number): { readonly gpus: number; readonly processors: number } {
  const leased = node.taken.filter(({ until }) => moment < Math.max(until, NOW + MINUTE))
  const planned = all.filter(({ plan, runs }) => plan.nodeId === node.nodeId && runs.some(({ from, to }) => from <= moment && moment < to))
  const needs = [...leased.map(({ gpus }) => gpus), ...planned.map(({ job }) => job.spec.needs.gpus)]
  return { gpus: needs.reduce((sum, gpus) => sum + gpus, 0), processors: needs.filter((gpus) => gpus === 0).length }
}

test('no node is given more than it has, and no plan leaves its zones, ends too late, begins too early, exceeds its cap or is cut short', () => {
  fc.assert(
    fc.property(anyInput, (input) => {
      const outcome = planJobs(input)
      const all = placed(input.jobs, outcome)
      for (const { plan, job, runs } of all) {
        const node = input.nodes.find(({ nodeId }) => nodeId === plan.nodeId)
        if (!node) throw new Error('planned on a node that is not there')
        const { spec } = job
        expect(node.online && (node.ready || node.availability !== null)).toBe(true)
        expect(node.capabilities.gpus.filter(({ vramBytes }) => vramBytes >= spec.needs.vramBytes).length).toBeGreaterThanOrEqual(spec.needs.gpus)
        if (spec.zones) expect(spec.zones).toContain(plan.zone)
        expect(fromIso(plan.window.to)).toBeLessThanOrEqual(fromIso(spec.deadline))
        expect(fromIso(plan.window.from)).toBeGreaterThanOrEqual(Math.max(NOW, spec.earliestStart === null ? NOW : fromIso(spec.earliestStart)))
        if (spec.carbon.capG !== null) expect(plan.expectedGrams).toBeLessThanOrEqual(spec.carbon.capG + 1e-9)
        const ran = runs.reduce((sum, { from, to }) => sum + to - from, 0)
        expect(ran).toBeGreaterThanOrEqual(Math.ceil(job.restMs) - 1)
        for (const { from } of runs) {
          const { gpus, processors } = takenAt(node, all, from)
          expect(gpus).toBeLessThanOrEqual(node.capabilities.gpus.length)
          expect(processors).toBeLessThanOrEqual(1)
        }
      }
    }),
    { numRuns: 300 },
  )
})

test('every answer is well formed, and every node that is out is counted and named once', () => {
  fc.assert(
    fc.property(anyInput, (input) => {
      for (const { answer } of planJobs(input)) {
        const { plan, excluded, out, alternatives, nodes } = PlanAnswer.parse(answer)
        expect(Object.values(excluded).reduce((sum, count) => sum + (count ?? 0), 0)).toBe(out.length)
        const named = out.map(({ nodeId }) => nodeId)
        expect(new Set([...named, ...(plan ? [plan.nodeId] : [])]).size).toBe(named.length + (plan ? 1 : 0))
        if (!plan) expect(named).toHaveLength(nodes)
        expect(alternatives.every(({ nodeId }) => nodeId !== plan?.nodeId)).toBe(true)
      }
    }),
    { numRuns: 200 },
  )
})

const figures = (outcome: PlanOutcome) => outcome.map(({ answer: { plan } }) => plan && [plan.window, plan.expectedGrams, plan.score.total])

test('the same input gives the same bytes, and the order of nodes and zones changes nothing about what a job costs', () => {
  fc.assert(
    fc.property(anyInput, (input) => {
      const text = JSON.stringify(planJobs(input))
      expect(JSON.stringify(planJobs(structuredClone(input)))).toBe(text)
      const turned = planJobs({ ...input, nodes: input.nodes.toReversed(), zones: input.zones.toReversed() })
      expect(figures(turned)).toEqual(figures(JSON.parse(text) as PlanOutcome))
    }),
    { numRuns: 100 },
  )
})

test('a job alone is never left without a plan that a start at once, or after a lease, would have given it', () => {
  fc.assert(
    fc.property(anyInput, (input) => {
      for (const job of input.jobs) {
        const open = { ...job, spec: { ...job.spec, carbon: { ...job.spec.carbon, capG: null } } }
        const [planned] = planJobs({ ...input, jobs: [open] })
        if (planned?.answer.plan) continue
        const neededMs = job.restMs + (job.progress === 'paused' ? (job.spec.interruptible?.restartSeconds ?? 0) * 1_000 : 0)
        const earliest = Math.max(NOW, job.spec.earliestStart === null ? NOW : fromIso(job.spec.earliestStart))
        for (const node of input.nodes) {
          const { gpus, zone } = node.capabilities
          const isFit = node.online && node.ready && node.availability === null && node.taken.length === 0 && (job.spec.zones?.includes(zone) ?? true)
          const hasGpus = gpus.filter(({ vramBytes }) => vramBytes >= job.spec.needs.vramBytes).length >= job.spec.needs.gpus
          if (isFit && hasGpus && earliest < NOW + SLOTS * HALF_HOUR_MS) expect(earliest + neededMs).toBeGreaterThan(fromIso(job.spec.deadline))
        }
      }
    }),
    { numRuns: 100 },
  )
})

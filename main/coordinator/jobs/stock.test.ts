import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { JobSpec } from '../../../shared/contract/job.ts'
import { toIso } from '../../../shared/units.ts'
import { testCapabilities, testSpec } from '../test-work.fake.ts'
import { keepStock, stockOf } from './stock.ts'
import type { JobAtHand } from './world.ts'

const NOW = 1_800_000_000_000
const HOUR = 3_600_000

interface Given {
  readonly state?: 'queued' | 'planned' | 'running'
  readonly plannedAt?: number | null
  readonly spec?: Partial<JobSpec>
}

const jobAtHand = (jobId: string, { state = 'queued', plannedAt = null, spec = {} }: Given = {}): JobAtHand =>
  ({ job: { jobId, state, plannedAt, spec: testSpec(NOW, spec) }, restMs: 60_000 }) as JobAtHand

const stock = (gpu: number, processor = gpu) =>
  new Map([
    ['gpu', gpu],
    ['processor', processor],
  ] as const)
const node = (nodeId: string, ready: boolean) => ({ nodeId, capabilities: testCapabilities, online: true, ready, gone: false })
const kept = (all: readonly JobAtHand[], of: ReturnType<typeof stock>) => keepStock(all, { now: NOW, stock: of }).kept.map(({ job }) => job.jobId)

test('of what only waits for a place, the first in turn are planned, as many as are missing', () => {
  const all = [jobAtHand('a', { state: 'planned', plannedAt: NOW }), jobAtHand('b'), jobAtHand('c'), jobAtHand('d')]
  expect(kept(all, stock(3))).toEqual(['a', 'b', 'c'])
  expect(keepStock(all, { now: NOW, stock: stock(3) }).heldBack).toEqual(new Set(['gpu']))
  expect(keepStock(all, { now: NOW, stock: stock(4) })).toEqual({ kept: all, heldBack: new Set() })
})

test('a kind of place has a stock of its own', () => {
  const processor = { spec: { needs: { gpus: 0, vramBytes: 0, ramBytes: 0 } } }
  const all = [jobAtHand('a'), jobAtHand('b'), jobAtHand('c', processor), jobAtHand('d', processor)]
  expect(kept(all, stock(0, 1))).toEqual(['c'])
})

test('whoever comes first in turn is planned, however many are planned that come later', () => {
  const all = [jobAtHand('first'), ...['a', 'b', 'c'].map((id) => jobAtHand(id, { state: 'planned', plannedAt: NOW }))]
  expect(kept(all, stock(3))).toEqual(['first', 'a', 'b', 'c'])
})

test('what only few machines can take keeps nobody back whom others could take', () => {
  const large = { needs: { gpus: 1, vramBytes: 80e9, ramBytes: 0 } }
  const planned = ['a', 'b', 'c'].map((id) => jobAtHand(id, { state: 'planned', plannedAt: NOW, spec: large }))
  expect(kept([...planned, jobAtHand('more', { spec: large }), jobAtHand('small')], stock(3))).toEqual(['a', 'b', 'c', 'small'])
})

test.each<[string, Given]>([
  ['waits for its window', { spec: { carbon: { rule: 'window', capG: null } } }],
  ['has a cap', { spec: { carbon: { rule: 'now', capG: 100 } } }],
  ['is to begin later', { spec: { earliestStart: toIso(NOW + HOUR) } }],
  ['has little time left', { spec: { deadline: toIso(NOW + HOUR + 119_999) } }],
  ['is planned', { state: 'planned', plannedAt: NOW }],
  ['runs', { state: 'running', plannedAt: NOW }],
  ['was looked at before', { plannedAt: NOW - HOUR }],
])('a job that %s is never left for later', (_, given) => {
  expect(kept([jobAtHand('a', given)], stock(0))).toEqual(['a'])
})

test('nobody is left for later while somebody behind it is planned that could wait as well', () => {
  fc.assert(
    fc.property(fc.array(fc.boolean(), { maxLength: 30 }), fc.nat(20), (window, most) => {
      const all = window.map((isWindow, index) => jobAtHand(`job-${index}`, isWindow ? { spec: { carbon: { rule: 'window', capG: null } } } : {}))
      const waiting = all.filter((_, index) => !window[index])
      const names = new Set(kept(all, stock(most)))
      expect(waiting.map(({ job }) => names.has(job.jobId))).toEqual(waiting.map((_, index) => index < most))
      expect(names.size).toBe(all.length - Math.max(0, waiting.length - most))
    }),
  )
})

test('there are four times as many as all willing machines have, and as went since the last round, and never few', () => {
  const nodes = [...Array.from({ length: 40 }, (_, index) => node(`n${index}`, true)), node('resting', false)]
  expect([stockOf([], 0), stockOf(nodes, 0), stockOf(nodes, 100)]).toEqual([stock(50), stock(160), stock(560)])
})

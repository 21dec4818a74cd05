import { expect, test } from 'vitest'
import type { Exclusion } from '../../../shared/contract/plan.ts'
import { toIso } from '../../../shared/units.ts'
import { NOW, answerTo, fakeGpu, fakeNode, fakeOutlook } from './planner.fake.ts'

const HOUR = 3_600_000
const never = Array.from({ length: 168 }, () => 0.49)

const lease = (until: number) => [{ jobId: 'other', gpus: 0, until: NOW + until }]

const unfit: readonly (readonly [Exclusion, Parameters<typeof fakeNode>[2], Record<string, unknown>])[] = [
  ['zone', {}, { zones: ['DE'] }],
  ['runtime', { capabilities: { runtimes: [] } }, {}],
  ['gpu', {}, { needs: { gpus: 1, vramBytes: 0, ramBytes: 0 } }],
  ['gpu', { capabilities: { gpus: [fakeGpu] } }, { needs: { gpus: 2, vramBytes: 0, ramBytes: 0 } }],
  ['vram', { capabilities: { gpus: [fakeGpu] } }, { needs: { gpus: 1, vramBytes: 9e9, ramBytes: 0 } }],
  ['vram', { capabilities: { gpus: [fakeGpu, { ...fakeGpu, vramBytes: 16e9 }] } }, { needs: { gpus: 2, vramBytes: 9e9, ramBytes: 0 } }],
  ['ram', {}, { needs: { gpus: 0, vramBytes: 0, ramBytes: 9e9 } }],
  ['reputation', {}, { needs: { gpus: 0, vramBytes: 0, ramBytes: 0, minReputation: 0.51 } }],
  ['reputation', { standing: { reputation: 0.7, onProbation: false } }, { needs: { gpus: 0, vramBytes: 0, ramBytes: 0, minReputation: 0.75 } }],
  ['reputation', { standing: { reputation: 0.9, onProbation: true } }, {}],
  ['quota', { standing: { reputation: 0.9, onProbation: false, atQuota: true } }, {}],
  ['offline', { online: false, ready: false, taken: lease(HOUR) }, {}],
  ['paused', { ready: false, taken: lease(HOUR) }, {}],
  ['paused', { ready: false, availability: never }, {}],
  ['busy', { taken: lease(23.1 * HOUR) }, {}],
  ['price', {}, { price: { microUsdPerHour: '100000', maxMicroUsd: '99999' } }],
  ['carbon-cap', {}, { carbon: { rule: 'window', capG: 99 } }],
  ['carbon-cap', {}, { carbon: { rule: 'now', capG: 99 } }],
  ['deadline', {}, { earliestStart: toIso(NOW + 23 * HOUR + 1) }],
]

test.each(unfit)('“%s” excludes a node, counted and named once', (reason, node, spec) => {
  const nodes = [fakeNode('a', 'GB', node)]
  expect(answerTo({ nodes, zones: [fakeOutlook('GB', [100, 100])] }, spec)).toMatchObject({
    plan: null,
    excluded: { [reason]: 1 },
    out: [{ nodeId: nodes[0]?.nodeId, zone: 'GB', reason }],
    nodes: 1,
  })
})

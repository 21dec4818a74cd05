import { expect, test } from 'vitest'
import type { Policy } from '../../shared/contract/decision.ts'
import { testCapabilities, testSpec } from './test-work.fake.ts'
import { createMatching } from './matching.ts'
import { monotonicMs } from '../../shared/units.ts'
import { POLICIES } from './policies.ts'

const NOW = Date.parse('2026-03-01T12:00:00.000Z')
const [gpu] = testCapabilities.gpus
const job = (jobId: string, vramBytes: number) => ({
  jobId,
  spec: testSpec(NOW, { needs: { gpus: 1, vramBytes, ramBytes: 0 } }),
  zone: 'GB-13',
  until: NOW + 60_000,
  avoids: [],
})
const node = (nodeId: string, sizes: readonly number[], changes: { free?: number; reputation?: number } = {}) => ({
  node: {
    nodeId,
    capabilities: { ...testCapabilities, gpus: sizes.flatMap((vramBytes) => (gpu ? [{ ...gpu, vramBytes }] : [])) },
    standing: { reputation: changes.reputation ?? 0.5, onProbation: false },
  },
  free: { processor: 1, gpu: changes.free ?? sizes.length },
  promised: [],
})
const match = createMatching({ monotonic: () => monotonicMs(0) })

test('each job has the machine that it wastes least of, and the same is answered again from what the log keeps', async () => {
  const matched = await match({
    jobs: [job('small', 6e9), job('large', 20e9)],
    nodes: [node('large', [24e9]), node('small', [8e9]), node('other', [8e9], { reputation: 0.9 })],
  })
  expect(matched.map(({ jobId, nodeId }) => [jobId, nodeId])).toEqual([
    ['small', 'small'],
    ['large', 'large'],
  ])
  for (const { jobId, choice } of matched) {
    const policy = POLICIES.find(({ name, version }) => name === choice.policy.name && version === choice.policy.version) as Policy
    const inputs = JSON.parse(JSON.stringify(choice.inputs)) as Readonly<Record<string, unknown>>
    expect(policy.decide(inputs, { kind: 'job', id: jobId })).toEqual(choice.answer)
  }
  expect(matched[0]?.choice.answer.alternatives).toMatchObject([
    { option: '1 with 7 GiB free and 30 GiB of memory', chosen: true },
    { chosen: false },
    { chosen: false },
  ])
})

test('which of its GPUs a busy machine has left is not known, so it may be the smaller ones', async () => {
  expect(await match({ jobs: [job('large', 20e9)], nodes: [node('mixed', [8e9, 24e9], { free: 1 })] })).toEqual([])
  expect(await match({ jobs: [job('small', 6e9)], nodes: [node('mixed', [8e9, 24e9], { free: 1 })] })).toHaveLength(1)
})

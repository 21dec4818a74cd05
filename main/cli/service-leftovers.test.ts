import { expect, test } from 'vitest'
import type { EngineObject } from '../agent/jobs/container-engine.ts'
import { sweepEngine } from './service-leftovers.ts'

const NODE = 'n'.repeat(43)
const object = (kind: EngineObject['kind'], name: string, labels: Readonly<Record<string, string>>): EngineObject => ({
  kind,
  id: `${kind}-${name}`,
  name,
  labels,
})
const ours = (kind: EngineObject['kind'], attemptId: string) =>
  object(kind, `windfall-${attemptId}`, { 'dev.windfall.agent': NODE, 'dev.windfall.attempt': attemptId })

test('what this agent brought goes, containers before volumes; what only looks like it stays', async () => {
  const objects = [
    ours('volume', 'a1'),
    ours('container', 'a1'),
    object('container', 'my-database', { 'dev.windfall.agent': NODE, 'dev.windfall.attempt': 'a2' }),
    object('container', 'windfall-a3', { 'dev.windfall.agent': NODE }),
    object('volume', 'windfall-a4', { 'dev.windfall.agent': 'another', 'dev.windfall.attempt': 'a4' }),
  ]
  const removed: string[] = []
  const engine = {
    list: async () => objects,
    remove: async ({ id }: Pick<EngineObject, 'id'>) => void removed.push(id),
    removeImage: async (name: string) => {
      removed.push(name)
      return name.includes('busy') ? ('in-use' as const) : ('gone' as const)
    },
  }
  const swept = await sweepEngine({ engine, nodeId: NODE, images: ['windfall.local/x:1', 'busy@sha256:0'] }, new AbortController().signal)
  expect(removed).toEqual(['container-windfall-a1', 'volume-windfall-a1', 'windfall.local/x:1', 'busy@sha256:0'])
  expect(swept).toEqual(['container windfall-a1', 'volume windfall-a1', 'image windfall.local/x:1'])
})

import { expect, test } from 'vitest'
import { createGpuGate } from './gpu-gate.ts'
import type { DeviceKind, PowerSource } from './power-source.ts'

const source = (uuid: string, kind: DeviceKind = 'gpu') => ({ device: { kind, uuid } }) as PowerSource
const NEVER = new AbortController().signal

function gateOver(seen: Readonly<Record<string, string | null>>, anyAllowed = true) {
  const news: string[] = []
  const looked: string[] = []
  const gate = createGpuGate({
    sight: {
      see: async ({ uuid }) => {
        looked.push(uuid)
        const reason = seen[uuid] ?? null
        return reason === null ? { seen: true, evidence: 'nvidia0' } : { seen: false, reason }
      },
      forget: () => looked.splice(0),
    },
    anyAllowed,
    changed: () => news.push('changed'),
  })
  return { gate, news, looked }
}

test('a GPU is offered once a container has seen it; the processor needs none', async () => {
  const { gate, looked } = gateOver({ b: 'No container toolkit is installed.' })
  const admitted = await gate.admit([source('a'), source('b'), source('cpu', 'cpu')], NEVER)
  expect(admitted.map(({ device }) => device.uuid)).toEqual(['a', 'cpu'])
  expect(looked).toEqual(['a', 'b'])
  expect([gate.refusalOf('a'), gate.refusalOf('b')]).toEqual([null, 'No container toolkit is installed.'])
})

test('the owner hears of a refusal once, and of its end', async () => {
  const seen: Record<string, string | null> = { a: 'The driver inside is missing.' }
  const { gate, news } = gateOver(seen)
  await gate.admit([source('a')], NEVER)
  await gate.admit([source('a')], NEVER)
  expect(news).toHaveLength(1)
  seen['a'] = null
  await gate.admit([source('a')], NEVER)
  expect([news.length, gate.refusalOf('a')]).toEqual([2, null])
})

test('without an image that may use a GPU none is offered, and no container is started to look', async () => {
  const { gate, looked } = gateOver({}, false)
  expect(await gate.admit([source('a')], NEVER)).toEqual([])
  expect(looked).toEqual([])
  expect(gate.refusalOf('a')).toContain('agent.images.allow')
})

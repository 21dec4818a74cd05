import { expect, test } from 'vitest'
import { capabilityChanges } from './capability-changes.ts'
import { someCapabilities } from './node.fake.ts'

const at = (version: number, agentVersion: string, driver = '550') => {
  const { gpus, ...rest } = someCapabilities
  return { version, recordedAt: `2026-11-2${version}T10:00:00.000Z`, capabilities: { ...rest, agentVersion, gpus: gpus.map((gpu) => ({ ...gpu, driver })) } }
}

test('each record says what differs from the one before it', () => {
  const changes = capabilityChanges([at(3, '1.4.0', '560'), at(2, '1.4.0'), at(1, '1.3.0')])
  expect(changes.map(({ version, changes: texts }) => [version, texts.length])).toEqual([
    [3, 1],
    [2, 1],
    [1, 0],
  ])
  expect(changes[0]?.changes[0]).toMatch(/^GPUs: .*driver 550 → .*driver 560$/)
  expect(changes[1]?.changes).toEqual(['Agent: 1.3.0 → 1.4.0'])
})

test('the last of a list that goes on is compared with nothing that is not there', () => {
  expect(capabilityChanges([at(3, '1.4.0'), at(2, '1.3.0')]).map(({ version }) => version)).toEqual([3])
})

import { expect, test } from 'vitest'
import { AGENT_LABEL } from '../agent/jobs/container-spec.ts'
import { createDockerEngine } from '../agent/jobs/docker.ts'
import { listOurs, judgeLeftovers } from './engine-leftovers.ts'
import { lookAtEngine } from './engine-look.ts'

test('what a crashed Windfall left on the engine is found, and nothing of others', async () => {
  const signal = new AbortController().signal
  const { found } = await lookAtEngine({}, signal)
  if (!found) throw new Error('this test needs a container engine')
  const engine = createDockerEngine()
  const [ours, others] = [`windfall-left-${process.pid}`, `other-left-${process.pid}`]
  await engine.createVolume(ours, { [AGENT_LABEL]: 'crashed', 'dev.windfall.deadline': '2026-01-01T00:00:00.000Z' })
  await engine.createVolume(others, { 'some.other.label': 'x' })
  try {
    const objects = await listOurs(found.candidate.address, signal)
    expect(objects).toContainEqual({ kind: 'volume', name: ours, deadline: Date.parse('2026-01-01T00:00:00.000Z') })
    expect(objects.map(({ name }) => name)).not.toContain(others)
    const left = objects.filter(({ name }) => name === ours)
    expect(judgeLeftovers(left, Date.parse('2026-11-21T00:00:00.000Z')).fix).toContain(`docker volume rm ${ours}`)
  } finally {
    for (const id of [ours, others]) await engine.remove({ kind: 'volume', id })
  }
})

import { expect, test } from 'vitest'
import { PlanAnswer } from '../../shared/contract/plan.ts'
import { startTestCore } from './core.fake.ts'
import { testSpec } from './test-work.fake.ts'

test('a requester learns where and when, but not which machines; who sees the fleet does', async () => {
  await using core = await startTestCore()
  const [first, second] = [await core.enrol(), await core.enrol()]
  await first.ready()
  const spec = testSpec(core.clock.now())
  const told = PlanAnswer.parse(await core.parts.jobs.plan(spec, false))
  const ids = [first.nodeId, second.nodeId]
  expect(told).toMatchObject({ plan: { nodeId: 'node-1', zone: 'GB-13' }, excluded: { offline: 1 }, out: [], nodes: 2 })
  for (const id of ids) expect(JSON.stringify(told)).not.toContain(id)
  expect(await core.parts.jobs.plan(spec, true)).toMatchObject({ plan: { nodeId: first.nodeId } })
})

/** Whatever owners do with their machines costs these nothing: no reputation, no quota, no quarantine. */
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { TestNode } from './core.fake.ts'
import { FIRST_QUOTA } from './registry/standing.ts'
import { createStandingStore } from './registry/standing.store.ts'
import { type World, claimOf, finished, givenBack, leaseTo, save, startRuns, work } from './runs.fixture.ts'

/** What an agent says of a job that its owner stopped, or that was stopped by what its owner has decided before. */
const SAID = ['owner-present', 'game', 'agent.stopped', 'agent.restarted', 'device-off', 'ceiling', 'carbon', 'plan'] as const
const stop = fc.oneof(
  fc.constantFrom(...SAID).map((reason) => ({ is: 'said', reason }) as const),
  fc.constantFrom({ is: 'given-back' } as const, { is: 'switched-off' } as const, { is: 'switched-off-and-back' } as const),
)
type Stop = typeof stop extends fc.Arbitrary<infer S> ? S : never

/** After which neither a lease nor the machine that had it is waited for. */
const AWAY_MS = 301_000

const away = ({ core }: World, { nodeId }: TestNode) => core.parts.agents.heartbeat(nodeId, { ready: false, reasons: ['user'], running: [] })

/** Until its lease has run out, because nobody hears of the machine. */
async function beAway({ core }: World): Promise<void> {
  await core.jobs.round()
  await core.clock.advance(AWAY_MS)
  await core.jobs.round()
}

/** How one job ends on the machine of an owner. */
async function endOn(world: World, node: TestNode, how: Stop): Promise<void> {
  const { core } = world
  const lease = await leaseTo(world, node)
  const run = { node, lease, ms: 60_000 }
  await work(world, run)
  const fail = (reason: string) => core.jobs.fail({ ...claimOf(node, lease), reason, message: 'The machine was needed.', exitCode: null, retry: true })
  if (how.is === 'said') return fail(how.reason)
  if (how.is === 'given-back') {
    await save(world, node, lease)
    await core.parts.proofs.giveBack(node.nodeId, await givenBack(world, run))
    return
  }
  await beAway(world)
  if (how.is !== 'switched-off-and-back') return
  // What its agent tells first when it is there again.
  await away(world, node)
  await fail('agent.restarted')
}

test('no ending that an owner causes costs reputation or quota, in whatever order, whoever does the job then', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(stop, { minLength: 1, maxLength: 4 }), fc.boolean(), async (stops, isRemoved) => {
      const world = await startRuns(2)
      await using core = world.core
      const [owned, other] = world.nodes
      if (!owned || !other) throw new Error('two nodes')
      for (const [index, how] of stops.entries()) {
        await core.submit(`job-${index}`, { checkpoints: true, retries: 20, price: { microUsdPerHour: '60000', maxMicroUsd: '100000' } })
        await endOn(world, owned, how)
        // A machine that is switched off stays so until its owner is back.
        if (how.is !== 'switched-off') await away(world, owned)
        const lease = await leaseTo({ ...world, nodes: [other] }, other)
        await work(world, { node: other, lease, ms: 60_000 })
        await core.parts.proofs.submit(other.nodeId, await finished(world, { node: other, lease, ms: 60_000 }))
      }
      if (isRemoved) await core.standings.remove({ nodeId: owned.nodeId, by: owned.nodeId, reason: 'sold' })
      const standing = await createStandingStore(core.db).get(owned.nodeId)
      expect(standing?.bad ?? 0).toBe(0)
      expect(standing?.faults ?? {}).toEqual({})
      expect(standing?.quota ?? FIRST_QUOTA).toBeGreaterThanOrEqual(FIRST_QUOTA)
      expect((await core.registry.node(owned.nodeId))?.state).toBe(isRemoved ? 'removed' : 'active')
      expect((await createStandingStore(core.db).get(other.nodeId))?.bad).toBe(0)
    }),
    { numRuns: 6 },
  )
})

test('a machine that is there and says nothing of its job was silent, which counts', async () => {
  const world = await startRuns(2)
  await using core = world.core
  const [quiet, other] = world.nodes
  if (!quiet || !other) throw new Error('two nodes')
  await core.submit('job-1')
  await leaseTo(world, quiet)
  await beAway(world)
  await away(world, quiet)
  const lease = await leaseTo(world, other)
  await work(world, { node: other, lease, ms: 60_000 })
  await quiet.ready()
  await core.parts.proofs.submit(other.nodeId, await finished(world, { node: other, lease, ms: 60_000 }))
  expect(await createStandingStore(core.db).get(quiet.nodeId)).toMatchObject({ faults: { silent: 1 }, quota: FIRST_QUOTA - 1, today: 1 })
})

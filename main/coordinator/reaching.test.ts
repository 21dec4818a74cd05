import { expect, onTestFinished, test } from 'vitest'
import type { Presence } from '../../shared/contract/node.ts'
import { type TestCore, REQUESTER, startTestCore } from './core.fake.ts'
import type { Core, CoreDeps } from './core.ts'
import { createMembership } from './replicas/membership.ts'
import { type RunningNeighbours, createNeighbours } from './replicas/neighbours.ts'

/** Two coordinators over one database, in one process: the first plans, and agents talk to either. */
async function startTwo(): Promise<{ readonly planner: TestCore; readonly other: Core; readonly problems: string[] }> {
  const neighbours: RunningNeighbours[] = []
  const [stop, problems]: [AbortController, string[]] = [new AbortController(), []]
  const changes = (_: unknown, { db, clock }: Pick<CoreDeps, 'db' | 'clock'>): Partial<CoreDeps> => {
    const replicaId = `replica-${neighbours.length}`
    const isPlanner = neighbours.length === 0
    const common = { db, clock, databaseNow: async () => clock.now(), replicaId, ttlMs: 10_000, onFailure: (message: string) => void problems.push(message) }
    const membership = createMembership({ ...common, self: { replicaId, session: replicaId, version: '1', shared: {} } })
    const started = createNeighbours({ ...common, membership, presenceEveryMs: 15_000 })
    neighbours.push({
      ...started,
      async run(ears, signal) {
        await membership.join(`http://${replicaId}`)
        await started.run(ears, signal)
      },
    })
    return { neighbours: started, shards: { fenced: () => db, epochOf: () => (isPlanner ? 0 : null) } }
  }
  const planner = await startTestCore({ changes })
  const other = planner.restart()
  const running = [planner, other].flatMap((core, index) => {
    const ears = core.ears(() => undefined)
    return neighbours[index]?.run(ears, stop.signal) ?? []
  })
  onTestFinished(async () => {
    stop.abort()
    await Promise.all(running)
    await planner[Symbol.asyncDispose]()
  })
  await planner.clock.advance(2_000)
  return { planner, other, problems }
}

const ready = { ready: true, reasons: [], running: [] }

/** A job that was given to a node that only ever talks to the other coordinator. */
async function leaseThroughOther() {
  const { planner, other, problems } = await startTwo()
  const { nodeId } = await planner.enrol()
  const report = (running: Presence['running'] = []) => other.parts.agents.heartbeat(nodeId, { ...ready, running })
  await report()
  await planner.clock.advance(2_000)
  await planner.submit('job-1')
  await planner.jobs.round()
  const lease = await other.jobs.request(nodeId, ['docker', 'wasm'])
  if (!lease) throw new Error('the job was not leased')
  await other.jobs.start({ nodeId, leaseId: lease.leaseId, token: lease.token })
  const held = [{ leaseId: lease.leaseId, token: lease.token, state: 'running' as const }]
  const state = async () => (await planner.jobs.view(REQUESTER, 'job-1')).state
  return { planner, other, nodeId, lease, held, report, state, problems }
}

test('a node that reports to one coordinator is given work by another, and keeps it for as long as it reports', async () => {
  const { planner, held, state, report, problems } = await leaseThroughOther()
  for (let passed = 0; passed < 300_000; passed += 15_000) {
    await report(held)
    await planner.clock.advance(15_000)
    await planner.jobs.round()
    expect(await state()).toBe('running')
  }
  await planner.clock.advance(106_000)
  await planner.jobs.round()
  expect((await planner.jobs.view(REQUESTER, 'job-1')).attempts[0]).toMatchObject({ state: 'lost', reason: 'lease.expired' })
  expect(problems).toEqual([])
})

test('what one coordinator asks back, the next report to another one brings', async () => {
  const { planner, lease, held, report } = await leaseThroughOther()
  await planner.jobs.askBack(lease.leaseId, 'carbon')
  expect((await report(held)).yields).toEqual([{ leaseId: lease.leaseId, reason: 'carbon' }])
})

test('a job that is cancelled at one coordinator ends within two seconds where its node waits for orders at another', async () => {
  const { planner, other, nodeId, lease, held } = await leaseThroughOther()
  const waiting = other.parts.agents.orders(nodeId, { running: held, waitMs: 10_000 })
  await planner.clock.advance(500)
  await planner.parts.jobs.cancel(REQUESTER, 'job-1')
  const cancelledAt = planner.clock.monotonic()
  await planner.clock.advance(1_900)
  expect((await waiting).cancelled).toEqual([lease.leaseId])
  expect(planner.clock.monotonic() - cancelledAt).toBeLessThan(2_000)
})

test('a coordinator that gives no leases out says so without an error: the other one does within a second', async () => {
  const { planner, other } = await startTwo()
  const { nodeId } = await planner.enrol()
  await other.parts.agents.heartbeat(nodeId, ready)
  await planner.submit('job-1')
  expect(await other.jobs.request(nodeId, ['docker', 'wasm'])).toBeNull()
})

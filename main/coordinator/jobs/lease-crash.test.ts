/** Leases over crashes: whatever is lost between a machine and the database, no token is given twice and nothing is paid twice. */
import * as fc from 'fast-check'
import { sql } from 'kysely'
import { expect, test, vi } from 'vitest'
import type { Lease } from '../../../shared/contract/job.ts'
import { WindfallError } from '../../../shared/errors.ts'
import { createIds } from '../../kernel/ids.ts'
import type { Core } from '../core.ts'
import { type TestCore, type TestNode, REQUESTER, startTestCore } from '../core.fake.ts'
import { proofFor, submissionOf, testCapabilities } from '../test-work.fake.ts'
import { createRenewals } from './leases.ts'
import { type LeasingDeps, leaseJob } from './leasing.ts'

const DELAY_MS = 3_600_000

/** A few machines as they see it: what they were given and were not told to drop. */
interface World {
  readonly first: TestCore
  /** The coordinator that runs now. */
  core: Core
  /** After how long what is planned is to begin. */
  readonly planned: { delayMs: number }
  submitted: number
  readonly nodes: readonly TestNode[]
  readonly held: Map<string, Lease[]>
  /** Every lease that any machine was ever offered. */
  readonly given: Lease[]
  /** Of a coordinator that dies, beyond what it gives out otherwise. */
  lostTokens: number
}

function listen(world: World): void {
  vi.spyOn(world.core.hub, 'send').mockImplementation((nodeId, frame) => {
    if (frame.type !== 'lease') return true
    take(world, nodeId, frame.lease)
    return true
  })
}

function take({ held, given }: World, nodeId: string, lease: Lease): void {
  const mine = held.get(nodeId) ?? []
  if (!mine.some(({ leaseId }) => leaseId === lease.leaseId)) held.set(nodeId, [...mine, lease])
  if (!given.some(({ leaseId }) => leaseId === lease.leaseId)) given.push(lease)
}

const drop = ({ held }: World, nodeId: string, leaseIds: readonly string[]): void =>
  void held.set(
    nodeId,
    (held.get(nodeId) ?? []).filter(({ leaseId }) => !leaseIds.includes(leaseId)),
  )

async function beat(world: World, { nodeId }: TestNode): Promise<void> {
  const running = (world.held.get(nodeId) ?? []).map(({ leaseId, token }) => ({ leaseId, token, state: 'running' as const }))
  const { lost, cancelled } = await world.core.parts.agents.heartbeat(nodeId, { ready: true, reasons: [], running })
  drop(world, nodeId, [...lost, ...cancelled])
}

async function finish(world: World, { nodeId, signer }: TestNode): Promise<void> {
  const [lease] = world.held.get(nodeId) ?? []
  if (!lease) return
  const { seq, head } = await world.core.parts.proofs.head(nodeId)
  const changes = { seq: seq + 1, prev: head, proofId: `proof-${lease.leaseId}` }
  const proof = proofFor(lease, { nodeId, now: world.first.clock.now(), changes })
  await world.core.jobs.start({ nodeId, leaseId: lease.leaseId, token: lease.token }).catch(expected('lease.lost'))
  await world.core.parts.proofs.submit(nodeId, await submissionOf(lease, proof, signer)).catch(expected('proof.lease', 'proof.implausible'))
  drop(world, nodeId, [lease.leaseId])
}

const expected =
  (...codes: readonly string[]) =>
  (error: unknown): null => {
    if (error instanceof WindfallError && codes.includes(error.code)) return null
    throw error
  }

function restart(world: World): void {
  world.core = world.first.restart()
  listen(world)
}

const nothing = async () => undefined

/** A lease is on its way when the coordinator dies: its machine has it, the database does not. */
async function dieGivingOut(world: World): Promise<void> {
  const { first, core } = world
  const [node] = world.nodes
  if (!node) return
  world.planned.delayMs = DELAY_MS
  const jobId = `job-${(world.submitted += 1)}`
  await first.submit(jobId)
  await node.ready()
  await core.jobs.round()
  world.planned.delayMs = 0
  const deps: LeasingDeps = {
    ...first,
    ids: createIds(first.clock),
    money: { reserve: nothing, reserveAll: nothing, release: nothing, releaseAll: nothing },
    endRuns: async () => 'free',
    leaseTtlMs: 90_000,
    chance: () => 0.5,
    renewals: createRenewals(first.clock, 90_000),
    nextToken: () => (world.lostTokens += 1),
    push: { lease: (nodeId, lease) => (take(world, nodeId, lease), true), cancel: () => false },
    decide: async (tx, kind, body) => {
      await first.decide(tx, kind, body)
      if (kind === 'lease') await sql`ROLLBACK`.execute(tx)
    },
  }
  const plan = (await core.jobs.view(REQUESTER, jobId)).plan
  if (plan) await leaseJob(deps, { jobId, node: { nodeId: plan.nodeId, capabilities: testCapabilities }, choice: null }).catch(expected('storage.failed'))
  restart(world)
}

const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('beat' as const, 'finish' as const), node: fc.nat(2) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constantFrom('submit' as const, 'round' as const, 'die' as const, 'minutes' as const), node: fc.constant(0) }) },
)

async function live(world: World, { do: what, node: index }: typeof step extends fc.Arbitrary<infer S> ? S : never): Promise<void> {
  const node = world.nodes[index]
  if (!node) return
  if (what === 'beat') return beat(world, node)
  if (what === 'finish') return finish(world, node)
  if (what === 'submit') return world.first.submit(`job-${(world.submitted += 1)}`)
  if (what === 'round') return world.core.jobs.round()
  if (what === 'die') return dieGivingOut(world)
  await world.first.clock.advance(120_000)
}

/** One job that is paid, and one that is lost on its way. */
const LIFE: Parameters<typeof live>[1][] = [
  ...[0, 1, 2].map((node) => ({ do: 'beat' as const, node })),
  { do: 'submit', node: 0 },
  { do: 'round', node: 0 },
  ...[0, 1, 2].map((node) => ({ do: 'finish' as const, node })),
  { do: 'die', node: 0 },
]

test('whatever is lost in a crash, every token is new, and every job is paid once or not at all', async () => {
  let [paid, lost] = [0, 0]
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 8, maxLength: 30 }), async (steps) => {
      const planned = { delayMs: 0 }
      await using first = await startTestCore({ delayMs: () => planned.delayMs })
      const nodes = [await first.enrol(), await first.enrol(), await first.enrol()]
      const world: World = { first, core: first, planned, submitted: 0, nodes, held: new Map(), given: [], lostTokens: 1_000_000 }
      listen(world)
      for (const one of steps) await live(world, one)
      const settled = await first.decided('test.settle')
      expect(new Set(settled.map(({ jobId }) => jobId)).size).toBe(settled.length)
      const completed = await first.db.selectFrom('job').select('id').where('state', '=', 'completed').orderBy('id').execute()
      expect(settled.map(({ jobId }) => String(jobId)).toSorted()).toEqual(completed.map(({ id }) => id).toSorted())
      paid += settled.length
      lost += world.lostTokens - 1_000_000
      for (const [jobId, leases] of Map.groupBy(world.given, (lease) => lease.jobId))
        expect(new Set(leases.map(({ token }) => token)).size, jobId).toBe(leases.length)
    }),
    { numRuns: 8, examples: [[LIFE]] },
  )
  expect(Math.min(paid, lost)).toBeGreaterThan(0)
})

test('after a restart a machine that still runs its job keeps it; what nobody reports is given to another one under a higher token', async () => {
  await using core = await startTestCore()
  const [staying, gone, other] = [await core.enrol(), await core.enrol(), await core.enrol()]
  const kept = await core.lease(staying, 'kept')
  const left = await core.lease(gone, 'left')
  const again = core.restart()
  for (let passed = 0; passed < 3; passed++) {
    const running = [{ leaseId: kept.leaseId, token: kept.token, state: 'running' as const }]
    expect(await again.parts.agents.heartbeat(staying.nodeId, { ready: true, reasons: [], running })).toMatchObject({ lost: [], cancelled: [] })
    await again.parts.agents.heartbeat(other.nodeId, { ready: true, reasons: [], running: [] })
    await again.jobs.round()
    await core.clock.advance(60_000)
  }
  await again.jobs.round()
  expect((await again.jobs.view(REQUESTER, 'kept')).attempts).toHaveLength(1)
  const { attempts } = await again.jobs.view(REQUESTER, 'left')
  expect(attempts.map(({ nodeId, state }) => [nodeId, state])).toEqual([
    [gone.nodeId, 'lost'],
    [other.nodeId, 'leased'],
  ])
  const lease = await again.jobs.request(other.nodeId, ['docker'])
  expect(lease?.token).toBeGreaterThan(left.token)
})

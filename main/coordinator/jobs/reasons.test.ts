import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { Exclusion } from '../../../shared/contract/plan.ts'
import type { JobView } from '../../../shared/contract/job.ts'
import { WAITING_REASONS } from '../../../shared/domain/waiting-reasons.ts'
import { WindfallError } from '../../../shared/errors.ts'
import { fromIso } from '../../../shared/units.ts'
import { REQUESTER, startTestCore } from '../core.fake.ts'
import { testSpec } from '../test-work.fake.ts'
import { planFirstFree } from '../first-free.fake.ts'
import type { Core } from '../core.ts'
import { LEASE_LEAD_MS } from './leases.ts'
import type { PlanJobs } from './ports.ts'
import { explainExclusions, explainWindow } from './reasons.ts'
import { RETRY_MS } from './when-to-plan.ts'

const NOW = Date.parse('2026-03-01T12:00:00.000Z')

test('the reason is the constraint that excludes most nodes, and the message says what would have to change', () => {
  expect(explainExclusions({ runtime: 3, busy: 1 }, 4)).toEqual({
    reason: 'waiting.runtime',
    message: 'No machine can take this job now: 3 without the runtime, 1 busy. It takes a machine with the runtime that the job asks for.',
  })
  expect(explainExclusions({ zone: 3 }, 3).message).toBe(
    'No machine can take this job now: 3 outside the allowed zones. Allow more zones, or wait for a machine in one of them.',
  )
  expect(explainExclusions({}, 0).reason).toBe('waiting.nodes')
  expect(explainExclusions({}, 2).reason).toBe('waiting.nodes')
})

test('whatever excludes every node, there is a reason for it and a sentence', () => {
  for (const exclusion of Exclusion.options) {
    const { reason, message } = explainExclusions({ [exclusion]: 2 }, 2)
    expect(WAITING_REASONS).toContain(reason)
    expect(message).toMatch(/^No machine can take this job now: 2 [^.]+\. [A-Z][^.]+\.$/)
    expect(message.length).toBeLessThan(500)
  }
})

test.each([
  [LEASE_LEAD_MS + 1, false, 'waiting.window', 'Waits for its window in GB, which opens at '],
  [LEASE_LEAD_MS + 1, true, 'waiting.window', 'It has run, and goes on from its checkpoint in its next window in GB, which opens at '],
  [LEASE_LEAD_MS, true, 'waiting.node', 'Its window in GB is open; waits for the machine.'],
] as const)('a job whose window opens in %i ms says so', (ms, hasRun, reason, message) => {
  const window = { from: new Date(NOW + ms).toISOString(), to: new Date(NOW + 3_600_000).toISOString() }
  expect(explainWindow({ zone: 'GB', window }, { now: NOW, hasRun })).toMatchObject({ reason, message: expect.stringContaining(message) })
})

const step = fc.oneof(
  { weight: 3, arbitrary: fc.constant({ do: 'ordinary', at: 0 }) },
  fc.record({ do: fc.constantFrom('submit', 'submit', 'cancel'), at: fc.nat(4) }),
  fc.record({ do: fc.constantFrom('ready', 'pause', 'start', 'fail', 'yield'), at: fc.nat(2) }),
  fc.record({ do: fc.constantFrom('round', 'second', 'minute', 'hour', 'dark', 'light', 'restart', 'replan'), at: fc.constant(0) }),
)

/** Three nodes, a grid that can go dark, and windows that open soon. */
async function fleetOf() {
  const grid = { isDark: false, triedAt: -Infinity }
  const plan = planFirstFree(() => 90_000)
  const darkening: PlanJobs = async (world) => {
    if (!grid.isDark) return plan(world)
    grid.triedAt = world.now
    throw new WindfallError('grid.unavailable', 'Nobody answers.')
  }
  const core = await startTestCore({ changes: () => ({ plan: darkening }) })
  const nodes = [await core.enrol(), await core.enrol(), await core.enrol()]
  return { grid, core, nodes, live: core as Core }
}
type Fleet = Awaited<ReturnType<typeof fleetOf>>

const openAttempts = ({ core }: Fleet) => core.db.selectFrom('attempt').selectAll().where('state', 'in', ['leased', 'running', 'verifying']).execute()

/** Half a minute in which every agent is heard and a round happens. */
async function ordinary(fleet: Fleet): Promise<void> {
  const open = await openAttempts(fleet)
  for (const { nodeId } of fleet.nodes) {
    const running = open.flatMap(({ node_id, lease_id: leaseId, token }) => (node_id === nodeId ? [{ leaseId, token, state: 'running' as const }] : []))
    await fleet.live.parts.agents.heartbeat(nodeId, { ready: true, reasons: [], running })
  }
  await fleet.core.clock.advance(30_000)
  await fleet.live.jobs.round()
}

async function act(fleet: Fleet, { do: what, at }: { readonly do: string; readonly at: number }): Promise<void> {
  const { core, grid } = fleet
  const { jobs, parts } = fleet.live
  const { nodeId } = fleet.nodes[at] ?? { nodeId: '' }
  const held = (await openAttempts(fleet)).find((attempt) => attempt.node_id === nodeId)
  const claim = { nodeId, leaseId: held?.lease_id ?? '', token: held?.token ?? 0 }
  const running = held ? [{ leaseId: claim.leaseId, token: claim.token, state: 'running' as const }] : []
  const spec = testSpec(core.clock.now(), { deadline: '2026-03-01T18:00:00.000Z' })
  if (what === 'submit') await jobs.submit({ requesterId: REQUESTER, jobId: `job-${at}`, spec }).catch(() => undefined)
  if (what === 'cancel') await jobs.cancel(REQUESTER, `job-${at}`).catch(() => undefined)
  if (what === 'ready' || what === 'pause') await parts.agents.heartbeat(nodeId, { ready: what === 'ready', reasons: ['user'], running })
  if (what === 'start' && held) await jobs.start(claim)
  if ((what === 'fail' || what === 'yield') && held)
    await jobs.fail({ ...claim, reason: what === 'fail' ? 'test' : 'plan', message: 'It ended.', exitCode: 1, retry: true })
  if (what === 'second' || what === 'minute' || what === 'hour') await core.clock.advance({ second: 1_000, minute: 60_000, hour: 3_600_000 }[what])
  if (what === 'dark' || what === 'light') grid.isDark = what === 'dark'
  if (what === 'restart') fleet.live = core.restart()
  if (what === 'replan') await jobs.replan({ zone: null, nodeId: null })
  if (what === 'round') await jobs.round()
  if (what === 'ordinary') await ordinary(fleet)
}

const freeNodes = async (fleet: Fleet): Promise<number> => {
  const taken = new Set((await openAttempts(fleet)).map(({ node_id }) => node_id))
  return (await fleet.live.registry.list()).filter(({ nodeId, online, ready }) => online && ready && !taken.has(nodeId)).length
}

/** What a reason says has to be so at this moment; `isFresh` right after a round. */
async function expectTrue(fleet: Fleet, { state, reason, plan, excluded }: JobView, isFresh: boolean): Promise<void> {
  const now = fleet.core.clock.now()
  expect(WAITING_REASONS).toContain(reason)
  if (state === 'planned') expect(plan).not.toBeNull()
  if (!isFresh) return
  const opensIn = fromIso(plan?.window.from ?? '1970-01-01T00:00:00.000Z') - now
  if (state === 'planned') expect(reason).toBe(opensIn > LEASE_LEAD_MS ? 'waiting.window' : 'waiting.node')
  else if (reason === 'waiting.grid' || reason === 'waiting.plan' || reason === 'waiting.retry') expect(now - fleet.grid.triedAt).toBeLessThan(RETRY_MS)
  else {
    expect(excluded[reason?.replace('waiting.', '') as Exclusion]).toBeGreaterThan(0)
    expect(await freeNodes(fleet)).toBe(0)
  }
}

test('in any order of events every job that waits says why, and right after a round it is true', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
      const fleet = await fleetOf()
      await using _ = fleet.core
      for (const one of steps) {
        await act(fleet, one)
        const { items } = await fleet.live.jobs.list({ requesterId: REQUESTER, state: null, after: null, limit: 50 })
        for (const job of items)
          if (job.state === 'queued' || job.state === 'planned') await expectTrue(fleet, job, one.do === 'round' || one.do === 'ordinary')
      }
    }),
    { numRuns: 40 },
  )
})

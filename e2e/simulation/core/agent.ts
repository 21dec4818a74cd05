/** One agent: what it has on its disk and in its memory, and how it runs what it is given. */
import type { Lease } from '../../../shared/contract/job.ts'
import type { Presence } from '../../../shared/contract/node.ts'
import { aGpu } from '../../../main/agent/jobs/machine.fixture.ts'
import type { Machine as Devices, Objection } from '../../../main/agent/jobs/may-start.ts'
import { createCoordinatorTime, describeSkew } from '../../../main/agent/sync/coordinator-time.ts'
import { leaseProblem } from '../../../main/agent/sync/lease-check.ts'
import { carryOut } from '../../../main/agent/sync/orders.ts'
import type { Agent, Disk, HeldJob, Mind } from './agent-parts.ts'
import { ask } from './asking.ts'
import { runOutbox } from './agent-outbox.ts'
import { capabilitiesOf } from './jobs.ts'
import type { Machine } from './machine.ts'
import { prove } from './proving.ts'
import { HEARTBEAT_MS, type World } from './world.ts'

const POLL_MS = 10_000
const GPU = aGpu('gpu')
const DEVICES: Devices = { gpus: [GPU], processor: [{ deviceId: 'cpu', containerIds: [] }], ramBytes: 2 ** 40, spareVramBytes: 0 }
const OWNER: Objection = { code: 'owner-present', message: '' }

export function createAgent(world: () => World, machine: Machine, nodeId: string): Agent {
  const disk: Disk = { jobs: new Map(), outbox: [], proofs: [] }
  let mind: Mind
  let isOwnerThere = false
  let beginsAt = 0
  let writes: (() => void)[] = []
  const agent: Agent = {
    nodeId,
    machine,
    capabilities: capabilitiesOf(),
    disk,
    clockSets: 0,
    mind: () => mind,
    time: () => mind.time,
    commit(write, then = () => undefined) {
      writes.push(() => {
        write()
        then()
      })
      // One file, one writer: what was begun first is written first, however long each takes.
      machine.after(world().random(`disk ${machine.name}`).between(1, 8), () => writes.shift()?.())
    },
    report(what) {
      disk.outbox = [...disk.outbox, what]
      runOutbox(world(), agent)
    },
    offer(lease) {
      const known = disk.jobs.get(lease.leaseId)
      if (!known && leaseProblem(lease, { nodeId, zone: 'GB-13', now: mind.time.now() }) !== null) return
      agent.commit(
        () => void (disk.jobs.has(lease.leaseId) || disk.jobs.set(lease.leaseId, { lease, state: 'leased' })),
        () => {
          mind.tenure.confirm([lease.leaseId])
          begin()
        },
      )
    },
    cancel(leaseId, reason) {
      const held = disk.jobs.get(leaseId)
      if (!held || held.state === 'over') return
      world().trace.note('drops', machine.name, leaseId, reason)
      mind.active.delete(leaseId)
      disk.jobs.set(leaseId, { ...held, state: 'over' })
      begin()
    },
    setOwner(isThere) {
      isOwnerThere = isThere
      if (isThere) for (const { lease } of mind.active.values()) giveUp(lease, 'owner-present')
      else begin()
    },
    crash() {
      world().trace.note('crash', machine.name)
      machine.crash()
    },
    start() {
      machine.start()
      mind = emptyMind(world(), machine)
      writes = []
      world().trace.note('start', machine.name)
      // What ran cannot be proven; what had not begun, or is done, goes on.
      for (const [, { lease, state }] of disk.jobs) if (state === 'running') giveUpNow(lease, 'agent.restarted')
      beat()
      poll()
      runOutbox(world(), agent)
    },
  }
  const become = ({ leaseId }: Lease, state: HeldJob['state']): void => {
    const held = disk.jobs.get(leaseId)
    if (held) disk.jobs.set(leaseId, { ...held, state })
  }
  const giveUpNow = (lease: Lease, reason: string): void => {
    const { leaseId } = lease
    mind.active.delete(leaseId)
    become(lease, 'over')
    agent.report({ kind: 'fail', leaseId, token: lease.token, reason, retry: true })
  }
  const giveUp = (lease: Lease, reason: string): void => {
    world().trace.note('gives up', machine.name, lease.leaseId, reason)
    mind.active.delete(lease.leaseId)
    agent.commit(() => disk.jobs.get(lease.leaseId)?.state === 'running' && giveUpNow(lease, reason))
  }
  const presence = (): Presence => ({
    ready: !isOwnerThere && describeSkew(mind.time.skewMs()) === null,
    reasons: [],
    running: [...disk.jobs.values()].flatMap(({ lease: { leaseId, token }, state }) =>
      state === 'over' ? [] : [{ leaseId, token, state: state === 'running' ? ('running' as const) : ('waiting' as const) }],
    ),
  })
  const beat = (): void => {
    machine.after(HEARTBEAT_MS, beat)
    const [said, sentAt] = [presence(), machine.clock.monotonic()]
    ask(world(), agent, { name: 'heartbeat', presence: said }, (answer) => {
      if (answer.is !== 'orders') return
      mind.time.heard(answer.now, machine.clock.monotonic() - sentAt)
      carryOut({ cancel: agent.cancel, yieldLease: () => undefined, confirmed: mind.tenure.confirm }, said, answer.orders)
      if (said.ready && said.running.length === 0)
        ask(world(), agent, { name: 'requestLease' }, (given) => given.is === 'lease' && given.lease && agent.offer(given.lease))
    })
  }
  const poll = (): void => {
    machine.after(POLL_MS, poll)
    begin()
  }
  /** What the machine may begin now. Looked at again whenever something has changed, and every few seconds. */
  const begin = (): void => {
    const leases = [...disk.jobs.values()].flatMap(({ lease, state }) => (state === 'leased' ? [lease] : []))
    if (leases.length === 0) return
    const skew = describeSkew(mind.time.skewMs())
    const owner = isOwnerThere ? OWNER : skew === null ? null : { code: 'clock', message: skew }
    const waiting = leases.map((lease) => ({ lease, owner, grid: mind.tenure.objection(lease) }))
    const verdicts = world().rules.mayStart({ waiting, working: [...mind.active.values()], machine: DEVICES })
    for (const [index, verdict] of verdicts.entries()) {
      const lease = leases[index] as Lease
      if ('start' in verdict)
        run(
          lease,
          verdict.start.map(({ deviceId }) => deviceId),
        )
      if ('refuse' in verdict) throw new Error(`the machine refuses job ${lease.jobId}: ${verdict.refuse.message}`)
    }
    world().watch.working(machine.name, [...mind.active.values()])
  }
  const run = (lease: Lease, deviceIds: readonly string[]): void => {
    const random = world().random(`work ${machine.name}`)
    const ms = lease.spec.expected.seconds * 1_000 * (0.5 + random.next())
    const startedMs = machine.clock.monotonic()
    mind.active.set(lease.leaseId, { lease, deviceIds, startedAt: machine.clock.now(), startedMs, endsMs: startedMs + ms })
    // What begins before the two clocks were compared may be measured by a wrong one.
    const [fails, isCompared] = [random.chance(0.05), mind.time.skewMs() !== null]
    beginsAt = machine.starts()
    world().trace.note('begins', machine.name, lease.jobId, lease.leaseId, lease.token)
    agent.commit(() => {
      if (disk.jobs.get(lease.leaseId)?.state !== 'leased') return
      become(lease, 'running')
      agent.report({ kind: 'start', leaseId: lease.leaseId, token: lease.token })
    })
    machine.after(ms, () => {
      const active = mind.active.get(lease.leaseId)
      if (!active || beginsAt !== machine.starts()) return
      if (fails) return giveUp(lease, 'job.failed')
      const isHonest = isCompared && agent.clockSets === 0 && Math.abs(machine.aheadMs()) <= 30_000
      prove(world(), agent, { lease, startedAt: active.startedAt, durationMs: machine.clock.monotonic() - active.startedMs, isHonest })
      begin()
    })
  }
  return agent
}

function emptyMind(world: World, machine: Machine): Mind {
  return {
    active: new Map(),
    tenure: world.rules.createTenure(machine.clock),
    time: createCoordinatorTime(machine.clock),
    chain: { agreement: null, misplaced: null, alone: null },
    isDelivering: false,
  }
}

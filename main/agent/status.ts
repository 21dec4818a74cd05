import type { ReceiptSummary } from '../../shared/contract/receipt.ts'
import type { AgentJob, RunningJob } from '../../shared/contract/agent-job.ts'
import type { AgentStatus } from '../../shared/contract/agent.ts'
import type { DayCode } from '../../shared/contract/day-report.ts'
import type { Device } from '../../shared/contract/device.ts'
import { type Display, type PolicyState, type Reason, ReasonCode } from '../../shared/contract/policy.ts'
import { weakestOrigin } from '../../shared/domain/receipt-summary.ts'
import { toIso } from '../../shared/units.ts'
import type { Clock } from '../kernel/clock.ts'
import { packageVersion } from '../kernel/paths.ts'
import type { DeviceKeys } from '../kernel/device-key.ts'
import type { AgentConfig } from './config.ts'
import { paidTo, payoutRefusal } from './coordinator-heard.ts'
import type { CoordinatorSession } from './coordinator-session.ts'
import type { Devices } from './devices.ts'
import type { GridWatch } from './grid-watch.ts'
import { displayOf } from './idle/display.ts'
import type { Meter } from './metering/meter.ts'
import type { OwnerPolicy } from './owner-policy.ts'
import { progressOf } from './shown-job.ts'
import type { AgentStores } from './stores.ts'
import type { EarningTotals, PayoutTotals } from './sync/facts.store.ts'
import type { Work } from './work.ts'

export interface StatusInput {
  readonly version: string
  readonly now: number
  readonly display: Display
  readonly policy: PolicyState
  readonly reasons: readonly Reason[]
  readonly pausedUntil: string | null
  readonly finishing: boolean
  readonly anywayUntil: string | null
  readonly mayRunAnyway: boolean
  readonly outlook: AgentStatus['outlook']
  readonly lastYield: AgentStatus['lastYield']
  readonly yieldTimes: AgentStatus['yieldTimes']
  readonly job: AgentJob | null
  readonly running: readonly RunningJob[]
  readonly busyDevices: ReadonlySet<string>
  readonly power: AgentStatus['power']
  readonly devices: readonly Device[]
  readonly seen: AgentStatus['seen']
  readonly node: AgentStatus['node']
  readonly coordinator: AgentStatus['coordinator']
  readonly todayReceipts: readonly ReceiptSummary[]
  readonly todayEarned: EarningTotals
  readonly todayRunMs: number
  readonly allEarned: EarningTotals
  readonly payouts: PayoutTotals
}

/** Midnight of the current UTC day: the day the window calls “today”. */
export const startOfDay = (now: number): number => now - (now % 86_400_000)

const sum = (receipts: readonly ReceiptSummary[], of: (receipt: ReceiptSummary) => number): number =>
  receipts.reduce((total, receipt) => total + of(receipt), 0)

/** Everything the window, the tray and the command line say about the agent, from one place. */
export function statusOf(input: StatusInput): AgentStatus {
  const { todayReceipts: receipts, todayEarned, allEarned, payouts } = input
  const unpaid = allEarned.confirmed - payouts.inFlightMicroUsd - payouts.paidMicroUsd
  return {
    version: input.version,
    display: input.display,
    policy: input.policy,
    reasons: [...input.reasons],
    pausedUntil: input.pausedUntil,
    finishing: input.finishing,
    anywayUntil: input.anywayUntil,
    mayRunAnyway: input.mayRunAnyway,
    outlook: input.outlook,
    lastYield: input.lastYield,
    yieldTimes: input.yieldTimes,
    job: input.job && progressOf(input.job, input.now),
    running: input.running.map((job) => progressOf(job, input.now)),
    busyDevices: [...input.busyDevices],
    power: input.power,
    devices: [...input.devices],
    seen: [...input.seen],
    node: input.node,
    coordinator: input.coordinator,
    today: {
      since: toIso(startOfDay(input.now)),
      accruedMicroUsd: String(todayEarned.accrued),
      confirmedMicroUsd: String(todayEarned.confirmed),
      energyJ: sum(receipts, (receipt) => receipt.energyWh * 3_600),
      emissionsG: sum(receipts, (receipt) => receipt.emissionsG),
      attributedSavingG: sum(receipts, (receipt) => receipt.attributedSavingG),
      runMs: input.todayRunMs,
      receipts: receipts.length,
      origin: receipts.length === 0 ? null : weakestOrigin(receipts.map(({ origin }) => origin)),
      recordedOn: receipts.find(({ recordedOn }) => recordedOn !== null)?.recordedOn ?? null,
      estimated: receipts.some(({ method }) => method === 'estimate'),
    },
    earnings: {
      accruedMicroUsd: String(allEarned.accrued),
      confirmedMicroUsd: String(unpaid < 0n ? 0n : unpaid),
      inFlightMicroUsd: String(payouts.inFlightMicroUsd),
      paidMicroUsd: String(payouts.paidMicroUsd),
      paidLamports: String(payouts.paidLamports),
    },
  }
}

export interface StatusSources {
  readonly config: AgentConfig
  readonly stores: AgentStores
  readonly keys: Pick<DeviceKeys, 'nodeId' | 'describe'>
  readonly clock: Pick<Clock, 'now'>
  readonly meter: Pick<Meter, 'latest'>
  readonly devices: Pick<Devices, 'list' | 'seen'>
  readonly policy: OwnerPolicy
  readonly work: Pick<Work, 'current' | 'all' | 'running' | 'waiting' | 'runner'>
  readonly grid: Pick<GridWatch, 'gate' | 'opensAnyway' | 'outlook'>
  readonly session: Pick<CoordinatorSession, 'state'>
}

const UNCONFIGURED = 'No coordinator is set. Give its address in the window, under Settings, or start the agent with --coordinator.'

/** What keeps work away although the owner's rules allow it: no coordinator to ask, or a grid that is not green enough. */
export function outsideReasons({ state, message }: AgentStatus['coordinator'], closed: Reason | null): Reason[] {
  if (state === 'unconfigured') return [{ code: 'offline', message: UNCONFIGURED, until: null }]
  const offline: Reason[] =
    state === 'offline' ? [{ code: 'offline', message: message ?? 'The coordinator cannot be reached. Windfall keeps trying.', until: null }] : []
  return [...offline, ...(closed ? [closed] : [])]
}

/** What the job that waits is waiting for by itself: a device, its memory, a network. */
function ownReasons(job: AgentJob | null): Reason[] {
  if (job?.state !== 'waiting' || job.message === null) return []
  const code = ReasonCode.safeParse(job.code)
  return code.success ? [{ code: code.data, message: job.message.slice(0, 300), until: null }] : []
}

/** Every reason why nothing starts now, each once; while a job runs, why it should not. */
function reasonsOf({ policy, work, grid, session }: Pick<StatusSources, 'policy' | 'work' | 'grid' | 'session'>): Reason[] {
  if (work.running()) return [...policy.reasons()]
  const all = [...policy.reasons(), ...ownReasons(work.current()), ...outsideReasons(session.state(), grid.gate(work.waiting()).reason)]
  return all.filter(({ code }, index) => all.findIndex((other) => other.code === code) === index)
}

/** What an owner sets aside who lets jobs run anyway. What nobody can tell of games stays, so that the answer may still be no. */
const SET_ASIDE = new Set<ReasonCode>(['owner-present', 'presence-unknown', 'schedule', 'carbon', 'tariff'])

/** Whether to run anyway would leave nothing in the way. `gridOpens`: the grid has nothing against it but the owner's own rule. */
export const mayRunAnyway = (reasons: readonly Pick<Reason, 'code'>[], gridOpens: boolean): boolean =>
  gridOpens && reasons.length > 0 && reasons.every(({ code }) => SET_ASIDE.has(code))

/** What the machine's time goes to at this moment: the first of the reasons, or work. */
export function dayCodeOf(sources: Pick<StatusSources, 'policy' | 'work' | 'grid' | 'session'>): DayCode {
  const [reason] = reasonsOf(sources)
  return reason?.code ?? (sources.work.running() ? 'running' : 'no-jobs')
}

/** Gathers what {@link statusOf} needs from where it is kept. */
export function readStatus({ config, stores, keys, clock, meter, devices, policy, work, grid, session }: StatusSources): AgentStatus {
  const now = clock.now()
  const since = startOfDay(now)
  const [until, anywayUntil] = [policy.pausedUntil(), policy.anywayUntil()]
  const job = work.current()
  const reasons = reasonsOf({ policy, work, grid, session })
  const { phase, finishing } = policy.decision().state
  const paid = paidTo(stores, config)
  return statusOf({
    version: packageVersion,
    now,
    display: displayOf({ reasons, jobRunning: work.running(), finishing, fault: phase === 'fault' }),
    policy: phase,
    reasons,
    pausedUntil: until === null ? null : toIso(until),
    finishing,
    anywayUntil: anywayUntil === null ? null : toIso(anywayUntil),
    mayRunAnyway: anywayUntil === null && mayRunAnyway(reasons, grid.opensAnyway(work.waiting())),
    outlook: grid.outlook(work.waiting()),
    lastYield: stores.yields.last(),
    yieldTimes: stores.yields.times(),
    job,
    running: work.all(),
    busyDevices: work.runner.busyDevices(),
    power: meter.latest(),
    devices: devices.list(),
    seen: devices.seen(),
    node: {
      nodeId: keys.nodeId,
      zone: config.zone,
      payoutAddress: paid.address,
      payoutChange: paid.pending,
      payoutRefusal: payoutRefusal(stores, paid.address),
      key: keys.describe(),
    },
    coordinator: session.state(),
    todayReceipts: stores.facts.receiptsSince(since),
    todayEarned: stores.facts.earnedSince(since),
    todayRunMs: stores.jobs.runMsSince(since),
    allEarned: stores.facts.earnedSince(0),
    payouts: stores.facts.payoutTotals(),
  })
}

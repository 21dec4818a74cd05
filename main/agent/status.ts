import type { ReceiptSummary } from '../../shared/contract/receipt.ts'
import type { AgentJob, RunningJob } from '../../shared/contract/agent-job.ts'
import type { AgentStatus } from '../../shared/contract/agent.ts'
import type { Device } from '../../shared/contract/device.ts'
import type { Display, PolicyState, Reason } from '../../shared/contract/policy.ts'
import { weakestOrigin } from '../../shared/domain/receipt-summary.ts'
import type { Tariff } from '../../shared/domain/tariff.ts'
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
import { presentRate } from './present-rate.ts'
import { progressOf } from './shown-job.ts'
import { mayRunAnyway, reasonsOf } from './status-reasons.ts'
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
  readonly rate: AgentStatus['rate']
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
    rate: input.rate,
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
  readonly grid: Pick<GridWatch, 'gate' | 'opensAnyway' | 'outlook' | 'priceNow'>
  readonly tariff: () => Tariff | null
  readonly session: Pick<CoordinatorSession, 'state'>
}

/** Gathers what {@link statusOf} needs from where it is kept. */
export function readStatus({ config, stores, keys, clock, meter, devices, policy, work, grid, tariff, session }: StatusSources): AgentStatus {
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
    rate: presentRate({
      running: work.all(),
      leaseOf: (leaseId) => work.runner.working().find(({ lease }) => lease.leaseId === leaseId)?.lease ?? null,
      devices: devices.list(),
      tariff: tariff(),
      minorPerKWh: grid.priceNow()?.minorPerKWh ?? null,
      now,
    }),
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

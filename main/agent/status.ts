import type { ReceiptSummary } from '../../shared/contract/coordinator.ts'
import type { AgentJob, AgentStatus, Device, Display, PolicyState, Reason } from '../../shared/contract/agent.ts'
import { weakestOrigin } from '../../shared/domain/receipt-summary.ts'
import { toIso } from '../../shared/units.ts'
import type { Clock } from '../kernel/clock.ts'
import { packageVersion } from '../kernel/paths.ts'
import type { Signer } from '../kernel/signing.ts'
import type { AgentConfig } from './config.ts'
import type { CoordinatorSession } from './coordinator-session.ts'
import type { GridWatch } from './grid-watch.ts'
import { displayOf } from './idle/policy.ts'
import type { Meter } from './metering/meter.ts'
import type { OwnerPolicy } from './owner-policy.ts'
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
  readonly job: AgentJob | null
  readonly power: AgentStatus['power']
  readonly devices: readonly Device[]
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

/** How far a running job has come, by its expected length; never quite done before it is. */
export function progressOf(job: AgentJob, now: number): AgentJob {
  if (job.state !== 'running' || job.startedAt === null) return job
  return { ...job, progress: Math.min(0.99, Math.max(0, (now - Date.parse(job.startedAt)) / 1_000 / job.expectedSeconds)) }
}

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
    job: input.job && progressOf(input.job, input.now),
    power: input.power,
    devices: [...input.devices],
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
  readonly signer: Pick<Signer, 'keyId'>
  readonly clock: Pick<Clock, 'now'>
  readonly meter: Pick<Meter, 'latest' | 'devices'>
  readonly policy: OwnerPolicy
  readonly work: Pick<Work, 'current' | 'running' | 'waiting'>
  readonly grid: Pick<GridWatch, 'gate'>
  readonly session: Pick<CoordinatorSession, 'state'>
}

/** What keeps work away although the owner's rules allow it: no coordinator to ask, or a grid that is not green enough. */
export function outsideReasons({ state, message }: AgentStatus['coordinator'], closed: Reason | null): Reason[] {
  if (state === 'unconfigured') return [{ code: 'offline', message: 'No coordinator is set. Start the agent with --coordinator and its address.', until: null }]
  const offline: Reason[] =
    state === 'offline' ? [{ code: 'offline', message: message ?? 'The coordinator cannot be reached. Windfall keeps trying.', until: null }] : []
  return [...offline, ...(closed ? [closed] : [])]
}

/** Gathers what {@link statusOf} needs from where it is kept. */
export function readStatus({ config, stores, signer, clock, meter, policy, work, grid, session }: StatusSources): AgentStatus {
  const now = clock.now()
  const since = startOfDay(now)
  const until = policy.pausedUntil()
  const job = work.current()
  const reasons = work.running() ? policy.reasons() : [...policy.reasons(), ...outsideReasons(session.state(), grid.gate(work.waiting()).reason)]
  return statusOf({
    version: packageVersion,
    now,
    display: displayOf({ reasons, jobRunning: work.running(), finishing: false }),
    policy: policy.decision().state.phase,
    reasons,
    pausedUntil: until === null ? null : toIso(until),
    job,
    power: meter.latest(),
    devices: meter.devices(),
    node: { nodeId: signer.keyId, zone: config.zone, payoutAddress: config.payoutAddress },
    coordinator: session.state(),
    todayReceipts: stores.facts.receiptsSince(since),
    todayEarned: stores.facts.earnedSince(since),
    todayRunMs: stores.jobs.runMsSince(since),
    allEarned: stores.facts.earnedSince(0),
    payouts: stores.facts.payoutTotals(),
  })
}

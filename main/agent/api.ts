import type { GridView } from '../../shared/contract/agent-grid.ts'
import type { AgentStatus, SignalSource, agentContract } from '../../shared/contract/agent.ts'
import type { DayReport } from '../../shared/contract/day-report.ts'
import type { PowerReading } from '../../shared/contract/device.ts'
import type { CarbonRule, GatePreview } from '../../shared/contract/owner-rules.ts'
import type { Handlers } from '../../shared/contract/define.ts'
import type { MeterMethod } from '../../shared/domain/energy-proof.ts'
import { WindfallError } from '../../shared/errors.ts'
import type { DeskCalls } from './desk.ts'
import type { DeviceChange } from './devices.ts'
import type { ZonesNow } from '../../shared/contract/zone-now.ts'
import { LONGEST_ANYWAY_S } from './idle/pause.ts'
import type { JobsStore } from './jobs/jobs.store.ts'
import type { Money } from './money.ts'
import type { OwnerRulesBook } from './owner-rules.ts'
import type { OwnerTariff } from './owner-tariff.ts'
import type { SetupCalls } from './setup-api.ts'
import type { FactsStore } from './sync/facts.store.ts'

export interface ApiDeps {
  readonly status: () => AgentStatus
  readonly grid: () => GridView
  readonly zones: () => ZonesNow
  readonly power: () => { readonly method: MeterMethod | null; readonly readings: readonly PowerReading[] }
  /** `until` in epoch milliseconds; `null` pauses until the owner resumes. */
  readonly pause: (until: number | null) => void
  readonly resume: () => void
  readonly finish: () => void
  /** `until` in epoch milliseconds. */
  readonly runAnyway: (until: number) => void
  readonly isPaused: () => boolean
  readonly dayReport: (day: string) => DayReport
  readonly signalSources: () => SignalSource[]
  readonly setDevice: (change: DeviceChange) => void
  readonly detectDevices: () => Promise<unknown>
  /** Settles when the new key waits to take over, or has. Errors: `conflict`, `config.invalid`. */
  readonly rotateKey: (evidence: 'software' | 'tpm') => Promise<void>
  readonly pinnedKeys: () => readonly string[]
  readonly now: () => number
  readonly jobs: Pick<JobsStore, 'list'>
  readonly facts: Pick<FactsStore, 'listReceipts' | 'receipt' | 'listPayouts' | 'payout'>
  readonly money: Money
  readonly setTariff: OwnerTariff['set']
  readonly rules: Pick<OwnerRulesBook, 'view' | 'set'>
  readonly previewGate: (rule: CarbonRule) => GatePreview
  readonly desk: DeskCalls
  readonly setup: SetupCalls
  /** Throws while the owner has not agreed to anything: what would have jobs run is refused. */
  readonly insist: () => void
}

interface PageRequest {
  readonly after: string | null
  readonly limit: number
}

/** One more row than asked for tells whether there is a next page. */
function pageOf<T>(
  list: (after: string | null, limit: number) => T[],
  idOf: (item: T) => string,
  { after, limit }: PageRequest,
): { items: T[]; next: string | null } {
  const rows = list(after, limit + 1)
  const items = rows.slice(0, limit)
  const last = items.at(-1)
  return { items, next: rows.length > limit && last ? idOf(last) : null }
}

function anywayEnd(at: number, { now, isPaused }: Pick<ApiDeps, 'now' | 'isPaused'>): number {
  if (isPaused()) throw new WindfallError('conflict', 'You have paused Windfall. Resume it first.')
  if (at <= now() || at > now() + LONGEST_ANYWAY_S * 1_000)
    throw new WindfallError('input.invalid', 'Jobs can run anyway for up to a day from now. Choose a time in that.')
  return at
}

function moneyApi({ facts, money, setTariff }: Pick<ApiDeps, 'facts' | 'money' | 'setTariff'>) {
  return {
    getPayout: ({ payoutId }: { readonly payoutId: string }) => {
      const payout = facts.payout(payoutId)
      if (!payout) throw new WindfallError('not-found', 'This machine knows of no such payout. It may belong to another machine of yours.')
      return payout
    },
    getMoney: money.view,
    listEarnings: ({ payoutId, ...page }: PageRequest & { readonly payoutId: string | null }) =>
      pageOf(
        (after, limit) => money.list({ after, limit, payoutId }),
        (earning) => earning.earningId,
        page,
      ),
    getEarning: ({ earningId }: { readonly earningId: string }) => money.sum(earningId),
    setTariff: ({ tariff }: { readonly tariff: Parameters<OwnerTariff['set']>[0] }) => {
      setTariff(tariff)
      return money.view()
    },
  }
}

const when = (time: string | undefined): number | undefined => (time === undefined ? undefined : Date.parse(time))

/** What the window and the command line may ask of the agent. */
export function createApi(deps: ApiDeps): Handlers<typeof agentContract, undefined> {
  return {
    getStatus: deps.status,
    getGrid: deps.grid,
    getZones: deps.zones,
    getPower: ({ since }) => {
      const { method, readings } = deps.power()
      return { method, readings: readings.filter(({ at }) => since === null || at > since) }
    },
    pause: ({ until }) => {
      const at = until === null ? null : Date.parse(until)
      if (at !== null && at <= deps.now())
        throw new WindfallError('input.invalid', 'That time has passed already. Choose a later one, or pause until you resume.')
      deps.pause(at)
      return deps.status()
    },
    resume: () => {
      deps.insist()
      deps.resume()
      return deps.status()
    },
    finish: () => {
      deps.finish()
      return deps.status()
    },
    runAnyway: ({ until }) => {
      deps.insist()
      deps.runAnyway(anywayEnd(Date.parse(until), deps))
      return deps.status()
    },
    getRules: deps.rules.view,
    setRules: ({ rules }) => {
      deps.rules.set(rules)
      return deps.rules.view()
    },
    previewGate: ({ gate }) => deps.previewGate(gate),
    getDayReport: ({ day }) => deps.dayReport(day),
    getSignals: () => ({ sources: deps.signalSources() }),
    setDevice: (change) => {
      deps.setDevice(change)
      return deps.status()
    },
    detectDevices: async () => {
      await deps.detectDevices()
      return deps.status()
    },
    rotateKey: async ({ evidence }) => {
      await deps.rotateKey(evidence)
      return deps.status()
    },
    listJobs: (page) => pageOf(deps.jobs.list, (job) => job.leaseId, page),
    listReceipts: ({ search, origin, since, until, ...page }) => {
      const filter = { search, origin, since: when(since), until: when(until) }
      return pageOf(
        (after, limit) => deps.facts.listReceipts(after, limit, filter),
        (receipt) => receipt.receiptId,
        page,
      )
    },
    listPayouts: (page) => pageOf(deps.facts.listPayouts, (payout) => payout.payoutId, page),
    ...moneyApi(deps),
    ...deps.desk,
    ...deps.setup,
    getReceipt: ({ receiptId }) => {
      const bundle = deps.facts.receipt(receiptId)
      if (!bundle) throw new WindfallError('not-found', 'This receipt is not on this machine. It may still be on its way.')
      return { bundle, pinnedKeys: [...deps.pinnedKeys()] }
    },
    getPinnedKeys: () => ({ pinnedKeys: [...deps.pinnedKeys()] }),
  }
}

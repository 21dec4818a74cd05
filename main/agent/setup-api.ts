import { release, type } from 'node:os'
import type { GridView } from '../../shared/contract/agent-grid.ts'
import type { AgentStatus } from '../../shared/contract/agent.ts'
import type { Handlers } from '../../shared/contract/define.ts'
import type { diagnosisCalls, LogLevel, LogLine } from '../../shared/contract/diagnosis.ts'
import type { MachineFacts, MonthEstimate, firstRunCalls } from '../../shared/contract/first-run.ts'
import type { Tariff } from '../../shared/domain/tariff.ts'
import { toIso } from '../../shared/units.ts'
import { withoutOurNames } from '../kernel/anonymous.ts'
import type { Clock } from '../kernel/clock.ts'
import { packageVersion } from '../kernel/paths.ts'
import type { RecentLine, RecentLog } from '../kernel/recent-log.ts'
import type { CoordinatorChange } from './coordinator-change.ts'
import type { DiagnosisBook } from './diagnosis.ts'
import type { FirstRunBook } from './first-run.ts'
import type { Money } from './money.ts'
import { electricityOfMonth, pricesOf } from './money/month.ts'
import type { OwnerSignals } from './owner-signals.ts'
import type { OwnerZone } from './owner-zone.ts'
import { problemReport } from './problem-report.ts'
import type { ProbedRuntime } from './runtimes.ts'

export interface SetupApiDeps {
  readonly clock: Pick<Clock, 'now'>
  readonly firstRun: FirstRunBook
  readonly zone: OwnerZone
  readonly coordinator: CoordinatorChange
  readonly diagnosis: DiagnosisBook
  readonly recentLog: Pick<RecentLog, 'lines'> | null
  readonly status: () => AgentStatus
  readonly grid: () => GridView
  readonly tariff: () => Tariff | null
  readonly money: Pick<Money, 'monthAt'>
  readonly readSignals: OwnerSignals['read']
  readonly dedicated: () => boolean
  readonly probeRuntimes: () => Promise<readonly ProbedRuntime[]>
  /** Opens the window. */
  readonly token: string
}

export type SetupCalls = Handlers<Omit<typeof firstRunCalls, 'findZone'> & typeof diagnosisCalls, undefined>

/** What the pages of the first steps and of diagnostics ask. */
export const createSetupApi = (deps: SetupApiDeps): SetupCalls => ({
  ...firstRunApi(deps),
  ...zoneApi(deps),
  getCoordinator: deps.coordinator.view,
  setCoordinator: deps.coordinator.set,
  ...diagnosisApi(deps),
})

const versions = (): Readonly<Record<string, string>> => ({
  Windfall: packageVersion,
  Node: process.versions.node,
  ...(process.versions['electron'] === undefined ? {} : { Electron: process.versions['electron'] }),
  system: `${type()} ${release()}, ${process.arch}`,
})

function firstRunApi(deps: SetupApiDeps) {
  const { firstRun } = deps
  const told = (act: () => void) => (act(), firstRun.view())
  return {
    getFirstRun: firstRun.view,
    goToStep: ({ step }: { readonly step: Parameters<FirstRunBook['go']>[0] }) => told(() => firstRun.go(step)),
    setUpLater: () => told(firstRun.later),
    giveConsent: ({ text }: { readonly text: string }) => told(() => firstRun.agree(text)),
    endFirstRun: () => told(firstRun.end),
    getMachineFacts: () => machineFacts(deps),
    estimateMonth: ({ hoursPerDay }: { readonly hoursPerDay: number }) => estimate(deps, hoursPerDay),
  }
}

function zoneApi({ zone }: SetupApiDeps) {
  return {
    getZone: zone.view,
    setZone({ zone: wanted }: { readonly zone: string | null }) {
      zone.set(wanted)
      return zone.view()
    },
  }
}

function diagnosisApi({ clock, diagnosis, recentLog, status, token }: SetupApiDeps) {
  const lines = () => recentLog?.lines() ?? []
  const anonymous = withoutOurNames()
  return {
    getDiagnosis: diagnosis.view,
    getVersions: () => ({ versions: Object.entries(versions()).map(([name, version]) => ({ name, version })) }),
    runDiagnosis() {
      diagnosis.begin()
      return diagnosis.view()
    },
    listLogs: (query: LogSearch) => ({ lines: newestLines(lines(), query), kept: lines().length }),
    getProblemReport: () => ({
      text: problemReport({ at: clock.now(), status: status(), diagnosis: diagnosis.view(), log: lines(), versions: versions(), secrets: [token], anonymous }),
    }),
  }
}

async function machineFacts({ readSignals, dedicated, probeRuntimes }: SetupApiDeps): Promise<MachineFacts> {
  const { power, inputIdle } = readSignals()
  const runtimes = await probeRuntimes()
  return {
    runtimes: runtimes.map(({ name, found }) => ({ name, available: found.available, detail: (found.available ? found.version : found.reason).slice(0, 500) })),
    power: power === 'unknown' ? power : power.value,
    seesInput: dedicated() || inputIdle !== 'unknown',
  }
}

function estimate({ status, grid, tariff, money }: SetupApiDeps, hoursPerDay: number): MonthEstimate {
  const now = tariff()
  const prices = pricesOf(now, grid().tariff?.now?.minorPerKWh ?? null)
  return {
    hoursPerDay,
    currency: now?.currency ?? 'USD',
    net: money.monthAt(hoursPerDay),
    electricity: electricityOfMonth(status().devices, { hoursPerDay, prices }),
  }
}

interface LogSearch {
  readonly level: LogLevel
  readonly search: string
  readonly limit: number
}

const BADNESS: Readonly<Record<LogLevel, number>> = { debug: 0, info: 1, warn: 2, error: 3 }

/** Those that are as bad and have these words, the newest first. `all`: the oldest first. */
export function newestLines(all: readonly RecentLine[], { level, search, limit }: LogSearch): LogLine[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean)
  const found = all.filter((line) => {
    const text = `${line.message} ${line.about}`.toLowerCase()
    return BADNESS[line.level] >= BADNESS[level] && words.every((word) => text.includes(word))
  })
  return found
    .slice(-limit)
    .toReversed()
    .map((line) => ({ ...line, at: toIso(line.at) }))
}

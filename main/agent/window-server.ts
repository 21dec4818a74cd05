import { join } from 'node:path'
import { z } from 'zod'
import { agentContract } from '../../shared/contract/agent.ts'
import { type Server, serve } from '../../shared/contract/define.ts'
import type { Clock } from '../kernel/clock.ts'
import type { DeviceKeys } from '../kernel/device-key.ts'
import type { Logger } from '../kernel/log.ts'
import { packageRoot } from '../kernel/paths.ts'
import type { RecentLog } from '../kernel/recent-log.ts'
import { createApi } from './api.ts'
import type { AgentConfig } from './config.ts'
import { createCoordinatorChange, outstandingOf } from './coordinator-change.ts'
import { pinnedUrls } from './coordinator-heard.ts'
import { introduce } from './coordinator-introduction.ts'
import { type Diagnose, createDiagnosis } from './diagnosis.ts'
import type { FirstRunBook } from './first-run.ts'
import type { GiveBack } from './give-back.ts'
import type { GridWatch } from './grid-watch.ts'
import type { Hardware } from './hardware.ts'
import { createToken } from './http/gate.ts'
import { serveAgentHttp } from './http/serve.ts'
import { createMoney } from './money.ts'
import type { News } from './news.ts'
import type { OwnerChoices } from './owner-choices.ts'
import { createSetupApi } from './setup-api.ts'
import { readStatus } from './status.ts'
import type { AgentStores } from './stores.ts'
import type { Working } from './working.ts'
import { shippedRecording, zonesNow } from './zones-now.ts'

export interface WindowDeps {
  readonly choices: OwnerChoices
  readonly stores: AgentStores
  readonly keys: DeviceKeys
  readonly clock: Clock
  readonly log: Logger
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly diagnose: Diagnose | null
  readonly recentLog: RecentLog | null
  readonly hardware: Pick<Hardware, 'inventory' | 'meter' | 'devices'>
  readonly grid: GridWatch
  readonly firstRun: FirstRunBook
  readonly giveBack: Pick<GiveBack, 'policy' | 'signals' | 'days'>
  readonly working: Pick<Working, 'work' | 'session' | 'probeRuntimes'>
  readonly news: News
}

/** What windows and the command line ask. */
export interface WindowServer {
  readonly server: Server<undefined>
  readonly url: string
  readonly token: string
  readonly closed: Promise<void>
}

/** Answers windows and the command line, in this process and on the loopback address, until the signal aborts. */
export async function openWindowServer(deps: WindowDeps, signal: AbortSignal): Promise<WindowServer> {
  const { choices, stores, log, news } = deps
  const config: AgentConfig = choices.config
  const token = stores.settings.get('window-token', Token) ?? rememberToken(stores)
  const server = createServer(deps, token, signal)
  const directory = join(packageRoot, 'dist', 'renderer')
  const window = await serveAgentHttp({ port: config.port, token, server, events: news, staticDirectory: directory, log }, signal)
  return { server, url: window.url, token, closed: window.closed }
}

function createServer(deps: WindowDeps, token: string, signal: AbortSignal): Server<undefined> {
  const { choices, stores, keys, clock, hardware, grid, giveBack, working } = deps
  const { meter, devices, inventory } = hardware
  const { policy, signals, days } = giveBack
  const { session } = working
  const status = () => readStatus({ ...hardware, ...working, config: choices.config, stores, keys, clock, policy, grid, tariff: choices.tariff.current })
  const money = createMoney({
    store: stores.money,
    facts: stores.facts,
    tariff: choices.tariff,
    pastPrices: ({ currency }, since) => stores.pricePast.list({ zone: choices.config.zone, currency }, since),
    clock,
  })
  return serve(
    agentContract,
    createApi({
      ...stores,
      now: clock.now,
      money,
      setTariff: choices.tariff.set,
      rules: choices.rules,
      previewGate: grid.preview,
      desk: session.desk,
      insist: deps.firstRun.insist,
      setup: createSetup(deps, { status, money, token }, signal),
      status,
      grid: grid.view,
      zones: () => zonesNow({ grid: grid.view, recording: shippedRecording, now: clock.now }),
      power: () => ({ method: meter.latest()?.method ?? null, readings: meter.readings() }),
      pause: policy.pause,
      resume: policy.resume,
      finish: policy.finish,
      runAnyway: policy.runAnyway,
      isPaused: () => policy.reasonsNow().some(({ code }) => code === 'user'),
      dayReport: days.report,
      signalSources: signals.sources,
      setDevice: devices.set,
      detectDevices: () => inventory.look('owner'),
      rotateKey: async (evidence) => {
        await keys.prepare(evidence)
        await session.handOverKey()
      },
      pinnedKeys: session.pinnedKeys,
    }),
  )
}

type Told = Pick<Parameters<typeof createSetupApi>[0], 'status' | 'money' | 'token'>

/** What the owner's first steps, the choice of a coordinator and the diagnosis ask. */
function createSetup(deps: WindowDeps, told: Told, signal: AbortSignal): ReturnType<typeof createSetupApi> {
  const { choices, stores, clock, environment, grid, giveBack, news } = deps
  const { config, rules, tariff, zone } = choices
  const { probeRuntimes, session, work } = deps.working
  const coordinator = createCoordinatorChange({
    owner: choices.coordinator,
    outstanding: () => outstandingOf(told.status(), stores),
    known: () => pinnedUrls(stores),
    introduce: (url, enrolmentToken) => introduce({ ...deps, ...deps.hardware, config, work, probeRuntimes }, { url, token: enrolmentToken }, signal),
    follow: session.follow,
  })
  const changed = () => news.changed('diagnosis')
  const diagnosis = createDiagnosis({ diagnose: deps.diagnose, dataDirectory: config.dataDirectory, environment, status: told.status, clock, changed }, signal)
  return createSetupApi({
    ...told,
    clock,
    firstRun: deps.firstRun,
    zone,
    coordinator,
    diagnosis,
    recentLog: deps.recentLog,
    grid: grid.view,
    tariff: tariff.current,
    readSignals: giveBack.signals.read,
    dedicated: () => rules.current().dedicated,
    probeRuntimes: () => probeRuntimes(signal),
  })
}

const Token = z.string().regex(/^[\w-]{32}$/)

function rememberToken({ settings }: AgentStores): string {
  const token = createToken()
  settings.set('window-token', token)
  return token
}

import { join } from 'node:path'
import { z } from 'zod'
import { agentContract } from '../../shared/contract/agent.ts'
import { type Server, serve } from '../../shared/contract/define.ts'
import type { LaunchChild } from '../kernel/child.ts'
import type { Clock } from '../kernel/clock.ts'
import { openDeviceKeys } from '../kernel/device-key.ts'
import { createHttpClient } from '../kernel/http-client.ts'
import { createIds } from '../kernel/ids.ts'
import { runAll } from '../kernel/lifecycle.ts'
import type { Logger } from '../kernel/log.ts'
import { packageRoot } from '../kernel/paths.ts'
import type { RecentLog } from '../kernel/recent-log.ts'
import type { SecretVault } from '../kernel/secret-vault.ts'
import { honourCertificate } from '../kernel/client-certificate.ts'
import { honourProxies } from '../kernel/proxy.ts'
import { random } from '../kernel/random.ts'
import { createTpm } from '../kernel/tpm.ts'
import { createApi } from './api.ts'
import type { AgentConfig } from './config.ts'
import { createCoordinatorChange, outstandingOf } from './coordinator-change.ts'
import { pinnedUrls } from './coordinator-heard.ts'
import { introduce } from './coordinator-introduction.ts'
import { type Diagnose, createDiagnosis } from './diagnosis.ts'
import { createFirstRun } from './first-run.ts'
import { createFollowingSession } from './following-session.ts'
import { openGiveBack } from './give-back.ts'
import { createGpuGate } from './gpu-gate.ts'
import { createGridWatch } from './grid-watch.ts'
import { openHardware } from './hardware.ts'
import { createToken } from './http/gate.ts'
import { type EventSource, serveAgentHttp } from './http/serve.ts'
import type { SignalReport } from './idle/signals/sources.ts'
import { createCheckpoints } from './jobs/checkpoints.ts'
import { createDockerEngine } from './jobs/docker.ts'
import { createGpuSight } from './jobs/gpu-sight.ts'
import type { Meter } from './metering/meter.ts'
import { createLiveLogs } from './jobs/live-logs.ts'
import type { OpenSandbox } from './jobs/sandbox-program.ts'
import { createMoney } from './money.ts'
import { createNews } from './news.ts'
import { createOwnerCoordinator, withCoordinator } from './owner-coordinator.ts'
import { createOwnerRules, tellOverruled } from './owner-rules.ts'
import { createOwnerTariff } from './owner-tariff.ts'
import { createReceiptFolder } from './receipt-folder.ts'
import { createRuntimeProbes, createRuntimes } from './runtimes.ts'
import { SOLAR_MANNERS, createSolarWatch } from './solar/solar-watch.ts'
import { dayCodeOf, readStatus } from './status.ts'
import { type AgentStores, openAgentStores } from './stores.ts'
import { createWindowsSessionHost } from './windows-session-host.ts'
import { createOwnerZone, withZone } from './owner-zone.ts'
import { createSetupApi } from './setup-api.ts'
import { type Work, createWork } from './work.ts'
import { shippedRecording, zonesNow } from './zones-now.ts'

export interface AgentPorts {
  readonly clock: Clock
  readonly log: Logger
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Where the device key is kept. */
  readonly vault: SecretVault
  /** How programs of ours are run beside this one. */
  readonly launch: LaunchChild
  /** What WebAssembly jobs are locked up in. */
  readonly sandbox: OpenSandbox
  /** Examines this machine on demand; without it, the window says where else that is done. */
  readonly diagnose?: Diagnose
  /** What `log` has written lately, for the owner to read. */
  readonly recentLog?: RecentLog
}

export interface RunningAgent {
  readonly nodeId: string
  /** Loopback address of the window; a browser opens `${url}/#token=${token}`. */
  readonly url: string
  readonly token: string
  readonly server: Server<undefined>
  readonly events: EventSource
  /** What whoever can see the owner's session knows of it: the last touch, whether it is locked, what powers the machine, that it goes to sleep. */
  readonly report: (report: SignalReport) => void
  /** Settles when everything has been released after the signal aborted; rejects if a part failed. */
  readonly closed: Promise<void>
}

const Token = z.string().regex(/^[\w-]{32}$/)

/** Builds every part of the agent, runs them until `signal` aborts, releases everything. No other file constructs a part. */
export async function startAgent(given: AgentConfig, ports: AgentPorts, signal: AbortSignal): Promise<RunningAgent> {
  const { clock, log, environment, vault, diagnose = null, recentLog = null } = ports
  honourProxies(environment)
  honourCertificate(environment)
  const stores = openAgentStores(given.dataDirectory)
  const zone = createOwnerZone(given, stores.settings, () => {
    session.moved()
    news.changed('grid', 'status')
  })
  const coordinator = createOwnerCoordinator(given, stores.settings)
  const config = withCoordinator(withZone(given, zone), coordinator)
  const keys = await openDeviceKeys({ vault, directory: config.dataDirectory, tpm: createTpm(environment), clock, evidence: config.signer ?? undefined })
  const { nodeId, signer } = keys
  const news = createNews(clock)
  const { inventory, meter, devices, sampleLog, readMemory } = await openHardware(
    {
      ...ports,
      dataDirectory: config.dataDirectory,
      nodeId,
      stores,
      onReading: news.power,
      onSample: (source, sample) => signals.seeDevice(source, sample),
      gate: createGpuGate({
        sight: createGpuSight({ engine: createDockerEngine(), clock, agentId: nodeId, journal: stores.containers }),
        anyAllowed: config.images.allow !== null,
        changed: () => news.changed('status'),
      }),
      freeVram: (uuid) => signals.freeVram(uuid),
      spareVramBytes: () => rules.current().spareVramBytes,
      changed: () => news.changed('status'),
      runner: () => work.runner,
      capabilitiesChanged: () => session.announce(),
    },
    signal,
  )
  const solar = createSolarWatch({
    config: config.solar,
    http: createHttpClient({ clock, random, manners: SOLAR_MANNERS }),
    token: environment['WINDFALL_SOLAR_TOKEN'] ?? null,
    clock,
    running: () => drawnBy(work, meter),
    isAwaited: () => work.waiting() !== null,
    changed: () => news.changed('grid', 'status'),
  })
  const tariff = createOwnerTariff({
    config,
    onlyIfEarning: () => rules.current().onlyIfEarning,
    settings: stores.settings,
    changed: () => news.changed('grid', 'status', 'money'),
  })
  const rules = createOwnerRules({
    config,
    settings: stores.settings,
    tariff: tariff.current,
    changed() {
      policy.wake()
      news.changed('grid', 'status')
    },
  })
  tellOverruled(rules, log)
  const grid = createGridWatch({
    zone: zone.current,
    rules: rules.current,
    tariff: tariff.current,
    settings: stores.settings,
    past: stores.gridPast,
    pricePast: stores.pricePast,
    clock,
    solar,
    anyway: () => policy.anywayUntil() !== null,
    changed: () => news.changed('grid', 'status'),
  })
  const firstRun = createFirstRun({
    asks: config.askFirst,
    stores,
    clock,
    changed() {
      policy.wake()
      news.changed('jobs', 'status')
    },
  })
  const { policy, signals, days, forRunner, runs } = openGiveBack(
    {
      config: rules.policy,
      stores,
      clock,
      log,
      environment,
      meter,
      devices: { ...devices, objections: () => [...firstRun.objections(), ...devices.objections()] },
      readMemory,
      lent: devices.lent,
      askWindows: createWindowsSessionHost(ports, signal),
      work: () => work,
      dayCode: () => dayCodeOf({ policy, work, grid, session }),
      changed: () => news.changed('status'),
    },
    signal,
  )
  const checkpoints = createCheckpoints({ directory: join(config.dataDirectory, 'checkpoints'), store: stores.checkpoints, clock })
  const runtimes = createRuntimes({
    agentId: nodeId,
    clock,
    stores,
    checkpoints,
    images: config.images,
    graceMs: () => rules.current().graceMs,
    sandbox: ports.sandbox,
  })
  const upkeep = [...runtimes.values()].flatMap((runtime) => runtime.upkeep ?? [])
  const ids = createIds(clock)
  const logs = createLiveLogs({ clock, ids })
  const work = createWork({
    stores,
    nodeId,
    signer,
    clock,
    ids,
    log,
    runtimes,
    checkpoints,
    meter,
    devices,
    policy,
    grid,
    news,
    logs,
    solar: solar.take,
    giveBack: forRunner,
  })
  const probeRuntimes = createRuntimeProbes(runtimes, clock)
  const session = createFollowingSession({
    config,
    stores,
    keys,
    clock,
    log,
    inventory,
    devices,
    checkpoints,
    probeRuntimes,
    sampleLog: async (proofId) => {
      const attemptId = stores.proofs.attemptOf(proofId)
      return attemptId === null ? null : sampleLog(attemptId)
    },
    grid,
    solar,
    tariff,
    work,
    news,
    logs,
    receipts: createReceiptFolder(config.dataDirectory),
  })
  const status = () => readStatus({ config, stores, keys, clock, meter, devices, policy, work, grid, session })
  const coordinatorChange = createCoordinatorChange({
    owner: coordinator,
    outstanding: () => outstandingOf(status(), stores),
    known: () => pinnedUrls(stores),
    introduce: (url, enrolmentToken) =>
      introduce({ config, keys, clock, inventory, devices, work, stores, probeRuntimes }, { url, token: enrolmentToken }, signal),
    follow: session.follow,
  })
  const money = createMoney({
    store: stores.money,
    facts: stores.facts,
    tariff,
    pastPrices: ({ currency }, since) => stores.pricePast.list({ zone: config.zone, currency }, since),
    clock,
  })
  const token = stores.settings.get('window-token', Token) ?? rememberToken(stores)
  const diagnosis = createDiagnosis(
    { diagnose, dataDirectory: config.dataDirectory, environment, status, clock, changed: () => news.changed('diagnosis') },
    signal,
  )
  const server = serve(
    agentContract,
    createApi({
      ...stores,
      now: clock.now,
      money,
      setTariff: tariff.set,
      rules,
      previewGate: grid.preview,
      desk: session.desk,
      insist: firstRun.insist,
      setup: createSetupApi({
        clock,
        firstRun,
        zone,
        coordinator: coordinatorChange,
        diagnosis,
        recentLog,
        status,
        grid: grid.view,
        tariff: tariff.current,
        money,
        readSignals: signals.read,
        dedicated: config.policy.dedicated,
        probeRuntimes: () => probeRuntimes(signal),
        token,
      }),
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
  const window = await serveAgentHttp({ port: config.port, token, server, events: news, staticDirectory: join(packageRoot, 'dist', 'renderer'), log }, signal)
  const running = runAll(signal, [...upkeep, ...runs, inventory.run, meter.run, work.runner.run, solar.run, news.run, session.run, () => window.closed])
  return {
    nodeId,
    url: window.url,
    token,
    server,
    events: news,
    report: signals.report,
    closed: running.finally(() => stores[Symbol.dispose]()),
  }
}

/** The attempts that run and what the devices of each draw, as far as that is known. */
const drawnBy = ({ runner }: Pick<Work, 'runner'>, { figures }: Pick<Meter, 'figures'>) =>
  runner.working().flatMap(({ lease: { attemptId }, deviceIds }) => {
    const known = deviceIds.flatMap((deviceId) => figures().get(deviceId)?.watts ?? [])
    return known.length === 0 ? [] : { attemptId, watts: known.reduce((sum, watts) => sum + watts, 0) }
  })

function rememberToken({ settings }: AgentStores): string {
  const token = createToken()
  settings.set('window-token', token)
  return token
}

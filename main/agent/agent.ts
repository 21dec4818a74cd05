import { CONSENT_TEXT } from '../../shared/contract/first-run.ts'
import type { Server } from '../../shared/contract/define.ts'
import type { LaunchChild } from '../kernel/child.ts'
import { honourCertificate } from '../kernel/client-certificate.ts'
import type { Clock } from '../kernel/clock.ts'
import { openDeviceKeys } from '../kernel/device-key.ts'
import { createHttpClient } from '../kernel/http-client.ts'
import { runAll } from '../kernel/lifecycle.ts'
import type { Logger } from '../kernel/log.ts'
import { honourProxies } from '../kernel/proxy.ts'
import { random } from '../kernel/random.ts'
import type { RecentLog } from '../kernel/recent-log.ts'
import type { SecretVault } from '../kernel/secret-vault.ts'
import { createTpm } from '../kernel/tpm.ts'
import type { AgentConfig } from './config.ts'
import type { Diagnose } from './diagnosis.ts'
import { createFirstRun } from './first-run.ts'
import { openGiveBack } from './give-back.ts'
import { createGpuGate } from './gpu-gate.ts'
import { createGridWatch } from './grid-watch.ts'
import { openHardware } from './hardware.ts'
import type { EventSource } from './http/serve.ts'
import type { SignalReport } from './idle/signals/sources.ts'
import { createDockerEngine } from './jobs/docker.ts'
import { createGpuSight } from './jobs/gpu-sight.ts'
import type { OpenSandbox } from './jobs/sandbox-program.ts'
import type { Meter } from './metering/meter.ts'
import { createNews } from './news.ts'
import { openOwnerChoices } from './owner-choices.ts'
import { SOLAR_MANNERS, createSolarWatch } from './solar/solar-watch.ts'
import { dayCodeOf } from './status-reasons.ts'
import { openAgentStores } from './stores.ts'
import { openWindowServer } from './window-server.ts'
import { createWindowsSessionHost } from './windows-session-host.ts'
import type { Work } from './work.ts'
import { openWorking } from './working.ts'

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

/** Builds every part of the agent, runs them until `signal` aborts, releases everything. No other file constructs a part. */
export async function startAgent(given: AgentConfig, ports: AgentPorts, signal: AbortSignal): Promise<RunningAgent> {
  const { clock, log, environment, vault, diagnose = null, recentLog = null } = ports
  honourProxies(environment)
  honourCertificate(environment)
  const stores = openAgentStores(given.dataDirectory)
  const news = createNews(clock)
  const choices = openOwnerChoices(given, { stores, log, news, moved: () => working.session.moved(), ruled: () => giveBack.policy.wake() })
  const { config, tariff, rules } = choices
  const keys = await openDeviceKeys({ vault, directory: config.dataDirectory, tpm: createTpm(environment), clock, evidence: config.signer ?? undefined })
  const { nodeId } = keys
  const hardware = await openHardware(
    {
      ...ports,
      dataDirectory: config.dataDirectory,
      nodeId,
      stores,
      onReading: news.power,
      onSample: (source, sample) => giveBack.signals.seeDevice(source, sample),
      gate: createGpuGate({
        sight: createGpuSight({ engine: createDockerEngine(), clock, agentId: nodeId, journal: stores.containers }),
        anyAllowed: config.images.allow !== null,
        changed: () => news.changed('status'),
      }),
      freeVram: (uuid) => giveBack.signals.freeVram(uuid),
      spareVramBytes: () => rules.current().spareVramBytes,
      changed: () => news.changed('status'),
      runner: () => working.work.runner,
      capabilitiesChanged: () => working.session.announce(),
    },
    signal,
  )
  const { meter, devices } = hardware
  const solar = createSolarWatch({
    config: config.solar,
    http: createHttpClient({ clock, random, manners: SOLAR_MANNERS }),
    token: environment['WINDFALL_SOLAR_TOKEN'] ?? null,
    clock,
    running: () => drawnBy(working.work, meter),
    isAwaited: () => working.work.waiting() !== null,
    changed: () => news.changed('grid', 'status'),
  })
  const grid = createGridWatch({
    zone: choices.zone.current,
    rules: rules.current,
    tariff: tariff.current,
    settings: stores.settings,
    past: stores.gridPast,
    pricePast: stores.pricePast,
    clock,
    solar,
    anyway: () => giveBack.policy.anywayUntil() !== null,
    changed: () => news.changed('grid', 'status'),
  })
  const firstRun = createFirstRun({
    asks: config.askFirst,
    consentText: CONSENT_TEXT,
    stores,
    clock,
    changed() {
      giveBack.policy.wake()
      news.changed('jobs', 'status')
    },
  })
  const giveBack = openGiveBack(
    {
      config: rules.policy,
      stores,
      clock,
      log,
      environment,
      meter,
      devices: { ...devices, objections: () => [...firstRun.objections(), ...devices.objections()] },
      readMemory: hardware.readMemory,
      lent: devices.lent,
      askWindows: createWindowsSessionHost(ports, signal),
      work: () => working.work,
      dayCode: () => dayCodeOf({ ...giveBack, ...working, grid }),
      changed: () => news.changed('status'),
    },
    signal,
  )
  const working = openWorking({ ...ports, ...giveBack, config, stores, keys, rules, tariff, hardware, grid, solar, news })
  const shown = { choices, stores, keys, clock, log, environment, diagnose, recentLog, hardware, grid, firstRun, giveBack, working, news }
  const window = await openWindowServer(shown, signal)
  const { work, session, upkeep } = working
  const parts = [...upkeep, ...giveBack.runs, hardware.inventory.run, meter.run, work.runner.run, solar.run, news.run, session.run, () => window.closed]
  return {
    nodeId,
    url: window.url,
    token: window.token,
    server: window.server,
    events: news,
    report: giveBack.signals.report,
    closed: runAll(signal, parts).finally(() => stores[Symbol.dispose]()),
  }
}

/** The attempts that run and what the devices of each draw, as far as that is known. */
const drawnBy = ({ runner }: Pick<Work, 'runner'>, { figures }: Pick<Meter, 'figures'>) =>
  runner.working().flatMap(({ lease: { attemptId }, deviceIds }) => {
    const known = deviceIds.flatMap((deviceId) => figures().get(deviceId)?.watts ?? [])
    return known.length === 0 ? [] : { attemptId, watts: known.reduce((sum, watts) => sum + watts, 0) }
  })

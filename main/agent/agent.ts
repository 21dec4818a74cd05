import { join } from 'node:path'
import { z } from 'zod'
import { agentContract } from '../../shared/contract/agent.ts'
import { type Server, serve } from '../../shared/contract/define.ts'
import type { Clock } from '../kernel/clock.ts'
import { createIds } from '../kernel/ids.ts'
import { loadPrivateFile } from '../kernel/key-file.ts'
import { runAll } from '../kernel/lifecycle.ts'
import type { Logger } from '../kernel/log.ts'
import { packageRoot } from '../kernel/paths.ts'
import { createSigner, generateKeyPem } from '../kernel/signing.ts'
import { createApi } from './api.ts'
import type { AgentConfig } from './config.ts'
import { createCoordinatorSession } from './coordinator-session.ts'
import { detectSources } from './gpu/detect.ts'
import { runsInContainer } from './gpu/processes.ts'
import { createGridWatch } from './grid-watch.ts'
import { createToken } from './http/gate.ts'
import { type EventSource, serveAgentHttp } from './http/serve.ts'
import { createInputIdle } from './idle/signals/input-idle.ts'
import { readPowerSupply } from './idle/signals/power-supply.ts'
import { createMeter } from './metering/meter.ts'
import { createNews } from './news.ts'
import { createOwnerPolicy } from './owner-policy.ts'
import { createReceiptFolder } from './receipt-folder.ts'
import { createRuntimes } from './runtimes.ts'
import { readStatus } from './status.ts'
import { type AgentStores, openAgentStores } from './stores.ts'
import { createWork } from './work.ts'

export interface AgentPorts {
  readonly clock: Clock
  readonly log: Logger
  readonly environment: Readonly<Record<string, string | undefined>>
}

export interface RunningAgent {
  readonly nodeId: string
  /** Loopback address of the window; a browser opens `${url}/#token=${token}`. */
  readonly url: string
  readonly token: string
  readonly server: Server<undefined>
  readonly events: EventSource
  /** Seconds since the owner last touched the machine, from whoever can see their session. */
  readonly reportInputIdle: (seconds: number) => void
  /** Settles when everything has been released after the signal aborted; rejects if a part failed. */
  readonly closed: Promise<void>
}

const SYS_ROOT = '/sys'
const Token = z.string().regex(/^[\w-]{32}$/)

/** Builds every part of the agent, runs them until `signal` aborts, releases everything. No other file constructs a part. */
export async function startAgent(config: AgentConfig, { clock, log, environment }: AgentPorts, signal: AbortSignal): Promise<RunningAgent> {
  const stores = openAgentStores(config.dataDirectory)
  const signer = createSigner(loadPrivateFile(join(config.dataDirectory, 'device-key.pem'), generateKeyPem))
  const news = createNews(clock)
  const detection = await detectSources({ clock, environment }, signal)
  const meter = createMeter({ sources: detection.sources, clock, nodeId: signer.keyId, isOwnProcess: runsInContainer, onReading: news.power })
  const inputIdle = createInputIdle(clock)
  const grid = createGridWatch({ zone: config.zone, rule: config.gate, settings: stores.settings, clock, changed: () => news.changed('grid', 'status') })
  const policy = createOwnerPolicy({
    config: config.policy,
    settings: stores.settings,
    clock,
    readSignals: () => ({ inputIdle: inputIdle.read(), powerSupply: readPowerSupply(SYS_ROOT), temperatureC: meter.hottestC(), others: [] }),
    jobRunning: () => work.running(),
    onRevoked: (reason) => work.runner.yieldNow(reason.code),
    changed: () => news.changed('status'),
  })
  const runtimes = createRuntimes(signer.keyId, clock)
  const work = createWork({ stores, signer, clock, ids: createIds(clock), log, runtimes, meter, detection, policy, grid, news })
  const session = createCoordinatorSession({
    config,
    stores,
    signer,
    clock,
    log,
    detection,
    runtimes,
    grid,
    work,
    news,
    receipts: createReceiptFolder(config.dataDirectory),
  })
  const status = () => readStatus({ config, stores, signer, clock, meter, policy, work, grid, session })
  const server = serve(
    agentContract,
    createApi({
      ...stores,
      now: clock.now,
      status,
      grid: grid.view,
      power: () => ({ method: meter.latest()?.method ?? null, readings: meter.readings() }),
      pause: policy.pause,
      resume: policy.resume,
      pinnedKeys: session.pinnedKeys,
    }),
  )
  const token = stores.settings.get('window-token', Token) ?? rememberToken(stores)
  const window = await serveAgentHttp({ port: config.port, token, server, events: news, staticDirectory: join(packageRoot, 'dist', 'renderer'), log }, signal)
  const running = runAll(signal, [policy.run, meter.run, work.runner.run, news.run, session.run, () => window.closed])
  return {
    nodeId: signer.keyId,
    url: window.url,
    token,
    server,
    events: news,
    reportInputIdle: inputIdle.report,
    closed: running.finally(() => stores[Symbol.dispose]()),
  }
}

function rememberToken({ settings }: AgentStores): string {
  const token = createToken()
  settings.set('window-token', token)
  return token
}

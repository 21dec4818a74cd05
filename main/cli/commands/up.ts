import { join } from 'node:path'
import type { Command } from 'commander'
import { PolicyConfig } from '../../../shared/contract/owner-rules.ts'
import { type RunningAgent, startAgent } from '../../agent/agent.ts'
import type { AgentConfig } from '../../agent/config.ts'
import { thisNode } from '../../agent/jobs/sandbox-program.ts'
import { probeRuntime } from '../../agent/runtimes.ts'
import { type CoordinatorConfig, readCoordinatorConfig, secretsIn } from '../../coordinator/config.ts'
import { type RunningCoordinator, startCoordinator } from '../../coordinator/coordinator.ts'
import { systemClock } from '../../kernel/clock.ts'
import { announce } from '../../kernel/instance-file.ts'
import { holdDirectory } from '../../kernel/instance-lock.ts'
import { aborted } from '../../kernel/lifecycle.ts'
import { createLogger } from '../../kernel/log.ts'
import { startLocalnet } from '../../localnet/localnet.ts'
import { findBusybox } from '../../../resources/jobs/busybox.ts'
import { type AgentOptions, agentConfig, agentOptions } from '../agent-options.ts'
import { build } from '../build.ts'
import { action, createCommand, dataDirectoryOf } from '../command.ts'
import { readCoordinatorSettings } from '../coordinator-settings.ts'
import { EXIT } from '../exit-codes.ts'
import { headlessPorts } from '../headless-agent.ts'
import type { Output } from '../output.ts'
import { type Stop, stopOnSignals } from '../running.ts'
import { type SampleResult, type SampleRun, runSampleJob } from '../sample-run.ts'
import { TEST_DEPOSIT_MICRO_USD, fundHotWallet, issueTestUsdc, openTestWallet, testUsdcMint } from '../test-funds.ts'
import { openWindow, windowSupport } from '../window.ts'
import { LOCALNET_SLOT_MS, localnetFile } from './localnet.ts'

interface UpOptions extends AgentOptions {
  readonly once?: boolean
  readonly sample: boolean
  readonly window: boolean
  readonly liveGrid: boolean
}

/** `windfall up`: everything on one machine, with a local test chain. */
export const upCommand = (): Command =>
  action<UpOptions>(
    agentOptions(createCommand('up', 'start a coordinator, an agent for this machine and a local Solana node, and run one sample job'))
      .option('--once', 'end after the sample job; exit code 1 if it did not complete')
      .option('--no-sample', 'do not submit the sample job')
      .option('--no-window', 'do not open the desktop window')
      .option('--no-live-grid', 'use only the grid data that ships with Windfall'),
    async (options, output) => {
      using _lock = holdDirectory(dataDirectoryOf(options), 'windfall')
      using _agentLock = holdDirectory(dataDirectoryOf(options), 'agent')
      const config = upAgentConfig(options)
      using stop = stopOnSignals(output.progress)
      await using parts = await startParts(options, { config, output, stop })
      const code = await Promise.race([work(options, output, { ...parts, dataDirectory: config.dataDirectory, signal: stop.signal }), parts.failed])
      stop[Symbol.dispose]()
      await parts.closed
      return code
    },
  )

interface Parts extends AsyncDisposable {
  readonly agent: RunningAgent
  readonly coordinator: RunningCoordinator
  /** Settles when every part has ended; rejects with the first failure. */
  readonly closed: Promise<unknown>
  /** Rejects when a part fails while others still run. Never resolves. */
  readonly failed: Promise<never>
}

interface Starting {
  readonly config: AgentConfig
  readonly output: Output
  readonly stop: Stop
}

/** Chain, coordinator, agent: each needs the one before. Whatever was started is stopped again if a later one cannot be. */
async function startParts(options: UpOptions, { config, output, stop }: Starting): Promise<Parts> {
  const { dataDirectory } = config
  const ports = (name: string, secrets: readonly string[] = []) => ({
    clock: systemClock,
    log: createLogger(name, config.logLevel, secrets),
    environment: process.env,
  })
  const { electron } = windowSupport(process.env)
  await build(
    {
      only:
        options.window && electron
          ? ['renderer', 'console', 'verify', 'jobs', 'icons', 'preload', 'main', 'children', 'sandbox']
          : ['renderer', 'console', 'verify', 'jobs'],
    },
    output.progress,
  )
  await using started = new AsyncDisposableStack()
  // The chain goes last: the others still talk to it while they stop.
  const chain = started.use(await startLocalnet({ ...ports('localnet'), file: localnetFile(dataDirectory), port: 0, slotMs: LOCALNET_SLOT_MS }))
  const running: Promise<unknown>[] = []
  const keep = (closed: Promise<unknown>) => {
    running.push(closed)
    // It is awaited only once everything runs, and may fail before.
    closed.catch(() => undefined)
  }
  started.defer(async () => {
    stop[Symbol.dispose]()
    await Promise.allSettled(running)
  })
  keep(chain.run(stop.signal))
  const settings = upCoordinatorConfig(options, chain.url)
  const coordinator = await startCoordinator(settings, ports('coordinator', secretsIn(settings)), stop.signal)
  keep(coordinator.closed)
  await fundHotWallet(chain.url, coordinator.hotWallet)
  await coordinator.deposit('test-funds', TEST_DEPOSIT_MICRO_USD)
  announce(dataDirectory, { coordinator: { url: coordinator.url, apiKey: coordinator.apiKey }, chain: { rpcUrl: chain.url, cluster: coordinator.cluster } })
  const issued = issueUsdc(settings, { dataDirectory, chain, owner: coordinator.hotWallet })
  const payoutAddress = config.payoutAddress ?? (await openTestWallet(dataDirectory, chain.url))
  const agent = await startAgent({ ...config, coordinatorUrl: coordinator.url, namedCoordinator: true, payoutAddress }, headlessPorts(config), stop.signal)
  keep(agent.closed)
  await issued
  announce(dataDirectory, { agent: { url: agent.url, token: agent.token } })
  const release = started.move()
  const closed = Promise.all(running)
  const failed = new Promise<never>((_, reject) => void closed.catch(reject))
  return { agent, coordinator, closed, failed, [Symbol.asyncDispose]: () => release.disposeAsync() }
}

interface Issuing {
  readonly dataDirectory: string
  readonly chain: { readonly url: string }
  readonly owner: string
}

/** Test USDC, unless the settings name a mint or none. Awaited only once the agent runs, and may fail before. */
function issueUsdc({ usdcMint }: Pick<CoordinatorConfig, 'usdcMint'>, { dataDirectory, chain, owner }: Issuing): Promise<void> {
  const issued = usdcMint === testUsdcMint(dataDirectory) ? issueTestUsdc(dataDirectory, chain.url, owner) : Promise.resolve()
  issued.catch(() => undefined)
  return issued
}

/** Everything on one machine and on a test chain: small payouts at once, anchors every few minutes. */
function upCoordinatorConfig(options: UpOptions, rpcUrl: string) {
  const dataDirectory = dataDirectoryOf(options)
  return readCoordinatorConfig(process.env, {
    logLevel: options.logLevel ?? 'warn',
    heartbeatMs: 5_000,
    payoutThresholdLamports: 0,
    anchorEveryMs: 300_000,
    usdcMint: testUsdcMint(dataDirectory),
    ...readCoordinatorSettings(dataDirectory),
    ...(options.liveGrid ? {} : { liveGrid: false }),
    port: 0,
    // Nobody else can reach it, and its own machine needs no token.
    enrolment: 'open',
    rpcUrls: [rpcUrl],
    dataDirectory: join(dataDirectory, 'coordinator'),
  })
}

/** Whoever types `windfall up` is at the machine and wants to see it work, so presence, battery and a metered network, over which nothing of this goes, do not hold it back unless the settings say so. */
const upAgentConfig = (options: UpOptions): AgentConfig =>
  agentConfig(options, { policy: { ...PolicyConfig.parse({}), dedicated: true, allowBattery: true, fetchOnMetered: true } })

interface Working extends Pick<Parts, 'agent' | 'coordinator'> {
  readonly dataDirectory: string
  readonly signal: AbortSignal
}

async function work(options: UpOptions, output: Output, { agent, coordinator, dataDirectory, signal }: Working): Promise<number> {
  const address = `${agent.url}/#token=${agent.token}`
  if (!options.once) showWindow(options, output, { address, dataDirectory, signal })
  output.progress(`Node ${agent.nodeId.slice(0, 12)}…, coordinator ${coordinator.url}, data in ${dataDirectory}`)
  const runtime = await sampleRuntime(output, signal)
  const run = { dataDirectory, runtime, clock: systemClock, say: output.progress, signal }
  const result = options.sample || options.once ? await runUntilStopped(run, options) : null
  if (options.once && result) {
    output.answer(result, () => [JSON.stringify(result, null, 2)])
    return result.job.state === 'completed' && result.receipt?.verified ? EXIT.ok : EXIT.failed
  }
  if (!signal.aborted) {
    const console = `${coordinator.url}/console/#key=${coordinator.apiKey}`
    output.answer({ window: address, console, coordinator: coordinator.url }, () => [])
    output.progress(`Running. Window: ${address}   Console: ${console}   Stop with Ctrl-C.`)
  }
  await aborted(signal)
  return EXIT.ok
}

/** Ctrl-C in the middle of the sample job is no failure unless the job is all there was to do: the next start continues it. */
async function runUntilStopped(run: SampleRun, { once }: UpOptions): Promise<SampleResult | null> {
  try {
    return await runSampleJob(run)
  } catch (error) {
    if (once || !run.signal.aborted) throw error
    return null
  }
}

function showWindow(
  options: UpOptions,
  output: Output,
  { address, dataDirectory, signal }: { address: string; dataDirectory: string; signal: AbortSignal },
): void {
  const support = windowSupport(process.env)
  if (options.window && support.electron) openWindow(support.electron, dataDirectory, signal)
  else output.progress(`Open this address in a browser${support.why ? ` (${support.why})` : ''}:\n  ${address}`)
}

/** Docker where an engine answers and the sample image can be made, otherwise WebAssembly. */
async function sampleRuntime(output: Output, signal: AbortSignal): Promise<'docker' | 'wasm'> {
  const docker = await probeRuntime('docker', { clock: systemClock, sandbox: thisNode() }, signal)
  if (!docker.available) return 'wasm'
  if (findBusybox()) return 'docker'
  output.progress(
    'A Docker engine answers, but there is no static busybox to make the sample image of (Debian: apt install busybox-static); using WebAssembly.',
  )
  return 'wasm'
}

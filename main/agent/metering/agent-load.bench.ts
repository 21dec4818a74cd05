/**
 * What the agent costs the machine it lives on: a real `windfall agent` over a compiled fake NVIDIA library, idle without a coordinator,
 * idle with one by socket and by HTTP alone, then metering a job at 1 Hz. The job itself, which computes without end, is not counted.
 * Prints a table, then one line of JSON; fails above a bar. Linux only, because it reads `/proc`.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { arch, cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { systemClock } from '../../kernel/clock.ts'
import { openDeviceKeys } from '../../kernel/device-key.ts'
import { packageRoot } from '../../kernel/paths.ts'
import { createFileVault } from '../../kernel/secret-vault.ts'
import { createTpm } from '../../kernel/tpm.ts'
import { FAKE_4090, compileFakeNvml } from '../gpu/nvml.fake.ts'
import { fakeLease } from '../jobs/lease.fixture.ts'
import { openAgentStores } from '../stores.ts'
import { createFakeCoordinator } from '../sync/coordinator.fake.ts'
import { serveFakeCoordinator, takeSockets } from '../sync/coordinator-server.fake.ts'
import { type Usage, readText, usageOf } from './process-usage.fixture.ts'

/** An agent lives for months; what it compiles in its first minute is not what it costs. */
const SETTLE_MS = 60_000
const MEASURE_MS = 120_000
const START_LIMIT_MS = 180_000
const IDLE = { cpuPct: 0.1, rssMiB: 150 }
const BARS = { 'idle, alone': IDLE, 'idle, by socket': IDLE, 'idle, by HTTP': IDLE, metering: { cpuPct: 0.2, rssMiB: 150 } }
/** As the coordinator's own server has it. */
const KEEP_ALIVE_MS = 72_000
/** What other agents say they take; none says how it counted. */
const CLAIMS_MIB = [18, 50] as const
/** `(loop br 0)`: a job that computes until it is stopped. */
const ENDLESS = Buffer.from('0061736d0100000001040160000003020100070a01065f737461727400000a0901070003400c000b0b', 'hex')

interface Measured extends Pick<Usage, 'memory' | 'programs'> {
  readonly cpuPct: number
}

async function measure(pid: number): Promise<Measured> {
  await pause(SETTLE_MS)
  const [before, start] = [usageOf(pid), performance.now()]
  await pause(MEASURE_MS)
  const after = usageOf(pid)
  return { cpuPct: ((after.cpuMs - before.cpuMs) / (performance.now() - start)) * 100, memory: after.memory, programs: after.programs }
}

async function untilStarted(agent: ChildProcess, isStarted: () => boolean): Promise<void> {
  const limit = performance.now() + START_LIMIT_MS
  while (!isStarted()) {
    if (agent.exitCode !== null) throw new Error(`The agent ended with ${agent.exitCode}.`)
    if (performance.now() > limit) throw new Error(`The agent was not ready within ${START_LIMIT_MS / 1_000} s.`)
    await pause(200)
  }
}

/** A coordinator that gives the job's module, and confirms to the node of this data directory that the job is its own. */
async function serveCoordinator(data: string) {
  const { signer } = await openDeviceKeys({ vault: createFileVault(data), directory: data, tpm: createTpm({}), clock: systemClock })
  const served = await serveFakeCoordinator(createFakeCoordinator(signer, systemClock), {
    before({ request, response }) {
      const isModule = request.url?.startsWith('/v1/blobs/') === true
      if (isModule) response.end(ENDLESS)
      return isModule
    },
  })
  served.server.keepAliveTimeout = KEEP_ALIVE_MS
  return served
}

/** What an agent that runs leaves, and one that ended left. */
const announced = (data: string): string => join(data, 'windfall.json')

interface Started {
  readonly data: string
  readonly nvml: string
  readonly coordinator: string | null
}

function startAgent({ data, nvml, coordinator }: Started): ChildProcess & { readonly pid: number } {
  const link = coordinator === null ? [] : ['--coordinator', coordinator]
  const options = ['--data', data, ...link, '--zone', 'GB-13', '--gate', 'always', '--dedicated', '--log-level', 'warn']
  const child = spawn(process.execPath, [join(packageRoot, 'main/cli/windfall.mjs'), 'agent', ...options], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, WINDFALL_NVML: nvml },
  })
  if (child.pid === undefined) throw new Error('The agent could not be started.')
  return child as ChildProcess & { readonly pid: number }
}

/** Leaves a job behind that the agent finds when it starts. */
function leaveJob(data: string): void {
  using stores = openAgentStores(data)
  const image = `sha256:${createHash('sha256').update(ENDLESS).digest('hex')}`
  const { spec } = fakeLease()
  const now = new Date()
  const window = { from: now.toISOString(), to: new Date(now.getTime() + 3_600_000).toISOString() }
  const limits = { ...spec.limits, wallSeconds: 3_600 }
  stores.jobs.add(
    fakeLease({
      window,
      spec: { ...spec, runtime: { name: 'wasm', image, archive: image }, limits, deadline: window.to },
    }),
    now.getTime(),
  )
}

async function phase(given: Started, started: () => boolean) {
  rmSync(announced(given.data), { force: true })
  const agent = startAgent(given)
  try {
    await untilStarted(agent, started)
    return await measure(agent.pid)
  } finally {
    const ended = new Promise((resolve) => agent.once('exit', resolve))
    agent.kill('SIGTERM')
    await ended
  }
}

async function run(): Promise<void> {
  using fake = requireFake()
  const data = mkdtempSync(join(tmpdir(), 'windfall-load-'))
  try {
    await using coordinator = await serveCoordinator(data)
    // An agent that has to build its window first is larger than one that finds it.
    execFileSync(process.execPath, [join(packageRoot, 'main/cli/build.ts')], { stdio: 'ignore' })
    fake.play({ gpus: [{ ...FAKE_4090, gpu: 0, powerMw: 25_000, averageMw: 25_000, live: 1, processes: [] }] })
    const given = { data, nvml: fake.path, coordinator: coordinator.url }
    const isUp = () => existsSync(announced(data))
    const alone = await phase({ ...given, coordinator: null }, isUp)
    const byHttp = await phase(given, isUp)
    using _sockets = takeSockets(coordinator.server)
    const bySocket = await phase(given, isUp)
    leaveJob(data)
    const log = join(data, 'samples', 'attempt-1.jsonl')
    const metering = await phase(given, () => existsSync(log))
    if (readText(log).split('\n').length < (0.9 * (SETTLE_MS + MEASURE_MS)) / 1_000)
      throw new Error('The job did not run all the time, so this is not the cost of metering.')
    report({ 'idle, alone': alone, 'idle, by socket': bySocket, 'idle, by HTTP': byHttp, metering })
  } finally {
    rmSync(data, { recursive: true, force: true })
  }
}

function requireFake() {
  const fake = compileFakeNvml()
  if (typeof fake === 'string') throw new Error(`This benchmark needs a C compiler: ${fake}.`)
  return fake
}

type State = keyof typeof BARS
const STATES = Object.keys(BARS) as readonly State[]
const round = (value: number, digits: number): number => Number(value.toFixed(digits))

function report(measured: Readonly<Record<State, Measured>>): void {
  const table = STATES.map((state) => {
    const { cpuPct, memory, programs } = measured[state]
    const bar = BARS[state]
    return {
      state,
      'CPU % of a core': round(cpuPct, 3),
      'bar %': bar.cpuPct,
      'RSS MiB': round(memory.rss, 1),
      'RSS bar': bar.rssMiB,
      'PSS MiB': round(memory.pss, 1),
      'own MiB': round(memory.own, 1),
      met: cpuPct <= bar.cpuPct && memory.rss <= bar.rssMiB,
      processes: programs.join(', '),
    }
  })
  console.table(table)
  console.log(`Others claim ${CLAIMS_MIB.join(' to ')} MiB; an empty Node of this version takes 44 MiB, 9 of them its own.`)
  const machine = { cpu: cpus()[0]?.model, threads: cpus().length, arch: arch(), node: process.version }
  console.log(JSON.stringify({ benchmark: 'agent-load', machine, seconds: MEASURE_MS / 1_000, claimsMiB: CLAIMS_MIB, states: table }))
  process.exitCode = table.every(({ met }) => met) ? 0 : 1
}

await run()

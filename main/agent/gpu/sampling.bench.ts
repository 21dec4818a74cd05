/**
 * What one GPU sample costs: NVML through koffi, as the meter reads it, against polling `nvidia-smi`, by hand and through
 * node-nvidia-smi. All talk to fakes that answer at once, so the figures are the cost of asking, not of the driver.
 * Prints a table, then one line of JSON; fails if the meter's way is not ten times cheaper than either.
 */
import { execFile } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { arch, cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import smi from 'node-nvidia-smi'
import { launchNodeChild } from '../../kernel/child.ts'
import { systemClock } from '../../kernel/clock.ts'
import { FAKE_4090, compileFakeNvml } from './nvml.fake.ts'
import { createNvmlHost } from './nvml-host.ts'
import { openNvml } from './nvml.ts'

/** Rounds alternate between the ways, so that a disturbance of the machine hits all of them. */
const ROUNDS = 7
const LEAST_RATIO = 10
const CHILD = 'koffi, through the child process'
const SPAWNED = ['nvidia-smi, spawned for every sample', 'node-nvidia-smi'] as const
/** The part of a card's entry in `nvidia-smi -q -x` that carries what a sample holds. */
const REPORT = `<?xml version="1.0" ?>
<!DOCTYPE nvidia_smi_log SYSTEM "nvsmi_device_v12.dtd">
<nvidia_smi_log>
  <driver_version>595.71.05</driver_version>
  <attached_gpus>1</attached_gpus>
  <gpu id="00000000:01:00.0">
    <product_name>NVIDIA GeForce RTX 4090</product_name>
    <uuid>${FAKE_4090.uuid}</uuid>
    <fb_memory_usage><total>24564 MiB</total><used>1024 MiB</used><free>23540 MiB</free></fb_memory_usage>
    <utilization><gpu_util>97 %</gpu_util><memory_util>55 %</memory_util></utilization>
    <temperature><gpu_temp>71 C</gpu_temp></temperature>
    <gpu_power_readings><average_power_draw>300.00 W</average_power_draw><instant_power_draw>312.50 W</instant_power_draw></gpu_power_readings>
    <processes><process_info><pid>4242</pid><type>C</type><used_memory>8192 MiB</used_memory></process_info></processes>
  </gpu>
</nvidia_smi_log>`

interface Way {
  readonly name: string
  readonly calls: number
  readonly sample: () => unknown
}

interface Cost {
  readonly wallUs: number
  /** This process's own processor time; the spawned programs' is not in it. */
  readonly cpuUs: number
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN

async function measure({ calls, sample }: Way): Promise<Cost> {
  const [cpu, start] = [process.cpuUsage(), performance.now()]
  for (let call = 0; call < calls; call++) await sample()
  const wallUs = ((performance.now() - start) * 1_000) / calls
  const { user, system } = process.cpuUsage(cpu)
  return { wallUs, cpuUs: (user + system) / calls }
}

async function compare(ways: readonly Way[]): Promise<Map<string, Cost>> {
  const rounds = new Map(ways.map(({ name }): [string, Cost[]] => [name, []]))
  for (const way of ways) await measure(way)
  for (let round = 0; round < ROUNDS; round++) for (const way of ways) rounds.get(way.name)?.push(await measure(way))
  return new Map(
    [...rounds].map(([name, costs]) => [name, { wallUs: median(costs.map(({ wallUs }) => wallUs)), cpuUs: median(costs.map(({ cpuUs }) => cpuUs)) }]),
  )
}

const smiSample = () =>
  new Promise<unknown>((resolve, reject) => smi((error, data) => (error ? reject(new Error(`nvidia-smi failed: ${JSON.stringify(error)}`)) : resolve(data))))

const querySample = () =>
  new Promise<unknown>((resolve, reject) =>
    execFile('nvidia-smi', ['--query-gpu=power.draw,utilization.gpu', '--format=csv,noheader'], (error, out) => (error ? reject(error) : resolve(out))),
  )

/** Puts a `nvidia-smi` first on the search path that prints the report and nothing else. */
function installFakeSmi(folder: string): void {
  writeFileSync(join(folder, 'report.xml'), REPORT)
  writeFileSync(join(folder, 'nvidia-smi'), `#!/bin/sh\nexec cat ${join(folder, 'report.xml')}\n`)
  chmodSync(join(folder, 'nvidia-smi'), 0o755)
  process.env['PATH'] = `${folder}:${process.env['PATH']}`
}

async function run(): Promise<void> {
  using fake = requireFake()
  fake.play({ frozen: 1, gpus: [{ ...FAKE_4090, processes: [{ pid: 4242, bytes: 8_589_934_592 }] }] })
  const folder = mkdtempSync(join(tmpdir(), 'fake-smi-'))
  const ended = new AbortController()
  try {
    installFakeSmi(folder)
    const host = createNvmlHost({ libraryPath: fake.path, clock: systemClock, launch: launchNodeChild, environment: process.env }, ended.signal)
    const nvml = openNvml(fake.path)
    const costs = await compare([
      { name: 'koffi, the calls alone', calls: 20_000, sample: () => nvml.read(FAKE_4090.uuid) },
      { name: CHILD, calls: 1_000, sample: () => host.ask({ ask: 'reading', uuid: FAKE_4090.uuid }, ended.signal) },
      { name: SPAWNED[0], calls: 20, sample: querySample },
      { name: SPAWNED[1], calls: 20, sample: smiSample },
    ])
    nvml.close()
    report(costs)
  } finally {
    ended.abort()
    rmSync(folder, { recursive: true })
  }
}

function requireFake() {
  const fake = compileFakeNvml()
  if (typeof fake === 'string') throw new Error(`This benchmark needs a C compiler: ${fake}.`)
  return fake
}

function report(costs: ReadonlyMap<string, Cost>): void {
  const spawned = costs.get('node-nvidia-smi')?.wallUs ?? Number.NaN
  const rows = [...costs].map(([way, { wallUs, cpuUs }]) => ({
    way,
    'µs per sample': Number(wallUs.toFixed(2)),
    'own CPU µs': Number(cpuUs.toFixed(2)),
    'times faster than node-nvidia-smi': Number((spawned / wallUs).toFixed(1)),
  }))
  console.table(rows)
  const machine = { cpu: cpus()[0]?.model, threads: cpus().length, arch: arch(), node: process.version }
  const ours = costs.get(CHILD)?.wallUs ?? Number.NaN
  const ratio = Math.min(...SPAWNED.map((way) => (costs.get(way)?.wallUs ?? Number.NaN) / ours))
  console.log(JSON.stringify({ benchmark: 'gpu-sampling', machine, rounds: ROUNDS, ways: rows, ratio, bar: LEAST_RATIO }))
  process.exitCode = ratio >= LEAST_RATIO ? 0 : 1
}

await run()

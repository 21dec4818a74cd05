import { accessSync, constants, statfsSync } from 'node:fs'
import { dirname } from 'node:path'
import { messageOf } from '../../shared/errors.ts'
import { detectSources } from '../agent/gpu/detect.ts'
import { createRuntimes } from '../agent/runtimes.ts'
import { systemClock } from '../kernel/clock.ts'
import { agentClient, coordinatorClient, readInstance } from './instance.ts'
import { windowSupport } from './window.ts'

type Outcome = 'ok' | 'note' | 'problem'

export interface Finding {
  readonly name: string
  readonly outcome: Outcome
  /** What was seen. */
  readonly evidence: string
  /** What to do about it; `null` where nothing is needed. */
  readonly fix: string | null
}

type Check = (dataDirectory: string, signal: AbortSignal) => Promise<Omit<Finding, 'name'>[]> | Omit<Finding, 'name'>[]

const ok = (evidence: string) => ({ outcome: 'ok' as const, evidence, fix: null })
const note = (evidence: string, fix: string | null) => ({ outcome: 'note' as const, evidence, fix })
const problem = (evidence: string, fix: string) => ({ outcome: 'problem' as const, evidence, fix })

const GIB = 1_073_741_824
const ENOUGH_DISK_GIB = 10

function existingParent(path: string): string {
  try {
    accessSync(path, constants.W_OK)
    return path
  } catch {
    return dirname(path) === path ? path : existingParent(dirname(path))
  }
}

const checkDisk: Check = (dataDirectory) => {
  const place = existingParent(dataDirectory)
  const { bavail, bsize } = statfsSync(place)
  const free = (bavail * bsize) / GIB
  const evidence = `${free.toFixed(1)} GiB free at ${place}`
  return [
    free >= ENOUGH_DISK_GIB
      ? ok(evidence)
      : note(evidence, `Container jobs want ${ENOUGH_DISK_GIB} GiB. Free some space, or choose another folder with --data.`),
  ]
}

const checkRuntimes: Check = (_, signal) =>
  Promise.all(
    [...createRuntimes('doctor', systemClock).values()].map(async (runtime) => {
      const found = await runtime.probe(signal)
      if (found.available) return ok(`${runtime.name}: ${found.version}`)
      return runtime.name === 'docker'
        ? note(`docker: ${found.reason}`, 'Jobs that need a container go to other nodes until an engine answers.')
        : problem(`${runtime.name}: ${found.reason}`, 'Run npm ci again.')
    }),
  )

const checkHardware: Check = async (_, signal) => {
  const { sources, seen } = await detectSources({ clock: systemClock, environment: process.env }, signal)
  const used = sources.map(({ device, method }) =>
    method === 'estimate'
      ? note(`${device.name}: power is estimated, no sensor can be read`, 'Proofs from this machine carry a large uncertainty.')
      : ok(`${device.name}: metered by ${method}`),
  )
  return [...used, ...seen.map((device) => note(`${device.name}: seen, not used (${device.reason})`, device.advice))]
}

const checkInstance: Check = async (dataDirectory) => {
  const instance = readInstance(dataDirectory)
  if (!instance) return [note('nothing runs on this data directory', 'Start it with: windfall up')]
  const findings: Omit<Finding, 'name'>[] = []
  const ask = async (what: string, question: () => Promise<string>) => {
    try {
      findings.push(ok(`${what}: ${await question()}`))
    } catch (error) {
      findings.push(note(`${what}: ${messageOf(error)}`, 'Start it with: windfall up'))
    }
  }
  if (instance.agent)
    await ask('agent', async () => {
      const status = await agentClient(dataDirectory).call('getStatus', {})
      return `${status.display}, ${status.node.zone}, coordinator ${status.coordinator.state}`
    })
  if (instance.coordinator)
    await ask('coordinator', async () => {
      const books = await coordinatorClient({ dataDirectory }).call('checkLedger', {})
      return books.balanced ? `books balance over ${books.entries} entries` : `BOOKS DO NOT BALANCE: ${books.findings.join('; ')}`
    })
  return findings
}

const checkGrid: Check = async (dataDirectory) => {
  if (!readInstance(dataDirectory)?.agent) return []
  try {
    const grid = await agentClient(dataDirectory).call('getGrid', {})
    const origin = grid.signal ? `${grid.signal.source}, ${grid.signal.origin}${grid.signal.recordedOn ? ` ${grid.signal.recordedOn}` : ''}` : 'no signal'
    return [grid.state === 'fresh' ? ok(`${grid.zone}: ${origin}`) : note(`${grid.zone}: ${grid.state} (${origin})`, grid.message)]
  } catch (error) {
    return [note(messageOf(error), null)]
  }
}

const checkWindow: Check = () => {
  const support = windowSupport(process.env)
  return [support.electron ? ok(`Electron at ${support.electron}`) : note(`${support.why}; the window opens in a browser instead`, null)]
}

const CHECKS: Readonly<Record<string, Check>> = {
  node: () => [ok(`Node ${process.versions.node}`)],
  disk: checkDisk,
  hardware: checkHardware,
  sandbox: checkRuntimes,
  instance: checkInstance,
  grid: checkGrid,
  window: checkWindow,
}

/** Every named check with its evidence and, where needed, what to do. A check that breaks is a finding, not a crash. */
export async function examine(dataDirectory: string, signal: AbortSignal): Promise<Finding[]> {
  const findings = await Promise.all(
    Object.entries(CHECKS).map(async ([name, check]) => {
      try {
        return (await check(dataDirectory, signal)).map((finding) => ({ name, ...finding }))
      } catch (error) {
        return [{ name, ...problem(messageOf(error), 'Please report this.') }]
      }
    }),
  )
  return findings.flat()
}

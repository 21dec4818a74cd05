/** The real coordinator as a process of its own, with a local chain beside it, for benchmarks and crash loops. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from '../../main/cli/build.ts'
import { readInstance } from '../../main/kernel/instance-file.ts'
import type { CoordinatorReady } from '../support/fleet.ts'
import { type Service, startService } from '../support/windfall.ts'

const ENDLESS = { perSecond: 1e9, burst: 1e9 }
const MANY = { all: 1e6, network: 1e6 }
/** Whoever measures is one caller at one address; payouts and anchors are other processes' work. */
const SETTINGS = {
  limits: {
    network: ENDLESS,
    caller: ENDLESS,
    public: ENDLESS,
    named: ENDLESS,
    underway: MANY,
    connections: MANY,
    handshakes: { all: ENDLESS, network: ENDLESS },
    upgrades: { all: ENDLESS, network: ENDLESS },
    strangers: MANY,
  },
  heartbeatMs: 30_000,
  challengeRate: 0,
  payoutThresholdLamports: '1000000000000',
}

export interface Coordinator {
  readonly service: Service<CoordinatorReady>
  readonly url: string
  readonly apiKey: string
  /** From the start of the process until it answered, milliseconds. */
  readonly startMs: number
}

export interface Stage extends AsyncDisposable {
  readonly directory: (part: string) => string
  /** Starts a coordinator on the directory of this name, again if it was started before. */
  readonly start: (name?: string, given?: CoordinatorStart) => Promise<Coordinator>
}

interface CoordinatorStart {
  readonly settings?: object
  readonly args?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
}

/** A chain, and room for coordinators beside it; everything ends and is removed at the end. */
export async function openStage(say: (line: string) => void = () => undefined): Promise<Stage> {
  await build({ only: ['coordinator'] }, say)
  const root = mkdtempSync(join(tmpdir(), 'windfall-scale-'))
  const directory = (part: string) => join(root, part)
  const chain = await startService<{ rpcUrl: string }>(['localnet', '--data', directory('chain'), '--port', '0', '--slot-ms', '400'])
  const services: Service<unknown>[] = [chain]
  return {
    directory,
    async start(name = 'coordinator', { settings = {}, args = [], env = {} } = {}) {
      const data = directory(name)
      mkdirSync(data, { recursive: true })
      writeFileSync(join(data, 'settings.json'), JSON.stringify({ coordinator: { ...SETTINGS, ...settings } }))
      const begun = performance.now()
      const service = await startService<CoordinatorReady>(
        ['coordinator', '--data', data, '--port', '0', '--rpc', chain.ready.rpcUrl, '--test-funds', '--no-live-grid', '--log-level', 'error', ...args],
        env,
      )
      services.push(service)
      if (service.ready.url === undefined) throw new Error(`The coordinator does not start: ${JSON.stringify(service.ready)} ${service.stderr()}`)
      const apiKey = readInstance(data)?.coordinator?.apiKey ?? ''
      return { service, url: service.ready.url, apiKey, startMs: performance.now() - begun }
    },
    async [Symbol.asyncDispose]() {
      for (const service of services.toReversed()) if (service.alive()) await service.stop()
      rmSync(root, { recursive: true, force: true })
    },
  }
}

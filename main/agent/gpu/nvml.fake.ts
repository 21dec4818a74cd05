import { renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type CProgram, compileLibrary } from '../../kernel/c-library.fixture.ts'

/** One card of the machine that the fake library plays. What is left out is 0 or off; see `nvml.fake.c`. */
export interface FakeGpu {
  readonly uuid: string
  readonly name: string
  readonly bus: string
  readonly architecture?: number
  readonly limitMw?: number
  readonly powerMw?: number
  readonly averageMw?: number
  readonly energyMj?: number
  /** 1: the counter runs by itself, at `powerMw`, on the machine's monotonic clock. Keep `powerMw` constant then. */
  readonly live?: 0 | 1
  readonly energyReturn?: number
  readonly powerReturn?: number
  readonly fieldReturn?: number
  readonly lost?: 0 | 1
  readonly gpu?: number
  readonly memory?: number
  readonly temperature?: number
  readonly vramTotal?: number
  readonly vramUsed?: number
  /** Without it the card does not tell, as for `persistence` and `mig`. */
  readonly display?: 0 | 1
  readonly persistence?: 0 | 1
  readonly mig?: 0 | 1
  readonly migSlots?: number
  /** UUIDs of the MIG instances, by slot; `-` is an empty slot. */
  readonly instances?: readonly string[]
  readonly processes?: readonly { readonly pid: number; readonly bytes: number }[]
}

export interface FakeMachine {
  readonly driver?: string
  /** What `nvmlInit_v2` answers. */
  readonly initReturn?: number
  /** 1: the next call crashes the process that makes it. */
  readonly crash?: 0 | 1
  /** Every call takes this long. */
  readonly hangMs?: number
  /** Every call whose number is a multiple of this fails with "unknown error". */
  readonly flaky?: number
  /** 1: the file is read once, for measuring the cost of calls. */
  readonly frozen?: 0 | 1
  readonly gpus: readonly FakeGpu[]
}

/** Its path is for `WINDFALL_NVML`. */
export interface FakeNvml extends CProgram {
  /** Takes effect with the next call, in whatever process has loaded the library. */
  readonly play: (machine: FakeMachine) => void
}

/**
 * Compiles the fake NVIDIA management library into a folder of its own. Returns why this machine cannot instead.
 * `withoutFieldValues` leaves out what old drivers lack.
 */
export function compileFakeNvml(options: { readonly withoutFieldValues?: boolean } = {}): FakeNvml | string {
  const defines = options.withoutFieldValues ? ['WITHOUT_FIELD_VALUES'] : []
  const library = compileLibrary(join(import.meta.dirname, 'nvml.fake.c'), defines, 'libnvidia-ml.so.1')
  if (typeof library === 'string') return library
  const play = (machine: FakeMachine) => {
    writeFileSync(`${library.path}.new`, controlText(machine))
    renameSync(`${library.path}.new`, `${library.path}.control`)
  }
  play({ gpus: [] })
  return { ...library, play }
}

const snakeCase = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
const linesOf = (values: object): string[] => Object.entries(values).map(([key, value]) => `${snakeCase(key)} ${value}`)

function controlText({ gpus, ...machine }: FakeMachine): string {
  const cards = gpus.flatMap(({ uuid, processes = [], instances = [], ...card }) => [
    `device ${uuid}`,
    ...linesOf(card),
    ...instances.map((instance) => `instance ${instance}`),
    ...processes.map(({ pid, bytes }) => `process ${pid} ${bytes}`),
  ])
  return `${[...linesOf(machine), ...cards].join('\n')}\n`
}

/** An RTX 4090 at work, the card most tests start from. */
export const FAKE_4090: FakeGpu = {
  uuid: 'GPU-11111111-2222-3333-4444-555555555555',
  name: 'NVIDIA GeForce RTX 4090',
  bus: '00000000:01:00.0',
  architecture: 8,
  limitMw: 450_000,
  powerMw: 312_500,
  averageMw: 300_000,
  energyMj: 1_000_000,
  gpu: 97,
  memory: 55,
  temperature: 71,
  vramTotal: 25_757_220_864,
  vramUsed: 1_073_741_824,
}

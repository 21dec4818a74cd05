import { cpus, totalmem } from 'node:os'
import { join } from 'node:path'
import { readText } from './sysfs.ts'

export interface CpuIdentity {
  readonly vendor: string
  readonly model: string
  readonly packages: number
  readonly cores: number
  readonly threads: number
  readonly memoryBytes: number
}

const VENDORS: Readonly<Record<string, string>> = { GenuineIntel: 'Intel', AuthenticAMD: 'AMD' }

/** The processor from `/proc/cpuinfo` where there is one, otherwise as the runtime knows it. */
export function readCpu(procRoot: string): CpuIdentity {
  const blocks = (readText(join(procRoot, 'cpuinfo')) ?? '')
    .split(/\n\n+/)
    .map(fieldsOf)
    .filter((block) => block.has('processor'))
  const seen = cpus()
  const first = blocks[0] ?? new Map<string, string>()
  const threads = Math.max(1, blocks.length || seen.length)
  return {
    vendor: VENDORS[first.get('vendor_id') ?? ''] ?? first.get('vendor_id') ?? 'CPU',
    model: first.get('model name') ?? (seen[0]?.model.trim() || `${process.arch} processor`),
    packages: Math.max(1, new Set(blocks.flatMap((block) => block.get('physical id') ?? [])).size),
    cores: new Set(blocks.flatMap((block) => (block.has('core id') ? [`${block.get('physical id')}/${block.get('core id')}`] : []))).size || threads,
    threads,
    memoryBytes: totalmem(),
  }
}

const fieldsOf = (block: string): Map<string, string> =>
  new Map(
    block.split('\n').map((line): [string, string] => {
      const [key = '', ...value] = line.split(':')
      return [key.trim(), value.join(':').trim()]
    }),
  )

import { z } from 'zod'
import { JobLimits, JobSpec } from '../../../shared/contract/job.ts'
import { refuse } from './definition.ts'
import { type Findings, shown } from './reading.ts'

/** What a definition says about a job; `null` where it does not. */
export interface Draft {
  name: string | null
  image: string | null
  args: readonly string[]
  env: Readonly<Record<string, string>>
  gpus: number
  vramBytes: number
  cpus: number | null
  memoryBytes: number | null
  reservedBytes: number | null
}

export const emptyDraft = (): Draft => ({
  name: null,
  image: null,
  args: [],
  env: {},
  gpus: 0,
  vramBytes: 0,
  cpus: null,
  memoryBytes: null,
  reservedBytes: null,
})

/** What the command line says, because no definition does. */
export interface Assumed {
  readonly kind: JobSpec['kind']
  readonly seconds: number | undefined
  readonly watts: number | undefined
  readonly maxUsd: number | undefined
  readonly vramGb: number | undefined
}

const MOST_SAID = 30
const SECONDS = 3_600
const MICRO_USD_PER_HOUR = 250_000
const OUTPUT_BYTES = 16_777_216
/** Nothing that a shell would read as more than a word, and no longer than a job may name. */
const REFERENCE = /^[A-Za-z0-9][A-Za-z0-9._:/@-]{0,254}$/
const PINNED = /^[a-z0-9][a-z0-9.:/_-]*@(sha256:[0-9a-f]{64})$/
/** A job that takes twice as long as expected is not cut off. */
const SPARE = 2

/** As `job submit` reads it: without a deadline, and without digests where an archive has to bring them. */
const JobFile = z.strictObject({ ...JobSpec.shape, runtime: z.unknown(), deadline: z.undefined().optional() })

/** The job file of a draft. What nobody said is assumed and told. Error: `input.invalid` with all that was refused. */
export function jobFileOf(draft: Draft, assumed: Assumed, { findings, file }: { readonly findings: Findings; readonly file: string }) {
  if (findings.refused.length > 0)
    refuse([`${file} cannot become a job as it is:`, ...findings.refused.slice(0, MOST_SAID).map((line) => `  ${shown(line)}.`)].join('\n'))
  const { image } = draft
  if (image === null || !REFERENCE.test(image))
    return refuse(`${file} names no image that can be pulled. Give the one the job runs, such as registry/name:tag.`)
  const assume = <T>(said: T | null | undefined, fallback: T, words: string): T => {
    if (said === null || said === undefined) findings.assumed.push(words)
    return said ?? fallback
  }
  const seconds = assume(assumed.seconds, SECONDS, `${SECONDS} s of work (--seconds)`)
  const defaultWatts = 60 + draft.gpus * 250
  const watts = assume(assumed.watts, defaultWatts, `${defaultWatts} W (--watts)`)
  const wallSeconds = Math.min(Math.ceil(seconds * SPARE), JobLimits.shape.wallSeconds.maxValue ?? Infinity)
  const most = Math.ceil((MICRO_USD_PER_HOUR * wallSeconds) / 3_600)
  const maxMicroUsd = assume(assumed.maxUsd === undefined ? null : Math.round(assumed.maxUsd * 1e6), most, `a price of at most $${most / 1e6} (--max-usd)`)
  const cpus = assume(draft.cpus, 1, '1 CPU')
  const memoryBytes = assume(draft.memoryBytes, draft.gpus > 0 ? 8_589_934_592 : 1_073_741_824, `${draft.gpus > 0 ? 8 : 1} GiB of memory`)
  const vramBytes = assumed.vramGb === undefined ? draft.vramBytes : Math.round(assumed.vramGb * 1e9)
  if (draft.gpus > 0 && vramBytes === 0) findings.assumed.push('no least GPU memory (--vram)')
  return requireJob(
    {
      kind: assumed.kind,
      name: (draft.name ?? image).slice(0, 120),
      runtime: runtimeOf(image),
      args: draft.args,
      env: draft.env,
      limits: { wallSeconds, memoryBytes, outputBytes: OUTPUT_BYTES, cpus },
      needs: { gpus: draft.gpus, vramBytes: draft.gpus > 0 ? vramBytes : 0, ramBytes: draft.reservedBytes ?? memoryBytes },
      expected: { seconds, watts },
      price: { microUsdPerHour: String(hourly(maxMicroUsd, wallSeconds)), maxMicroUsd: String(maxMicroUsd) },
      carbon: { rule: 'now', capG: null },
    },
    file,
  )
}

function requireJob<T>(job: T, file: string): T {
  const checked = JobFile.safeParse(job)
  if (checked.success) return job
  const wrong = checked.error.issues.slice(0, 5).map(({ path, message }) => `${path.join('.')}: ${message}`)
  return refuse(`${file} asks for what no job may: ${wrong.join('; ')}.`, checked.error)
}

/** A job that runs as long as it may costs what it may. */
const hourly = (maxMicroUsd: number, wallSeconds: number): number => Math.max(1, Math.floor((maxMicroUsd * 3_600) / wallSeconds))

function runtimeOf(reference: string) {
  const digest = PINNED.exec(reference)?.[1]
  return digest === undefined ? { name: 'docker' as const } : { name: 'docker' as const, image: digest, archive: null, reference }
}

/** How to submit what was imported from `image`. */
export const submitHint = (image: string): string =>
  PINNED.test(image)
    ? 'Save it as job.json, then: windfall job submit job.json'
    : `The image is not pinned by digest, so it goes along: docker pull ${image} && docker save ${image} -o image.tar, then: windfall job submit job.json --archive image.tar`

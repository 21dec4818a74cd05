/** The jobs of an array. Pure. */
import type { JobSpec } from '../../../../shared/contract/job.ts'
import { type ArraySubmission, MAX_ARRAY_JOBS } from '../../../../shared/contract/job-array.ts'
import { WindfallError } from '../../../../shared/errors.ts'
import { fillIn, parametersOf, requireParameters } from '../templates/placeholders.ts'

/** What all jobs of an array have in common, and what is put in for each. */
export interface ArrayPlan {
  readonly spec: JobSpec
  /** Values that all jobs share. */
  readonly values: ReadonlyMap<string, string>
}

export interface ArrayJob {
  readonly index: number
  readonly spec: JobSpec
}

const INDEX = 'index'
/** A job has to fit, with its plan, into one frame of an agent's socket. */
const MOST_BYTES_OF_JOB = 49_152
const MOST_BYTES = 67_108_864

type Items = Pick<ArraySubmission, 'range' | 'rows'>

function* valuesOf({ range, rows }: Items): Generator<readonly [index: number, own: Readonly<Record<string, string>>]> {
  if (rows) yield* rows.entries()
  else if (range) for (let index = range.from; index <= range.to; index++) yield [index, {}]
}

function requireAlike(rows: NonNullable<Items['rows']>): string[] {
  const [first = {}] = rows
  const names = Object.keys(first).toSorted()
  const other = rows.findIndex((row) => Object.keys(row).toSorted().join() !== names.join())
  if (other !== -1) refuse(`Row ${other + 1} has other parameters than the first one. Give every row the same.`)
  if (names.includes(INDEX)) refuse('{index} is the number of the job: call that parameter something else.')
  return names
}

const refuse = (message: string): never => {
  throw new WindfallError('input.invalid', message)
}

/** The jobs one after another, until they are too large: a few bytes of a template may mean gigabytes of jobs. */
function requireRoom(jobs: Iterable<ArrayJob>): ArrayJob[] {
  const fitting: ArrayJob[] = []
  let bytes = 0
  for (const job of jobs) {
    const own = Buffer.byteLength(JSON.stringify(job.spec))
    if (own > MOST_BYTES_OF_JOB) refuse(`Job ${job.index} has ${own} bytes with its parameters put in, and may have ${MOST_BYTES_OF_JOB}.`)
    bytes += own
    if (bytes > MOST_BYTES) refuse(`All jobs together have more than ${MOST_BYTES} bytes. Submit them as several arrays.`)
    fitting.push(job)
  }
  return fitting
}

function* jobsOf({ spec, values }: ArrayPlan, items: Items): Generator<ArrayJob> {
  for (const [index, row] of valuesOf(items)) yield { index, spec: fillIn(spec, new Map([...values, ...Object.entries(row), [INDEX, String(index)]])) }
}

/**
 * One job for each index or row, with its parameters put in: those of its row before those that all share. `{index}` is always known.
 * Error: `input.invalid` for parameters that do not fit the job, and for jobs that are too large.
 */
export function expand(plan: ArrayPlan, items: Items): ArrayJob[] {
  const { spec, values } = plan
  const own = items.rows ? requireAlike(items.rows) : []
  requireParameters(spec, new Set([...values.keys(), ...own]), [INDEX])
  if (spec.outputSha256 !== null && parametersOf(spec).length > 0)
    refuse('Jobs with different arguments have different outputs: leave `outputSha256` out of an array.')
  const jobs = requireRoom(jobsOf(plan, items))
  if (jobs.length > MAX_ARRAY_JOBS) refuse(`An array has at most ${MAX_ARRAY_JOBS} jobs, and this one has ${jobs.length}.`)
  return jobs
}

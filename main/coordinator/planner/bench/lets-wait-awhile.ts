/**
 * The two experiments of "Let's Wait Awhile" (Wiesner et al., Middleware 2021, doi 10.1145/3464298.3493399) with our planner in place of
 * theirs, against the savings that they published.
 */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { type CostCurve, costCurve, costOver } from '../timing/cost-curve.ts'
import { chooseTime } from '../timing/choose.ts'
import { readTable } from './csv.ts'
import { gaussian } from './noise.ts'
import { numpyRandom } from './numpy-random.ts'

/** Saving in %, as published and as ours. */
export interface Figure {
  readonly name: string
  readonly published: number
  readonly ours: number
}

const SLOT_MS = 1_800_000
const DAY_SLOTS = 48
const SEEDS = Array.from({ length: 10 }, (_, seed) => seed)

/** Half-hours of the year in order; as the authors did, other rows are left out and gaps closed. */
function halfHours(file: string): readonly number[] {
  const rows = readTable(file, ['anyOther'])
  return rows.flatMap(({ at, cells: [value] }) => (at >= Date.UTC(2020) && at % SLOT_MS === 0 && value !== undefined ? [value] : []))
}

const curveOf = (values: readonly number[], first = 0): CostCurve =>
  costCurve(values.map((value, index) => ({ from: (first + index) * SLOT_MS, to: (first + index + 1) * SLOT_MS, value })))

/** A forecast with a normal error of `error` times the year's mean. */
function withError(truth: readonly number[], error: number, seed: number): readonly number[] {
  const spread = (error * truth.reduce((sum, value) => sum + value, 0)) / truth.length
  return truth.map((value, slot) => value + spread * gaussian(seed, DAY_SLOTS, slot))
}

/** Slots from the start of the year. */
interface Task {
  readonly start: number
  readonly length: number
  /** First slot that it may no longer use. */
  readonly end: number
}

interface Plan {
  readonly truth: CostCurve
  readonly forecast: readonly number[]
  readonly interruptible: boolean
}

/** Grams, up to a factor, of a job that runs as the planner says. */
function emitted({ truth, forecast, interruptible }: Plan, { start, length, end }: Task): number {
  const { runs } = chooseTime(curveOf(forecast.slice(start, end), start), {
    earliest: start * SLOT_MS,
    latestEnd: Math.min(end, forecast.length) * SLOT_MS,
    durationMs: length * SLOT_MS,
    pauses: interruptible ? { minRunMs: 0, restartMs: 0 } : null,
    progress: 'fresh',
  })
  return runs.reduce((sum, { from, to }) => sum + (costOver(truth, from, to) ?? 0) * (to - from), 0)
}

function total(truth: readonly number[], tasks: readonly Task[], { error, interruptible }: { error: number; interruptible: boolean }): number {
  const curve = curveOf(truth)
  const seeds = error === 0 ? [0] : SEEDS
  const totals = seeds.map((seed) => {
    const forecast = error === 0 ? truth : withError(truth, error, seed)
    return tasks.reduce((sum, task) => sum + emitted({ truth: curve, forecast, interruptible }, task), 0)
  })
  return totals.reduce((sum, value) => sum + value, 0) / totals.length
}

/** A job of half an hour each night at one, that may move by `reach` slots either way. */
const nightly = (reach: number): readonly Task[] =>
  Array.from({ length: 365 }, (_, day) => day * DAY_SLOTS + 2 - reach)
    .filter((start) => start >= 0)
    .map((start) => ({ start, length: 1, end: start + 2 * reach + 1 }))

interface Training {
  readonly start: number
  readonly length: number
}

const YEAR_DAYS = 366
/** 2020 began on a Wednesday; 0 is Monday. */
const weekday = (day: number): number => (day + 2) % 7

/** 3,387 machine-learning jobs that arrive on workdays between 9:00 and 17:00 and last 4 to 90 hours. */
function trainings(): readonly Training[] {
  const random = numpyRandom(0)
  const days = Array.from({ length: YEAR_DAYS }, (_, day) => day)
  const workdays = days.filter((day) => weekday(day) < 5)
  const perDay = random.multinomial(3_387, workdays.length)
  const starts = workdays.flatMap((day, index) =>
    random
      .integers(16, perDay[index] ?? 0)
      .toSorted((a, b) => a - b)
      .map((slot) => day * DAY_SLOTS + 18 + slot),
  )
  const lengths = random.integers(172, starts.length).map((step) => 8 + step)
  return starts.map((start, index) => ({ start, length: lengths[index] ?? 0 }))
}

type Patience = 'none' | 'next_workday' | 'semi_weekly'

/** Slots after its earliest end until somebody looks at the result, at nine in the morning. */
function slackOf({ start, length }: Training, patience: Patience): number {
  const end = start + length
  const [day, slot] = [weekday(Math.floor(end / DAY_SLOTS)), end % DAY_SLOTS]
  const nine = 18 - slot
  if (patience === 'none') return 0
  if (patience === 'next_workday') {
    if (day === 5) return nine + 2 * DAY_SLOTS
    if (day === 6 || slot > 34) return nine + DAY_SLOTS
    return slot < 18 ? nine : 0
  }
  const forThursday = (day === 0 && slot > 18) || day === 1 || day === 2 || (day === 3 && slot <= 18)
  return nine + ((7 - day + (forThursday ? 3 : 0)) % 7) * DAY_SLOTS
}

const patiently = (jobs: readonly Training[], patience: Patience): readonly Task[] =>
  jobs.map((job) => ({ ...job, end: job.start + job.length + slackOf(job, patience) + 1 }))

const NIGHTLY: Readonly<Record<string, Readonly<Record<number, number>>>> = {
  DE: { 4: 1.4, 8: 2.2, 12: 5.46, 16: 11.74 },
  GB: { 4: 4.77, 8: 6.31, 12: 6.74, 16: 7.95 },
  FR: { 4: 3.0, 8: 4.08, 12: 5.0, 16: 5.58 },
}

const TRAINING: readonly {
  readonly patience: Patience
  readonly interruptible: boolean
  readonly error: number
  readonly pct: Readonly<Record<string, number>>
}[] = [
  { patience: 'next_workday', interruptible: false, error: 0, pct: { DE: 5.93, GB: 6.57, FR: 4.79 } },
  { patience: 'next_workday', interruptible: false, error: 0.05, pct: { DE: 5.91, GB: 6.56, FR: 4.77 } },
  { patience: 'next_workday', interruptible: false, error: 0.1, pct: { DE: 5.88, GB: 6.52, FR: 4.72 } },
  { patience: 'next_workday', interruptible: true, error: 0, pct: { DE: 8.16, GB: 9.23, FR: 6.22 } },
  { patience: 'next_workday', interruptible: true, error: 0.05, pct: { DE: 7.93, GB: 9.03, FR: 5.92 } },
  { patience: 'next_workday', interruptible: true, error: 0.1, pct: { DE: 7.46, GB: 8.58, FR: 5.4 } },
  { patience: 'semi_weekly', interruptible: false, error: 0.05, pct: { DE: 14.11, GB: 14.73, FR: 11.12 } },
  { patience: 'semi_weekly', interruptible: true, error: 0.05, pct: { DE: 18.11, GB: 19.66, FR: 13.33 } },
]

const saving = (base: number, value: number): number => 100 * (1 - value / base)

function zoneFigures(zone: string, truth: readonly number[], jobs: readonly Training[]): readonly Figure[] {
  const exact = { error: 0, interruptible: false }
  const nights = total(truth, nightly(0), exact)
  const base = total(truth, patiently(jobs, 'none'), exact)
  return [
    ...Object.entries(NIGHTLY[zone] ?? {}).map(([reach, published]) => ({
      name: `${zone}, nightly, ±${Number(reach) / 2} h, error 5 %`,
      published,
      ours: saving(nights, total(truth, nightly(Number(reach)), { error: 0.05, interruptible: false })),
    })),
    ...TRAINING.map(({ patience, interruptible, error, pct }) => ({
      name: `${zone}, training, ${patience}, ${interruptible ? 'interruptible' : 'contiguous'}, error ${100 * error} %`,
      published: pct[zone] ?? Number.NaN,
      ours: saving(base, total(truth, patiently(jobs, patience), { error, interruptible })),
    })),
  ]
}

/** Every figure whose series (`intensity/lwa-ZONE-2020-…`) the directory holds. */
export function letsWaitAwhile(directory: string): readonly Figure[] {
  const jobs = trainings()
  return readdirSync(join(directory, 'intensity')).flatMap((file) => {
    const zone = /^lwa-([A-Z]+)-2020-.*\.csv$/.exec(file)?.[1]
    return zone !== undefined && zone in NIGHTLY ? zoneFigures(zone, halfHours(join(directory, 'intensity', file)), jobs) : []
  })
}

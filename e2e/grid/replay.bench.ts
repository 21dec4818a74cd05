/**
 * Time passes at high speed over the grid oracle while its providers fail, and its forecasts are compared with perfect foresight.
 * `--data DIR` replays real series instead of made-up ones: hourly files `ZONE-intensity.csv` and `ZONE-price.csv` (per MWh), with the
 * columns `timestamp,value`; `--hours N` is how far apart the moments of asking are. Prints two tables, then one line of JSON; exit code 1
 * if an answer was wrong or a limit was broken.
 */
import { parseArgs } from 'node:util'
import { type Rival, forecastQuality } from './forecast-quality.ts'
import { LIMITS, busiest } from './limits.ts'
import { replay } from './replay.ts'
import { DAY_MS, type Grid, HOUR_MS, type Hourly, endOf, readGrids } from './series.ts'
import { syntheticGrid } from './synthetic-grid.ts'

/** Whole weeks that are longer than anything recorded so far is old: what ships with Windfall was made before the replay then. */
const SHIFT_MS = 12 * 52 * 7 * DAY_MS
const START = Date.parse('2027-01-01T00:00:00.000Z')
const LEARNING_MS = 40 * DAY_MS
const YEAR_MS = 365 * DAY_MS
const RIVALS: readonly Rival[] = ['own', 'blend', 'persistence']
/** Of all zones, those that the replay has providers for. */
const REPLAYED = ['GB', 'DE', 'US-CAL-CISO']

const { values: options } = parseArgs({ options: { data: { type: 'string' }, hours: { type: 'string', default: '6' } } })
const rounded = (value: number, digits = 1): number => Number(value.toFixed(digits))
const later = (series: Hourly): Hourly => ({ ...series, from: series.from + SHIFT_MS })
const synthetic = (zone: string, index: number): Grid => syntheticGrid(zone, { from: START - LEARNING_MS, hours: 410 * 24, seed: index + 1 })

/** The last year that all of a grid's series tell of, after the weeks that a forecast learns from. */
function lastYear({ intensity, price }: Grid): { from: number; to: number } {
  const to = Math.min(endOf(intensity), price ? endOf(price) : Infinity) - 3 * DAY_MS
  return { from: Math.max(to - YEAR_MS, intensity.from + LEARNING_MS, price ? price.from + LEARNING_MS : 0), to }
}

function qualityOf(grid: Grid) {
  const rows = RIVALS.map((rival) => [rival, forecastQuality(grid, rival, lastYear(grid))] as const)
  const kept = Object.fromEntries(rows.map(([rival, { kept }]) => [`${rival}, % kept`, rounded(kept)]))
  const errors = rows.flatMap(([rival, { meanAbsoluteError }]) => (meanAbsoluteError === null ? [] : [[`${rival}, MAE g`, rounded(meanAbsoluteError)]]))
  return { ...kept, ...Object.fromEntries(errors), arrivals: rows[0]?.[1].arrivals ?? 0 }
}

async function replayed(grids: readonly Grid[]) {
  const years = grids.map(lastYear)
  const [from, to] = [Math.max(...years.map((year) => year.from)), Math.min(...years.map((year) => year.to))]
  const start = performance.now()
  await using year = await replay({ seed: 1, grids, from, to, stepMs: () => Number(options.hours) * HOUR_MS })
  const seconds = (performance.now() - start) / 1_000
  const busy = LIMITS.map((limit) => ({ limit, most: busiest(limit, year.requests) })).filter(({ most }) => most > 0)
  return {
    problems: year.problems,
    broken: busy.filter(({ limit, most }) => most > limit.requests).map(({ limit }) => limit.host),
    figures: {
      days: rounded((to - from) / DAY_MS, 0),
      'look-ups': year.lookUps,
      'from cache (%)': rounded((100 * year.fromCache) / year.lookUps),
      'questions to providers': year.questions,
      'failed questions': year.failures,
      'HTTP requests': year.requests.length,
      ...Object.fromEntries(busy.map(({ limit, most }) => [`busiest ${limit.perMs / 1_000} s of ${limit.host} (of ${limit.requests})`, most])),
      ...year.origins,
      'wrong answers': year.problems.length,
      seconds: rounded(seconds),
    },
  }
}

const grids = options.data
  ? readGrids(options.data).map((grid) => ({ ...grid, intensity: later(grid.intensity), price: grid.price && later(grid.price) }))
  : REPLAYED.map(synthetic)
const { problems, broken, figures } = await replayed(grids.filter(({ zone }) => REPLAYED.includes(zone)))
for (const problem of problems.slice(0, 20)) console.error(problem)
const quality = Object.fromEntries(grids.map((grid) => [grid.zone, qualityOf(grid)]))
console.table(figures)
console.table(quality)
console.log(JSON.stringify({ bench: 'replay', figures, quality, broken }))
if (problems.length > 0 || broken.length > 0) process.exitCode = 1

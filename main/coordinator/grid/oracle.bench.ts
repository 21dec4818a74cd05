/**
 * What the grid oracle costs: two years of half hours of 40 zones in its history on the disk, and the look-ups that planners, gates and
 * receipts make. Prints two tables, then one line of JSON.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { halfHourFloor } from '../../../shared/domain/half-hours.ts'
import { zoneNames } from '../../../shared/domain/zones.ts'
import { HALF_HOUR_MS } from '../../../shared/units.ts'
import { createFakeClock } from '../../kernel/clock.fake.ts'
import { resourcesDirectory } from '../../kernel/paths.ts'
import { type Db, openDatabase } from '../persistence/database.ts'
import { withItsErrors, withoutNoise } from '../planner/forecast/sharpen.ts'
import { createGridHistory } from './history.ts'
import { createGridOracle } from './oracle.ts'
import { createOutlooks } from './outlook/outlooks.ts'
import { createFakeProvider } from './provider.fake.ts'
import { loadRecording } from '../../kernel/grid-recording.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const KNOWN = [...zoneNames.keys()].slice(0, 40)
/** Those that the history alone knows make up the rest. */
const ZONES = [...KNOWN, ...Array.from({ length: 40 - KNOWN.length }, (_, index) => `ZZ-${index}`)]
const NOW = Date.parse('2027-03-01T12:10:00.000Z')
const YEARS_MS = 730 * DAY_MS
/** As much as one answer holds that is asked for around now. */
const PART_MS = 3 * DAY_MS
const { signal: abort } = new AbortController()

const rssMiB = (): number => process.memoryUsage().rss / 2 ** 20

function setup(db: Db) {
  const clock = createFakeClock(NOW)
  const measuring = createFakeProvider({ clock, id: 'electricity-maps', zones: ZONES, aheadMs: -2 * HOUR_MS })
  const pricing = createFakeProvider({ clock, id: 'energy-charts', zones: ZONES, kind: 'price', aheadMs: 34 * HOUR_MS })
  const history = createGridHistory(db)
  const oracle = createGridOracle({
    clock,
    providers: [measuring, pricing],
    history,
    recording: loadRecording(resourcesDirectory),
    shutdown: abort,
    onLiveFailed: () => undefined,
  })
  const outlookOf = createOutlooks({ clock, oracle, history, sharpen: { clean: withoutNoise, correct: withItsErrors }, shutdown: abort })
  return { clock, measuring, pricing, history, oracle, outlookOf }
}

type Bench = ReturnType<typeof setup>

/** Two years of every zone as answers of three days each, and the prices of the last weeks; resolves with the number of values. */
async function fill({ measuring, pricing, history }: Bench): Promise<number> {
  let values = 0
  for (const [provider, kind, since] of [
    [measuring, 'average', NOW - YEARS_MS],
    [pricing, 'price', NOW - 30 * DAY_MS],
  ] as const)
    for (const zone of ZONES)
      for (let from = halfHourFloor(since); from < NOW; from += PART_MS) {
        const signal = await provider.read({ zone, kind, from, to: Math.min(from + PART_MS, NOW) }, abort)
        if (!signal) continue
        await history.keep({ zone, kind, provider: provider.id }, { signal, receivedAt: NOW })
        values += signal.points.length
      }
  return values
}

/** Microseconds that one `work` takes, zones in turn, for about `ms`. */
async function each(work: (zone: string, round: number) => Promise<unknown>, ms = 1_500): Promise<number> {
  for (const zone of KNOWN) await work(zone, 0)
  const start = performance.now()
  let done = 0
  for (let round = 1; performance.now() - start < ms; round += 1)
    for (const zone of KNOWN) {
      await work(zone, round)
      done += 1
    }
  return ((performance.now() - start) * 1_000) / done
}

const series = (zone: string) => ({ zone, kind: 'average', provider: 'electricity-maps' }) as const
/** A stretch somewhere in the two years, another one each time. */
const before = (round: number, lengthMs: number) => {
  const to = halfHourFloor(NOW - 3 * HOUR_MS - ((round * 37 * HOUR_MS) % (YEARS_MS - 60 * DAY_MS)))
  return { from: to - lengthMs, to }
}

async function lookUps({ clock, measuring, history, oracle, outlookOf }: Bench): Promise<Readonly<Record<string, number>>> {
  const cached = await each((zone) => oracle.signal(zone, abort))
  const outlookCached = await each(outlookOf)
  const priceCached = await each((zone) => oracle.look(zone, 'price', abort))
  const day = await each((zone, round) => history.measured(series(zone), { ...before(round, DAY_MS), knownBy: NOW }))
  const month = await each((zone, round) => history.measured(series(zone), { ...before(round, 29 * DAY_MS), knownBy: NOW }))
  const anew = await each(async (zone) => {
    if (zone === KNOWN[0]) await clock.advance(HALF_HOUR_MS)
    return oracle.signal(zone, abort)
  }, 4_000)
  const outlookAnew = await each(async (zone) => {
    if (zone === KNOWN[0]) await clock.advance(HALF_HOUR_MS)
    return outlookOf(zone)
  }, 4_000)
  measuring.fail('It is away.')
  const past = await each((zone, round) => {
    const { from, to } = before(round, 2 * HOUR_MS)
    return oracle.actuals(zone, from, to, abort)
  })
  return {
    'signal(), cached': cached,
    'look(price), cached': priceCached,
    'outlook, nothing new': outlookCached,
    'history, one day': day,
    'history, 29 days': month,
    'actuals() of 2 h, from history': past,
    'signal(), asked and forecast anew': anew,
    'outlook, the same and its past judged': outlookAnew,
  }
}

const sizeMiB = (directory: string): number => readdirSync(directory).reduce((sum, file) => sum + statSync(join(directory, file)).size, 0) / 2 ** 20
const rounded = (value: number, digits = 1): number => Number(value.toFixed(digits))

const openIn = (directory: string): Promise<Db> => openDatabase(join(directory, 'coordinator.db'))

/** In a process of its own, so that what writing takes is not counted as what reading takes. */
async function fillIn(directory: string): Promise<void> {
  const db = await openIn(directory)
  const start = performance.now()
  const values = await fill(setup(db))
  await db.destroy()
  console.log(JSON.stringify({ values, seconds: (performance.now() - start) / 1_000 }))
}

async function run(directory: string): Promise<void> {
  const filling = spawnSync(process.execPath, [import.meta.filename, '--fill', directory], { stdio: ['ignore', 'pipe', 'inherit'], encoding: 'utf8' })
  const { values, seconds } = JSON.parse(filling.stdout) as { values: number; seconds: number }
  const onDisk = sizeMiB(directory)
  const empty = rssMiB()
  const db = await openIn(directory)
  const costs = await lookUps(setup(db))
  const after = rssMiB()
  await db.destroy()
  const least = Math.min(...Object.values(costs))
  const table = Object.fromEntries(
    Object.entries(costs).map(([name, us]) => [name, { 'µs each': rounded(us), 'per second': Math.round(1e6 / us), 'times the fastest': rounded(us / least) }]),
  )
  const sizes = {
    zones: ZONES.length,
    'values (thousands)': rounded(values / 1_000),
    'values kept per second': Math.round(values / seconds),
    'on the disk (MiB)': rounded(onDisk),
    'RSS before (MiB)': rounded(empty),
    'RSS more after the look-ups (MiB)': rounded(after - empty),
  }
  console.table(sizes)
  console.table(table)
  console.log(JSON.stringify({ bench: 'oracle', sizes, lookUps: table }))
}

if (process.argv[2] === '--fill') await fillIn(process.argv[3] ?? '')
else {
  const directory = mkdtempSync(join(tmpdir(), 'windfall-oracle-'))
  try {
    await run(directory)
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

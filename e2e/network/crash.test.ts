import { test } from 'vitest'
import { hasPostgres } from '../../main/coordinator/persistence/databases.fixture.ts'
import { type CrashOptions, crash } from '../scale/crash/loop.ts'

/** On each database, as many as a run of everything has time for; `npm run crash` makes as many as one likes. */
const LOOPS = 12
const SEED = Number(process.env['WINDFALL_CRASH_SEED'] ?? 20_261_121)
const HANGS_MS = 900_000

const killed = (database: CrashOptions['database']) => crash({ loops: LOOPS, database, seed: SEED })

test.concurrent(`${LOOPS} SIGKILLs under load on SQLite: nothing acknowledged is lost, nothing happens twice, books and log are whole (seed ${SEED})`, {
  timeout: HANGS_MS,
}, async ({ expect }) => {
  const { problems, acknowledgedProofs } = await killed('sqlite')
  expect(problems).toEqual([])
  expect(acknowledgedProofs).toBeGreaterThan(LOOPS)
})

test.runIf(hasPostgres).concurrent(`the same on PostgreSQL (seed ${SEED})`, { timeout: HANGS_MS }, async ({ expect }) => {
  const { problems, acknowledgedProofs } = await killed('postgres')
  expect(problems).toEqual([])
  expect(acknowledgedProofs).toBeGreaterThan(LOOPS)
})

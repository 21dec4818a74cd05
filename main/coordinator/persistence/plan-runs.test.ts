import { type Kysely, sql } from 'kysely'
import { expect, onTestFinished, test } from 'vitest'
import { openDatabase } from './database.ts'
import { up } from './migrations/0017-plan-runs.ts'

const WINDOW = { from: '2026-03-01T12:00:00.000Z', to: '2026-03-01T13:00:00.000Z' }
const SPEC = JSON.stringify({ price: { microUsdPerHour: '600000', maxMicroUsd: '1' }, expected: { seconds: 60, watts: 1 } })
const OLD = { nodeId: 'node', window: WINDOW, gPerKWh: 100 }
const IN_FULL = { ...OLD, runs: [WINDOW], gramsRange: null, expectedMicroUsd: '10000', electricity: null, chosenBy: 'composite' }

test('plans of jobs and leases that were made for one run say so in full, and a plan that does stays as it is', async () => {
  const db = await openDatabase(':memory:')
  onTestFinished(() => db.destroy())
  await sql`PRAGMA foreign_keys = OFF`.execute(db)
  const cut = { ...IN_FULL, runs: [WINDOW, WINDOW], expectedMicroUsd: '7' }
  for (const [id, plan] of [
    ['old', JSON.stringify(OLD)],
    ['cut', JSON.stringify(cut)],
    ['none', null],
  ])
    await sql`
      INSERT INTO job (id, requester_id, spec, state, priority, submitted_at, updated_at, deadline_at, excluded, token, plan)
      VALUES (${id}, 'requester', ${SPEC}, 'queued', 5, 1, 1, 2, '{}', 0, ${plan})`.execute(db)
  await sql`
    INSERT INTO attempt (id, job_id, node_id, lease_id, token, state, plan, leased_at)
    VALUES ('attempt', 'old', 'node', 'lease', 1, 'running', ${JSON.stringify(OLD)}, 1)`.execute(db)
  await up(db as unknown as Kysely<unknown>)
  const plans = await db.selectFrom('job').select(['id', 'plan']).orderBy('id').execute()
  expect(plans.map(({ id, plan }): unknown => [id, plan && JSON.parse(plan)])).toEqual([
    ['cut', cut],
    ['none', null],
    ['old', IN_FULL],
  ])
  expect(JSON.parse((await db.selectFrom('attempt').select('plan').executeTakeFirstOrThrow()).plan)).toEqual(IN_FULL)
})

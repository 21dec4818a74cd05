/** Lists of which a page is found by an index, on every database: whatever is asked for, all pages together are what a look at every row finds. */
import * as fc from 'fast-check'
import { sql } from 'kysely'
import { describe, expect, onTestFinished, test } from 'vitest'
import { JobState } from '../../../shared/contract/job.ts'
import { type JobFilter, findJobs } from '../jobs/job-search.store.ts'
import { findTransactions } from '../ledger/transactions.store.ts'
import { findNodes } from '../registry/node-search.store.ts'
import { testSpec } from '../test-work.fake.ts'
import { type Db, openDatabase } from './database.ts'
import { databases } from './databases.fixture.ts'
import type { Found, Spot } from './looking.ts'

const N = 120
const STATES = JobState.options
const ZONES = ['GB-13', 'DE', 'FR']
const nodeId = (i: number): string => `node-${String(i).padStart(3, '0')}`.padEnd(43, 'x')

interface Row {
  readonly id: string
  readonly requester: string
  readonly state: JobState
  readonly kind: string
  readonly name: string
  readonly at: number
  readonly node: number
}

const jobs: Row[] = Array.from({ length: N }, (_, i) => ({
  id: `job-${(i * 37) % N}`,
  requester: i % 3 === 0 ? 'ada' : 'bob',
  state: STATES[i % STATES.length] ?? 'queued',
  kind: i % 5 === 0 ? 'render' : 'data-hash',
  name: i % 7 === 0 ? 'Wind 100%_park' : i % 11 === 0 ? 'Wind\u0000\ud800 "sea"' : 'Sea',
  at: Math.floor(i / 4),
  node: i % 6,
}))

const rows = (of: readonly (readonly unknown[])[]) => sql.join(of.map((row) => sql`(${sql.join(row as unknown[])})`))

/** Some of them hold what PostgreSQL has no text for: in their names, or where nobody looks for it. */
const specOf = ({ kind, name, at }: Row): string => JSON.stringify({ ...testSpec(0), kind, name, args: at % 3 === 0 ? ['\u0000', '\ud800'] : [] })

async function fill(db: Db): Promise<void> {
  await sql`INSERT INTO requester (id, name, created_at, weight) VALUES ('ada', 'Ada', 0, 100), ('bob', 'Bob', 0, 100)`.execute(db)
  const nodes = Array.from({ length: 6 }, (_, i) => [nodeId(i), '{}', i === 4 ? 'quarantined' : 'active', i, 0, ZONES[i % 3]])
  await sql`INSERT INTO node (id, public_jwk, state, enrolled_at, last_event, zone) VALUES ${rows(nodes)}`.execute(db)
  const gpus = nodes.map(([id], i) => [id, i % 2 === 0 ? 'NVIDIA RTX 4070' : 'AMD RX 7800', i])
  await sql`INSERT INTO node_gpu (node_id, name, enrolled_at) VALUES ${rows(gpus)}`.execute(db)
  await sql`INSERT INTO fleet (id, created_at, name) VALUES ('fleet-1', 0, 'Farm'), ('fleet-2', 0, NULL)`.execute(db)
  await sql`INSERT INTO fleet_member (node_id, fleet_id, joined_at) VALUES ${rows([
    [nodeId(0), 'fleet-1', 0],
    [nodeId(1), 'fleet-1', 0],
    [nodeId(2), 'fleet-2', 0],
  ])}`.execute(db)
  const all = jobs.map((job) => [job.id, job.requester, specOf(job), job.state, 5, job.at, job.at, 9_000_000_000_000, '{}', 1, 'gpu', 0, 0])
  await sql`INSERT INTO job (id, requester_id, spec, state, priority, submitted_at, updated_at, deadline_at, excluded, token, place, fair_start, best_effort) VALUES ${rows(all)}`.execute(
    db,
  )
  const attempts = jobs.map(({ id, node }) => [`a-${id}`, id, nodeId(node), `l-${id}`, 1, 'succeeded', '{}', 0])
  await sql`INSERT INTO attempt (id, job_id, node_id, lease_id, token, state, plan, leased_at) VALUES ${rows(attempts)}`.execute(db)
}

async function opened(place: () => Promise<string>): Promise<Db> {
  const db = await openDatabase(await place(), { connections: 2 })
  onTestFinished(() => db.destroy())
  await fill(db)
  return db
}

/** All pages, one after another. */
async function everything(ask: (before: Spot | null) => Promise<Found>): Promise<string[]> {
  const ids: string[] = []
  for (let before: Spot | null = null; ; ) {
    const { spots, next }: Found = await ask(before)
    ids.push(...spots.map(({ id }) => id))
    if (next === null) return ids
    before = next
  }
}

const newestFirst = (a: Row, b: Row): number => b.at - a.at || (a.id < b.id ? 1 : -1)
const maybe = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(value, { nil: null })

const filters: fc.Arbitrary<JobFilter> = fc.record({
  requesterId: maybe(fc.constantFrom('ada', 'bob', 'eve')),
  states: maybe(fc.uniqueArray(fc.constantFrom(...STATES), { minLength: 1, maxLength: 4 })),
  kinds: maybe(fc.constantFrom(['render'] as const, ['render', 'data-hash'] as const, ['inference'] as const)),
  zones: maybe(fc.constantFrom(['DE'], ['DE', 'FR'], ['PL'])),
  nodeId: maybe(fc.nat(6).map(nodeId)),
  template: fc.constant(null),
  search: maybe(fc.constantFrom('wind', '100%_', 'job-11', 'nothing', "'; --")),
  since: maybe(fc.nat(30)),
  until: maybe(fc.nat(30)),
})

const isMeant =
  (filter: JobFilter) =>
  (job: Row): boolean =>
    (filter.requesterId === null || job.requester === filter.requesterId) &&
    (filter.states === null || filter.states.includes(job.state)) &&
    (filter.kinds === null || filter.kinds.includes(job.kind as 'render')) &&
    (filter.zones === null || filter.zones.includes(ZONES[job.node % 3] ?? '')) &&
    (filter.nodeId === null || nodeId(job.node) === filter.nodeId) &&
    (filter.search === null || job.name.toLowerCase().includes(filter.search) || job.id.startsWith(filter.search)) &&
    (filter.since === null || job.at >= filter.since) &&
    (filter.until === null || job.at < filter.until)

describe.each(databases)('on $name', ({ name, place }) => {
  test('jobs: whatever is asked for, the pages hold it, newest first, each job once', async () => {
    const db = await opened(place)
    await fc.assert(
      fc.asyncProperty(filters, fc.integer({ min: 1, max: 60 }), async (filter, limit) => {
        const wanted = jobs.filter(isMeant(filter)).toSorted(newestFirst)
        expect(await everything((before) => findJobs(db, filter, { before, limit }))).toEqual(wanted.map(({ id }) => id))
      }),
      { numRuns: name === 'SQLite' ? 150 : 40 },
    )
  })

  test('nodes: by state, zone, GPU, owner, and the beginning of id or owner', async () => {
    const db = await opened(place)
    const none = { states: null, zones: null, gpu: null, owner: null, beginning: null, search: null }
    const found = async (filter: Partial<Parameters<typeof findNodes>[1]>) =>
      (await everything((before) => findNodes(db, { ...none, ...filter }, { before, limit: 2 }))).map((id) => Number(id.slice(5, 8)))
    expect(await found({})).toEqual([5, 4, 3, 2, 1, 0])
    expect(await found({ states: ['quarantined'] })).toEqual([4])
    expect(await found({ states: ['active'], zones: ['DE'] })).toEqual([1])
    expect(await found({ zones: ['GB-13', 'FR'] })).toEqual([5, 3, 2, 0])
    expect(await found({ gpu: '4070' })).toEqual([4, 2, 0])
    expect(await found({ gpu: 'rx 7', states: ['active'] })).toEqual([5, 3, 1])
    expect(await found({ gpu: 'r' })).toHaveLength(6)
    expect(await found({ gpu: '%' })).toEqual([])
    expect(await found({ owner: 'Farm' })).toEqual([1, 0])
    expect(await found({ owner: 'fleet-1' })).toEqual([])
    expect(await found({ search: 'Fa' })).toEqual([1, 0])
    expect(await found({ search: 'fleet-2' })).toEqual([2])
    expect(await found({ search: 'node-00', owner: 'Farm' })).toEqual([1, 0])
    expect(await found({ beginning: 'node-003' })).toEqual([3])
  })

  test('transactions: by account, kind and time', async () => {
    const db = await opened(place)
    const booked = Array.from({ length: 30 }, (_, i) => [
      `${i % 3 === 0 ? 'refund' : 'close'}:${i}`,
      i + 1,
      i % 3 === 0 ? 'refund' : 'close',
      Math.floor(i / 2),
      'x',
      1,
    ])
    await sql`INSERT INTO ledger_transaction (id, seq, kind, at, sha256, transfers) VALUES ${rows(booked)}`.execute(db)
    const moved = booked.map(([id], i) => [id, 0, i % 5 === 0 ? 'requester:ada:prepaid' : 'requester:adam:prepaid', 'platform:revenue', 'micro-usd', 1n])
    await sql`INSERT INTO ledger_transfer (transaction_id, n, from_account, to_account, asset, amount) VALUES ${rows(moved)}`.execute(db)
    const none = { accounts: [], kinds: null, since: null, until: null }
    const found = async (filter: Partial<Parameters<typeof findTransactions>[1]>) =>
      (await everything((before) => findTransactions(db, { ...none, ...filter }, { before, limit: 4 }))).map((seq) => Number(seq) - 1)
    const all = Array.from({ length: 30 }, (_, i) => 29 - i)
    expect(await found({})).toEqual(all)
    expect(await found({ accounts: ['requester:ada'] })).toEqual(all.filter((i) => i % 5 === 0))
    expect(await found({ accounts: ['requester:ada', 'platform:revenue'], kinds: ['refund'] })).toEqual(all.filter((i) => i % 15 === 0))
    expect(await found({ kinds: ['refund'], since: 5, until: 10 })).toEqual(all.filter((i) => i % 3 === 0 && i >= 10 && i < 20))
    expect(await found({ accounts: ['requester:nobody'] })).toEqual([])
  })
})

const below = (at: string, id: string) => `${at} <= 5 AND (${at} < 5 OR ${id} < 'x') ORDER BY ${at} DESC, ${id} DESC LIMIT 51`

test('a page is found by an index, whatever comes first in it', async () => {
  const db = await openDatabase(':memory:')
  onTestFinished(() => db.destroy())
  const planOf = async (text: string) =>
    (await sql<{ detail: string }>`${sql.raw(`EXPLAIN QUERY PLAN ${text}`)}`.execute(db)).rows.map(({ detail }) => detail).join(' ')
  const missed = `state IN ('failed', 'expired', 'cancelled') AND state = 'failed'`
  for (const [text, index] of [
    [`SELECT id FROM job WHERE ${below('submitted_at', 'id')}`, 'job_newest'],
    [`SELECT id FROM job WHERE ${missed} AND ${below('submitted_at', 'id')}`, 'job_missed'],
    [`SELECT id FROM job WHERE requester_id = 'r' AND ${below('submitted_at', 'id')}`, 'job_of_requester'],
    [`SELECT id FROM node WHERE zone = 'DE' AND ${below('enrolled_at', 'id')}`, 'node_of_zone'],
    [`SELECT id FROM node WHERE state = 'removed' AND ${below('enrolled_at', 'id')}`, 'node_of_state'],
    [`SELECT node_id FROM node_gpu WHERE name = 'x' AND ${below('enrolled_at', 'node_id')}`, 'node_gpu_of'],
    [`SELECT id FROM incident WHERE state <> 'RESOLVED' AND ${below('detected_at', 'id')}`, 'incident_open'],
    [`SELECT id FROM payout_item WHERE node_id = 'n' AND id < 'x' ORDER BY id DESC LIMIT 51`, 'payout_item_node'],
    [`SELECT seq FROM ledger_transaction WHERE ${below('at', 'seq')}`, 'ledger_transaction_when'],
  ] as const) {
    const plan = await planOf(text)
    expect(plan).toContain(index)
    expect(plan, index).not.toContain('TEMP B-TREE')
  }
})

import { expect, onTestFinished, test } from 'vitest'
import { openTestDatabase } from '../persistence/database.fake.ts'
import { type Db, transact } from '../persistence/database.ts'
import { createFakeClock } from '../../kernel/clock.fake.ts'
import { createAvailabilityBook } from './availability-book.ts'
import { createNodesStore } from './nodes.store.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
/** A Monday, 00:00 in London. */
const START = Date.UTC(2026, 1, 2)

type State = 'willing' | 'unwilling' | 'unknown'

async function openWithNode(): Promise<Db> {
  const db = await openTestDatabase()
  onTestFinished(() => db.destroy())
  await transact(db, (tx) => createNodesStore(tx).add({ nodeId: 'node', publicJwk: { kty: 'OKP', crv: 'Ed25519', x: 'x' }, at: START }))
  return db
}

/** A coordinator's book from its start until `stop`. */
function start(db: Db, clock: ReturnType<typeof createFakeClock>, stateAt: (at: number) => State, isLooking = true) {
  const stop = new AbortController()
  const problems: string[] = []
  const book = createAvailabilityBook({
    db,
    clock,
    nodes: async () => [{ nodeId: 'node', zone: 'GB', state: stateAt(clock.now()) }],
    onUnsaved: (message) => problems.push(message),
  })
  const running = isLooking ? book.run(stop.signal) : book.follow(stop.signal)
  const end = async () => {
    stop.abort()
    await running
  }
  return { book, problems, end }
}

const evenings = (at: number): State => (new Date(at).getUTCHours() >= 18 ? 'unwilling' : 'willing')

test('an owner who plays every evening is known after three days, also to a coordinator that starts anew', async () => {
  const [db, clock] = [await openWithNode(), createFakeClock(START)]
  const first = start(db, clock, evenings)
  await clock.advance(47 * HOUR_MS)
  expect(first.book.of('node', 'GB')).toBeNull()
  await clock.advance(26 * HOUR_MS)
  const shares = first.book.of('node', 'GB') ?? []
  expect(shares).toHaveLength(168)
  expect(shares[12]).toBeGreaterThan(0.9)
  expect(shares[20]).toBeLessThan(0.3)
  await first.end()
  const second = start(db, clock, evenings)
  await clock.advance(0)
  expect(second.book.of('node', 'GB')).toEqual(shares)
  expect(second.book.of('another', 'GB')).toBeNull()
  await second.end()
})

test('an hour on the wall stays where it is when the clocks change', async () => {
  // Clocks go forward on Sunday 29 March 2026 at 01:00 UTC: the Friday before is told in winter time, the Monday after in summer time.
  const clock = createFakeClock(Date.UTC(2026, 2, 24))
  const { book, end } = start(await openWithNode(), clock, evenings)
  await clock.advance(3 * 24 * HOUR_MS + 20 * MINUTE_MS)
  const shares = book.of('node', 'GB') ?? []
  const [friday, monday] = [shares.slice(4 * 24, 5 * 24), shares.slice(0, 24)]
  expect((friday[17] ?? 0) - (friday[18] ?? 0)).toBeGreaterThan(0.2)
  expect((monday[16] ?? 0) - (monday[17] ?? 0)).toBeGreaterThan(0.2)
  await end()
})

test('while the coordinator is away or has not heard of a node yet, nobody counts as absent', async () => {
  const [db, clock] = [await openWithNode(), createFakeClock(START)]
  const days = start(db, clock, () => 'willing')
  await clock.advance(72 * HOUR_MS)
  await days.end()
  clock.jump(30 * HOUR_MS)
  const again = start(db, clock, () => 'unknown')
  await clock.advance(2 * HOUR_MS)
  clock.jump(30 * HOUR_MS)
  await clock.advance(2 * HOUR_MS)
  expect(new Set(again.book.of('node', 'GB'))).toEqual(new Set([1]))
  await again.end()
})

test('what is told is the same list until something is learned', async () => {
  const clock = createFakeClock(START)
  const { book, end } = start(await openWithNode(), clock, () => 'willing')
  await clock.advance(80 * HOUR_MS)
  const before = book.of('node', 'GB')
  await clock.advance(10 * HOUR_MS)
  expect(book.of('node', 'GB')).toBe(before)
  await end()
})

test('a clock that is put back does not put off what is to be saved', async () => {
  const [db, clock] = [await openWithNode(), createFakeClock(START)]
  const { end } = start(db, clock, () => 'willing')
  await clock.advance(MINUTE_MS)
  clock.jump(-24 * HOUR_MS)
  await clock.advance(16 * MINUTE_MS)
  expect(await db.selectFrom('node_availability').selectAll().execute()).toHaveLength(1)
  await end()
})

test('a crash loses a quarter of an hour, and what could not be saved is saved later', async () => {
  const [db, clock] = [await openWithNode(), createFakeClock(START)]
  const { book, problems, end } = start(db, clock, () => 'willing')
  await clock.advance(20 * MINUTE_MS)
  const watched = async () => {
    const row = await db.selectFrom('node_availability').select('watched').executeTakeFirst()
    return row ? (JSON.parse(row.watched) as number[]).reduce((sum, ms) => sum + ms, 0) : 0
  }
  expect(await watched()).toBeCloseTo(15 * MINUTE_MS, -4)
  await db.schema.alterTable('node_availability').renameTo('elsewhere').execute()
  await clock.advance(15 * MINUTE_MS)
  expect(problems).toHaveLength(1)
  await db.schema.alterTable('elsewhere').renameTo('node_availability').execute()
  await clock.advance(15 * MINUTE_MS)
  expect(await watched()).toBeCloseTo(45 * MINUTE_MS, -4)
  expect(book.of('node', 'GB')).toBeNull()
  await end()
})

test('a coordinator that does not look itself knows in a quarter of an hour what the one that does has saved', async () => {
  const [db, clock] = [await openWithNode(), createFakeClock(START)]
  const [looking, following] = [start(db, clock, evenings), start(db, clock, () => 'unknown', false)]
  await clock.advance(73 * HOUR_MS)
  await clock.advance(31 * MINUTE_MS)
  expect(following.book.of('node', 'GB')?.[20]).toBeCloseTo(looking.book.of('node', 'GB')?.[20] ?? NaN, 2)
  await looking.end()
  await following.end()
})

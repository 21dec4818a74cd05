import * as fc from 'fast-check'
import { beforeEach, expect, test } from 'vitest'
import type { Signal } from '../../../shared/contract/wire.ts'
import { HALF_HOUR_MS, toIso } from '../../../shared/units.ts'
import { sha256Hex } from '../../kernel/signing.ts'
import { openTestDatabase } from '../persistence/database.fake.ts'
import { type Db } from '../persistence/database.ts'
import type { Series } from './history.store.ts'
import { createGridHistory } from './history.ts'

const START = Date.parse('2026-03-18T00:00:00.000Z')
const SERIES: Series = { zone: 'GB', kind: 'average', provider: 'carbon-intensity' }
const at = (slot: number): number => START + slot * HALF_HOUR_MS

let db: Db
beforeEach(async () => {
  db = await openTestDatabase()
  return () => db.destroy()
})

/** Half hours from `first` on; those below `measuredTo` are measured. */
function answer(
  first: number,
  values: readonly (number | null)[],
  { measuredTo, issuedAt, basis = 'direct' }: { measuredTo: number; issuedAt: number; basis?: Signal['basis'] },
): Signal {
  return {
    zone: 'GB',
    kind: 'average',
    basis,
    unit: 'gCO2/kWh',
    price: null,
    source: 'A provider',
    origin: 'live',
    recordedOn: null,
    issuedAt: toIso(issuedAt),
    estimated: false,
    bodySha256: sha256Hex(JSON.stringify([first, values, issuedAt])),
    attribution: 'Somebody',
    points: values.map((value, index) => ({ from: toIso(at(first + index)), to: toIso(at(first + index + 1)), value, forecast: first + index >= measuredTo })),
  }
}

const everything = { from: START, to: at(1_000), knownBy: at(1_000) }

test('only what was measured is kept as measured, with the answer that it came from', async () => {
  const history = createGridHistory(db)
  const signal = answer(0, [100, null, 120, 130], { measuredTo: 3, issuedAt: at(3) })
  await history.keep(SERIES, { signal, receivedAt: at(3) })
  expect((await history.measured(SERIES, everything)).map(({ from, value }) => [from, value])).toEqual([
    [at(0), 100],
    [at(2), 120],
  ])
  expect(await history.signal(SERIES, { ...everything, from: at(2), to: at(3) })).toEqual({ ...signal, points: signal.points.slice(2, 3) })
  expect(await history.signal({ ...SERIES, zone: 'DE' }, everything)).toBeNull()
})

test('a correction counts from the moment it arrived, never before', async () => {
  const history = createGridHistory(db)
  await history.keep(SERIES, { signal: answer(0, [100, 110], { measuredTo: 2, issuedAt: at(2) }), receivedAt: at(2) })
  await history.keep(SERIES, { signal: answer(0, [100, 90], { measuredTo: 2, issuedAt: at(6) }), receivedAt: at(6) })
  const valuesAt = async (knownBy: number) => (await history.measured(SERIES, { ...everything, knownBy })).map(({ value }) => value)
  expect(await valuesAt(at(1))).toEqual([])
  expect(await valuesAt(at(5))).toEqual([100, 110])
  expect(await valuesAt(at(6))).toEqual([100, 90])
})

test('a stretch out of several answers names the newest and hashes them all', async () => {
  const history = createGridHistory(db)
  const [first, second] = [answer(0, [1], { measuredTo: 1, issuedAt: at(1) }), answer(1, [2], { measuredTo: 2, issuedAt: at(2) })]
  await history.keep(SERIES, { signal: first, receivedAt: at(1) })
  await history.keep(SERIES, { signal: second, receivedAt: at(2) })
  expect(await history.signal(SERIES, everything)).toMatchObject({
    issuedAt: second.issuedAt,
    bodySha256: sha256Hex(`${first.bodySha256}${second.bodySha256}`),
    points: [{ value: 1 }, { value: 2 }],
  })
})

test('figures on two bases never meet in one signal', async () => {
  const history = createGridHistory(db)
  await history.keep(SERIES, { signal: answer(0, [1], { measuredTo: 1, issuedAt: at(1) }), receivedAt: at(1) })
  await history.keep(SERIES, { signal: answer(1, [2], { measuredTo: 2, issuedAt: at(2), basis: 'lifecycle' }), receivedAt: at(2) })
  await expect(history.signal(SERIES, everything)).rejects.toMatchObject({ code: 'grid.unavailable' })
})

test('every answer is kept once, and old ones are forgotten while measured values stay longer', async () => {
  const history = createGridHistory(db)
  const signal = answer(0, [100], { measuredTo: 1, issuedAt: at(1) })
  await history.keep(SERIES, { signal, receivedAt: at(1) })
  await history.keep(SERIES, { signal, receivedAt: at(2) })
  const kept = (to: number) => history.said(SERIES, { from: START, to, everyMs: 86_400_000 })
  expect(await kept(at(10))).toEqual([{ signal, receivedAt: at(1) }])
  expect(await kept(at(1))).toEqual([])
  await history.forget(at(1) + 401 * 86_400_000)
  expect(await kept(at(10))).toEqual([])
  expect(await history.measured(SERIES, everything)).toHaveLength(1)
  // The number is still there, but its origin is not: it is not handed out as evidence any more.
  expect(await history.signal(SERIES, everything)).toBeNull()
})

test('what only forecasts and incidents look at is forgotten after weeks, not years', async () => {
  const history = createGridHistory(db)
  const series: Series = { ...SERIES, kind: 'frequency', provider: 'elexon' }
  const signal: Signal = { ...answer(0, [50], { measuredTo: 1, issuedAt: at(1), basis: null }), kind: 'frequency', unit: 'Hz' }
  await history.keep(series, { signal, receivedAt: at(1) })
  await history.forget(at(1) + 15 * 86_400_000)
  expect(await history.said(series, { from: START, to: at(10), everyMs: 86_400_000 })).toEqual([])
  expect(await history.measured(series, everything)).toHaveLength(1)
  await history.forget(at(1) + 61 * 86_400_000)
  expect(await history.measured(series, everything)).toEqual([])
})

test('whatever arrives in whatever order, what was known at a time is the last word received by then', async () => {
  const arrivals = fc.array(
    fc.record({
      first: fc.integer({ min: 0, max: 20 }),
      values: fc.array(fc.integer({ min: 0, max: 500 }), { minLength: 1, maxLength: 8 }),
      hour: fc.integer({ min: 0, max: 40 }),
    }),
    { maxLength: 12 },
  )
  await fc.assert(
    fc.asyncProperty(arrivals, fc.integer({ min: 0, max: 45 }), async (given, knownBy) => {
      await using own = { db: await openTestDatabase(), [Symbol.asyncDispose]: async () => own.db.destroy() }
      const history = createGridHistory(own.db)
      const inOrder = given.toSorted((a, b) => a.hour - b.hour).map((arrival, index) => ({ ...arrival, receivedAt: at(arrival.hour) + index }))
      const known = new Map<number, number>()
      for (const { first, values, receivedAt } of inOrder) {
        await history.keep(SERIES, { signal: answer(first, values, { measuredTo: 1_000, issuedAt: receivedAt }), receivedAt })
        if (receivedAt <= at(knownBy)) for (const [index, value] of values.entries()) known.set(at(first + index), value)
      }
      const found = await history.measured(SERIES, { ...everything, knownBy: at(knownBy) })
      expect(found.map(({ from, value }) => [from, value])).toEqual([...known].toSorted(([a], [b]) => a - b))
    }),
    { numRuns: 40 },
  )
})

const QUARTER_MS = 900_000

test('where steps change their length, each moment has the last word that was said of it, or none, and no two', async () => {
  const saying = fc.record({
    steps: fc.constantFrom(1, 2, 4),
    first: fc.integer({ min: 0, max: 5 }),
    values: fc.array(fc.integer({ min: 0, max: 500 }), { minLength: 1, maxLength: 6 }),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(saying, { minLength: 1, maxLength: 6 }), async (sayings) => {
      await using own = { db: await openTestDatabase(), [Symbol.asyncDispose]: async () => own.db.destroy() }
      const history = createGridHistory(own.db)
      const said: { from: number; to: number; value: number; order: number }[] = []
      for (const [order, { steps, first, values }] of sayings.entries()) {
        const slots = values.map((value, index) => ({ from: START + (first * 4 + index * steps) * QUARTER_MS, value, order }))
        const points = slots.map(({ from, value }) => ({ from: toIso(from), to: toIso(from + steps * QUARTER_MS), value, forecast: false }))
        await history.keep(SERIES, { signal: { ...answer(0, [], { measuredTo: 0, issuedAt: at(order) }), points }, receivedAt: at(100 + order) })
        said.push(...slots.map((slot) => ({ ...slot, to: slot.from + steps * QUARTER_MS })))
      }
      const found = await history.measured(SERIES, everything)
      // What is repeated word for word is not said anew, so two sayings may share a slot: the value is what counts.
      const lastly = said.filter((slot) => !said.some((other) => other.order > slot.order && other.from < slot.to && slot.from < other.to))
      expect(found.map(({ from, to, value }) => [from, to, value])).toEqual(
        lastly.toSorted((a, b) => a.from - b.from).map(({ from, to, value }) => [from, to, value]),
      )
    }),
    { numRuns: 60 },
  )
})

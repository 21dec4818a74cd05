import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { HOURS, type Track, nothingSeen, sharesOf, withSight } from './availability.ts'

const HOUR_MS = 3_600_000
const DAY_HOURS = 24
/** A Monday. */
const START = Date.UTC(2026, 2, 2)

/** How likely an owner lets a node work in an hour of the local week. */
type Owner = (hour: number) => number
const isWeekday = (hour: number) => hour < 5 * DAY_HOURS
const between = (hour: number, from: number, to: number) => hour % DAY_HOURS >= from && hour % DAY_HOURS < to

/** Plays from six to midnight, from noon on at weekends; the machine sleeps while nobody is up. */
const gamer: Owner = (hour) => (between(hour, isWeekday(hour) ? 18 : 12, 24) ? 0.15 : between(hour, 2, 7) ? 0.4 : 0.95)
/** A desk that is used in office hours and switched on all week. */
const office: Owner = (hour) => (isWeekday(hour) && between(hour, 9, 18) ? 0.05 : 0.97)
const alwaysOn: Owner = () => 1
const coin: Owner = () => 0.6

/** Numbers in [0, 1) that are the same in every run. @see Park and Miller, “Random number generators: good ones are hard to find” (1988) */
function minimalStandard(seed: number): () => number {
  let state = seed
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647
}

/** Whether the owner let it work in each hour of `weeks` weeks. */
const lived = (owner: Owner, weeks: number, random: () => number): readonly boolean[] =>
  Array.from({ length: weeks * HOURS }, (_, hour) => random() < owner(hour % HOURS))

const learned = (hours: readonly boolean[], track: Track = nothingSeen(START)): Track =>
  hours.reduce((seen, isWilling, hour) => withSight(seen, { hour: hour % HOURS, ms: HOUR_MS, isWilling, at: START + (hour + 1) * HOUR_MS }), track)

/** Mean squared error of probabilities against what an owner does (Brier 1950), as it comes out on average. */
const brier = (owner: Owner, share: (hour: number) => number): number =>
  Array.from({ length: HOURS }, (_, hour) => (share(hour) - owner(hour)) ** 2 + owner(hour) * (1 - owner(hour))).reduce((sum, error) => sum + error, 0) / HOURS

function judged(owner: Owner, weeks: number, seed: number) {
  const past = lived(owner, weeks, minimalStandard(seed))
  const shares = sharesOf(learned(past)) ?? []
  const constant = past.filter(Boolean).length / past.length
  return {
    shares,
    learned: brier(owner, (hour) => shares[hour] ?? Number.NaN),
    constant: brier(owner, () => constant),
    perfect: brier(owner, owner),
  }
}

const seeds = fc.integer({ min: 1, max: 2_147_483_646 })

test.each([
  ['gamer', gamer],
  ['office', office],
])('%s: after one week it tells more than the share of all hours does, after eight almost all that can be told', (_, owner) => {
  fc.assert(
    fc.property(seeds, (seed) => {
      const [week, eight] = [judged(owner, 1, seed), judged(owner, 8, seed)]
      expect(week.learned - week.perfect).toBeLessThan(0.5 * (week.constant - week.perfect))
      expect(eight.learned - eight.perfect).toBeLessThan(0.15 * (eight.constant - eight.perfect))
    }),
    { numRuns: 20 },
  )
})

test('an owner without habits is not given any: the forecast is as good as the share of all hours', () => {
  fc.assert(
    fc.property(seeds, (seed) => {
      const { learned: found, perfect } = judged(coin, 8, seed)
      expect(found).toBeLessThan(1.08 * perfect)
    }),
    { numRuns: 20 },
  )
})

test('what is always there is always expected, and an evening of gaming is seen in its own hours', () => {
  expect(new Set(judged(alwaysOn, 1, 1).shares)).toEqual(new Set([1]))
  const { shares } = judged(gamer, 8, 7)
  const mean = (from: number, to: number) => shares.slice(from, to).reduce((sum, share) => sum + share, 0) / (to - from)
  expect(mean(19, 23)).toBeLessThan(0.3)
  expect(mean(9, 16)).toBeGreaterThan(0.85)
})

test('nothing is said before two days were watched, and again when they are long past', () => {
  const days = (count: number) => learned(Array.from({ length: count * DAY_HOURS }, () => true))
  expect(sharesOf(nothingSeen(START))).toBeNull()
  expect(sharesOf(days(2))).toBeNull()
  const three = days(3)
  expect(sharesOf(three)).toHaveLength(HOURS)
  expect(sharesOf(withSight(three, { hour: 0, ms: 1, isWilling: true, at: START + 60 * DAY_HOURS * HOUR_MS }))).toBeNull()
})

const atNoon = (track: Track) => sharesOf(track)?.[12] ?? Number.NaN

test('a new habit takes over: after eight weeks the old one is hardly seen', () => {
  const office8 = learned(lived(office, 8, minimalStandard(3)))
  const since = office8.asOf
  const moved = Array.from({ length: 8 * HOURS }, (_, hour) => hour).reduce(
    (seen, hour) => withSight(seen, { hour: hour % HOURS, ms: HOUR_MS, isWilling: true, at: since + (hour + 1) * HOUR_MS }),
    office8,
  )
  expect(atNoon(office8)).toBeLessThan(0.25)
  expect(atNoon(moved)).toBeGreaterThan(0.75)
})

const sight = fc.record({ hour: fc.nat({ max: HOURS - 1 }), ms: fc.integer({ min: 1, max: 12 * HOUR_MS }), isWilling: fc.boolean() })

test('whatever is seen, in whatever order: shares lie from 0 to 1, and nobody was willing for longer than watched', () => {
  fc.assert(
    fc.property(fc.array(sight, { maxLength: 60 }), (sights) => {
      let at = START
      const track = sights.reduce((seen, next) => withSight(seen, { ...next, at: (at += next.ms) }), nothingSeen(START))
      for (const [hour, time] of track.watched.entries()) expect(track.willing[hour]).toBeLessThanOrEqual(time)
      for (const share of sharesOf(track) ?? []) {
        expect(share).toBeGreaterThanOrEqual(0)
        expect(share).toBeLessThanOrEqual(1)
      }
    }),
  )
})

test('one more willing hour never makes any hour less likely', () => {
  fc.assert(
    fc.property(seeds, fc.nat({ max: HOURS - 1 }), (seed, hour) => {
      const track = learned(lived(gamer, 1, minimalStandard(seed)))
      const before = sharesOf(track) ?? []
      const after = sharesOf(withSight(track, { hour, ms: HOUR_MS, isWilling: true, at: track.asOf })) ?? []
      for (const [index, share] of after.entries()) expect(share).toBeGreaterThanOrEqual(before[index] ?? 0)
    }),
    { numRuns: 30 },
  )
})

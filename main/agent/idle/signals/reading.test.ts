import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { createFakeClock } from '../../../kernel/clock.fake.ts'
import { NOTHING } from './gathered.ts'
import type { PowerSupply } from './power-supply.ts'
import { type Told as Answer, createCell } from './reading.ts'
import { type Combined, combineAll, sourceStates } from './readings.ts'

const clock = createFakeClock()
const cellWith = <T>(told: Answer<T>, source = 'source') => {
  const cell = createCell<T>({ source, clock, freshMs: 1_000 })
  cell.put(told)
  return cell
}
const cells = <T>(...told: readonly Answer<T>[]) => told.map((one, index) => cellWith(one, `s${index}`))
const is = <T>(value: T): Answer<T> => ({ value })
const EMPTY = { ...NOTHING, cpuOthers: [] }
const valueOf = (signal: Combined[keyof Combined]) => (signal === 'unknown' ? signal : signal.value)

test('a value grows old', async () => {
  const own = createFakeClock()
  const cell = createCell<number>({ source: 'mutter', clock: own, freshMs: 1_000 })
  expect(cell.get()).toBe('absent')
  cell.put(is(5))
  await own.advance(1_000)
  expect(cell.get()).toEqual({ value: 5, at: 0, ageMs: 1_000, source: 'mutter' })
  await own.advance(1)
  expect(cell.get()).toBe('failed')
})

type Idle = readonly [trusted: readonly Answer<number>[], atLast: readonly Answer<number>[], atMost: readonly Answer<number>[], expected: number | 'unknown']

test.each<[string, Idle]>([
  ['no source at all', [[], [], [], 'unknown']],
  ['none that this machine has', [['absent', 'absent'], ['absent'], ['absent'], 'unknown']],
  ['the smallest wins', [[is(600), is(42), 'absent'], [], [], 42]],
  ['one that fails might have seen somebody', [[is(600), 'failed'], [], [], 'unknown']],
  ['the last resort, where there is no other', [['absent'], [is(300)], [], 300]],
  ['the last resort does not count beside another', [[is(600)], [is(0)], [], 600]],
  ['nor where another fails', [['failed'], [is(600)], [], 'unknown']],
  ['a game pad in use', [[is(600)], [], [is(1)], 1]],
  ['a game pad that was laid down long ago', [[is(60)], [], [is(600)], 60]],
  ['a game pad proves nobody absent', [['absent'], [], [is(600)], 'unknown']],
])('idle: %s', (_name, [trusted, atLast, atMost, expected]) => {
  const told = { ...EMPTY, idle: cells(...trusted), idleAtLast: cells(...atLast), idleAtMost: cells(...atMost) }
  expect(valueOf(combineAll(told, clock).inputIdle)).toBe(expected)
})

test.each<[string, Answer<boolean>[], boolean | 'unknown']>([
  ['locked', [is(true), is(true)], true],
  ['one says it is not', [is(true), is(false)], false],
  ['one cannot tell', [is(true), 'failed'], 'unknown'],
  ['one cannot tell, another says it is not', [is(false), 'failed'], false],
  ['nobody tells', ['absent'], 'unknown'],
])('lock: %s', (_name, locked, expected) => {
  expect(valueOf(combineAll({ ...EMPTY, locked: cells(...locked) }, clock).locked)).toBe(expected)
})

test.each<[string, Answer<boolean>[], boolean | 'unknown']>([
  ['covered', [is(false), is(true)], true],
  ['covered, although another fails', ['failed', is(true)], true],
  ['not covered as far as one knows', ['failed', is(false)], 'unknown'],
  ['nobody tells, as under Wayland', ['absent'], 'unknown'],
])('fullscreen: %s', (_name, fullscreen, expected) => {
  expect(valueOf(combineAll({ ...EMPTY, fullscreen: cells(...fullscreen) }, clock).fullscreen)).toBe(expected)
})

test.each<[string, Answer<readonly string[]>[], readonly string[] | 'unknown']>([
  ['no game, and no GameMode', [is([]), 'absent'], []],
  ['the same game seen twice', [is(['Hades']), is(['Hades', 'Gwent'])], ['Hades', 'Gwent']],
  ['a game, although GameMode fails', [is(['Hades']), 'failed'], ['Hades']],
  ['no game as far as one knows', [is([]), 'failed'], 'unknown'],
  ['processes cannot be listed', ['failed', 'absent'], 'unknown'],
  ['nothing to look with', ['absent', 'absent'], 'unknown'],
])('games: %s', (_name, games, expected) => {
  expect(valueOf(combineAll({ ...EMPTY, games: cells(...games) }, clock).games)).toEqual(expected)
})

test.each<[string, Answer<PowerSupply>[], PowerSupply]>([
  ['a desktop', [is<PowerSupply>('none'), is<PowerSupply>('mains')], 'mains'],
  ['a desktop on its uninterruptible supply', [is<PowerSupply>('none'), is<PowerSupply>('battery')], 'battery'],
  ['on battery, although one fails', ['failed', is<PowerSupply>('battery')], 'battery'],
  ['at the charger as far as one knows', ['failed', is<PowerSupply>('mains')], 'unknown'],
  ['nobody tells', ['absent', 'absent'], 'unknown'],
])('power: %s', (_name, power, expected) => {
  expect(valueOf(combineAll({ ...EMPTY, power: cells(...power) }, clock).power)).toBe(expected)
})

test('where nothing tells of films or of what traffic costs, that is what is known; a source that fails is another matter', () => {
  const nobody = combineAll({ ...EMPTY, inhibitors: cells<readonly string[]>('absent'), network: cells('absent' as const) }, clock)
  expect([valueOf(nobody.inhibitors), valueOf(nobody.network)]).toEqual([[], 'untold'])
  const broken = combineAll({ ...EMPTY, inhibitors: cells<readonly string[]>('failed'), network: cells('failed' as const) }, clock)
  expect([broken.inhibitors, broken.network]).toEqual(['unknown', 'unknown'])
})

test('every source is shown with its state', () => {
  const told = { ...EMPTY, idle: [cellWith(is(5), 'mutter'), cellWith<number>('failed', 'x11')], games: [cellWith<readonly string[]>('absent', 'gamemode')] }
  expect(sourceStates(told)).toEqual([
    { signal: 'inputIdle', source: 'mutter', state: 'ok', at: 0 },
    { signal: 'inputIdle', source: 'x11', state: 'failed', at: null },
    { signal: 'games', source: 'gamemode', state: 'absent', at: null },
  ])
})

const answer: fc.Arbitrary<Answer<number>> = fc.oneof(
  fc.double({ min: 0, max: 1e6, noNaN: true }).map(is),
  fc.constant('absent' as const),
  fc.constant('failed' as const),
)
const times = (list: readonly Answer<number>[]) => list.flatMap((one) => (one === 'absent' || one === 'failed' ? [] : one.value))
const answers = fc.array(answer, { maxLength: 5 })

test('the smallest trusted idle time wins, and whoever fails makes it unknown', () => {
  fc.assert(
    fc.property(answers, answers, answers, (trusted, atLast, atMost) => {
      const told = { ...EMPTY, idle: cells(...trusted), idleAtLast: cells(...atLast), idleAtMost: cells(...atMost) }
      const seen = valueOf(combineAll(told, clock).inputIdle)
      const counted = trusted.every((one) => one === 'absent') ? atLast : trusted
      if (counted.includes('failed') || times(counted).length === 0) expect(seen).toBe('unknown')
      else expect(seen).toBe(Math.min(...times(counted), ...times(atMost)))
    }),
  )
})

test('whatever one source turns to, short of being gone, it never makes an idle machine out of a busy one', () => {
  fc.assert(
    fc.property(fc.array(answer, { minLength: 1, maxLength: 5 }), fc.nat(4), fc.integer({ min: 1, max: 1_000 }), (trusted, which, idleStart) => {
      const isIdle = (list: readonly Answer<number>[]) => {
        const seen = valueOf(combineAll({ ...EMPTY, idle: cells(...list) }, clock).inputIdle)
        return seen !== 'unknown' && Number(seen) >= idleStart
      }
      const broken = trusted.with(which % trusted.length, 'failed')
      if (isIdle(broken)) expect(isIdle(trusted)).toBe(true)
      expect(isIdle(broken)).toBe(false)
    }),
  )
})

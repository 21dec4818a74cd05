import { describe, expect, test } from 'vitest'
import type { PowerPoint } from './power-ring.ts'
import { figuresOf, nearest, roundUp, rowsOf, traceOf } from './trace.ts'

const point = (second: number, watts: number, celsius = 60): PowerPoint => ({ at: second * 1_000, watts, celsius })
const spots = (points: readonly PowerPoint[]) => points.map(({ at, watts }) => ({ at, value: watts }))
const frame = (to: number) => ({ from: 0, to: to * 1_000, low: 0, high: 200 })

describe('the line', () => {
  test('is laid out in time, and its height is the value', () => {
    expect(traceOf(spots([point(0, 0), point(1, 100), point(4, 172)]), frame(4))).toEqual({
      line: 'M0.0 100.0L250.0 50.0L1000.0 14.0',
      area: 'M0.0 100L0.0 100.0L250.0 50.0L1000.0 14.0L1000.0 100Z',
    })
  })

  test('ends where nothing was read for half a minute, and where nothing told the value', () => {
    const { line } = traceOf(spots([point(0, 0), point(5, 100), point(40, 100), point(45, Number.NaN), point(50, 100)]), frame(50))
    expect(line.match(/M/g)).toHaveLength(2)
  })

  test('of an hour has at most two thousand corners, and none of its peaks is lost', () => {
    const points = Array.from({ length: 3_600 }, (_, second) => point(second, second === 1_777 ? 200 : second % 2 === 0 ? 90 : 110))
    const { line } = traceOf(spots(points), frame(3_600))
    expect(line.match(/L/g)?.length).toBeLessThanOrEqual(2_000)
    expect(line).toMatch(/ 0\.0L/)
    expect(line).toMatch(/ 55\.0L/)
    expect(line).toMatch(/ 45\.0L/)
  })

  test('is nothing where there is nothing', () => expect(traceOf([], frame(1))).toEqual({ line: '', area: '' }))
})

test.each([
  [0.4, 1],
  [8, 10],
  [12, 20],
  [320, 500],
  [1_000, 1_000],
])('%d fit under %d', (value, top) => expect(roundUp(value)).toBe(top))

test('the sentence knows the range, the newest and how warm it is', () => {
  expect(figuresOf([point(0, 12), point(60, 172, Number.NaN)])).toMatchObject({ lowW: 12, highW: 172, celsius: null, spanMs: 60_000 })
  expect(figuresOf([])).toBeNull()
})

test('two minutes are read second by second, an hour by half-minutes, newest first', () => {
  expect(rowsOf(Array.from({ length: 120 }, (_, second) => point(second, second)))).toMatchObject({ stepMs: 1_000 })
  const { stepMs, rows } = rowsOf(Array.from({ length: 3_600 }, (_, second) => point(second, 100, second < 3_570 ? 60 : 62)))
  expect({ stepMs, count: rows.length }).toEqual({ stepMs: 30_000, count: 120 })
  expect(rows[0]).toEqual({ at: 3_570_000, watts: 100, celsius: 62 })
})

test('a moment has a nearest reading', () => {
  const points = [point(0, 1), point(10, 2), point(20, 3)]
  expect([-5, 4, 6, 14, 99].map((second) => nearest(points, second * 1_000)?.watts)).toEqual([1, 1, 2, 2, 3])
  expect(nearest([], 0)).toBeNull()
})

import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { monotonicMs } from '../../../shared/units.ts'
import { createFakeClock } from '../../kernel/clock.fake.ts'
import { LIVE_LOG_BYTES, LOG_CHARACTERS_PER_SECOND, createLogSink, safeLine } from './log-lines.ts'

/** A second passes between one chunk and the next. */
function collect(chunks: readonly Uint8Array[]) {
  const lines: string[] = []
  let second = 0
  const clock = { ...createFakeClock(), monotonic: () => monotonicMs(second * 1_000) }
  const sink = createLogSink((line) => lines.push(line), clock)
  for (const chunk of chunks) {
    sink.push(chunk)
    second += 1
  }
  return { tail: sink.finish(), lines, full: sink.full() }
}

const bytes = (text: string): Uint8Array => Buffer.from(text)

test('lines end at \\n, \\r\\n or \\r, and the last one needs no end', () => {
  expect(collect([bytes('a\nb\r\nc\rd')])).toEqual({ lines: ['a', 'b', 'c', 'd'], tail: 'a\nb\nc\nd\n', full: false })
})

test('cuts in the stream change nothing', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.array(fc.nat(20)), (text, cuts) => {
      const whole = bytes(text)
      const chunks: Uint8Array[] = []
      let at = 0
      for (const cut of cuts) {
        chunks.push(whole.subarray(at, at + cut))
        at += cut
      }
      chunks.push(whole.subarray(at))
      expect(collect(chunks).lines).toEqual(collect([whole]).lines)
    }),
  )
})

test('nothing a job writes reaches the reader’s terminal as a control or a disguise', () => {
  expect(safeLine('\u001b[31mred\u0007\t\u202Egnp.exe\u2028')).toBe('\\u{1b}[31mred\\u{7}\t\\u{202e}gnp.exe\\u{2028}')
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => !/[\p{Cc}\p{Cf}]/u.test(safeLine(text).replaceAll('\t', ''))))
})

test('a flood is cut, and says so', () => {
  const { lines, full } = collect([bytes('0123456789\n'.repeat(LIVE_LOG_BYTES)), bytes('more\n')])
  expect(full).toBe(true)
  expect(lines.at(-1)).toContain('not shown')
  expect(lines.join('\n').length).toBeLessThan(LIVE_LOG_BYTES + 200)
})

test('a flood within a second is counted, not shown, and the last lines are kept all the same', () => {
  const flood = bytes(`${Array.from({ length: 10_000 }, (_, i) => `line ${i}`).join('\n')}\n`)
  const { lines, tail } = collect([flood, bytes('and on\n')])
  const notice = lines.find((line) => line.includes('not shown')) ?? ''
  const shown = lines.indexOf(notice)
  expect(lines.slice(0, shown).join('\n').length).toBeLessThanOrEqual(LOG_CHARACTERS_PER_SECOND)
  expect(notice).toBe(`(${10_000 - shown} more lines in this second, not shown)`)
  expect(lines.at(-1)).toBe('and on')
  expect(tail.endsWith('line 9999\nand on\n')).toBe(true)
})

test('a long line is cut, and the tail stays short', () => {
  const { lines, tail } = collect([bytes('x'.repeat(100_000)), bytes('\nend\n')])
  expect(lines[0]).toHaveLength(2_001)
  expect(tail.endsWith('end\n')).toBe(true)
  expect(collect([bytes('y'.repeat(80).concat('\n').repeat(2_000))]).tail.length).toBe(8_192)
})

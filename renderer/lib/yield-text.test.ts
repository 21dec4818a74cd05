import { expect, test } from 'vitest'
import type { Yield } from '../../shared/contract/yield.ts'
import { NOW } from './afternoon.fake.ts'
import { aYield } from './fixtures.fake.ts'
import { lastYieldText, medianText, yieldMethod } from './yield-text.ts'

const plain = (text: string | null) => text?.replaceAll('\u202f', ' ')
const TIMES = { count: 12, p50Ms: 510, p95Ms: 910 }

test.each<[string, Partial<Yield>]>([
  ['Last gave your GPU back in 0.4 s', {}],
  ['Last gave your GPU back in 0.4 s', { memory: 'others' }],
  ['Last gave your computer back in 0.3 s', { memory: null, memoryMs: null }],
  ['Last stood still for you within 60 ms', { kind: 'rested', computeStoppedMs: 60, goneMs: null, memory: null, memoryMs: null }],
  ['Last time, the memory of your GPU did not come back in time', { memory: 'held', memoryMs: 5_000 }],
])('%s', (text, change) => expect(plain(lastYieldText(aYield(change)))).toBe(text))

test('what was not measured is not said', () => {
  expect(lastYieldText(null)).toBeNull()
  expect(lastYieldText(aYield({ kind: 'rested', computeStoppedMs: null, goneMs: null, memory: null, memoryMs: null }))).toBeNull()
  expect(medianText({ count: 1, p50Ms: 400, p95Ms: 400 })).toBeNull()
  expect(plain(medianText(TIMES))).toBe('median 0.5 s of 12')
})

test('the method names the signal, every step that was timed, and the spread', () => {
  const text = plain(yieldMethod(aYield(), TIMES, NOW).join(' '))
  expect(text).toContain('Measured on this computer')
  expect(text).toContain(
    '14:02, “You are using the computer”: decided after 12 ms, computing stopped after 0.1 s, nothing left running after 0.3 s, all of the GPU memory free again after 0.4 s.',
  )
  expect(text).toContain('Of the last 12 times work had to stop, half took at most 0.5 s, and 95 of 100 at most 0.9 s.')
})

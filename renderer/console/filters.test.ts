import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { NODE, ZONE } from './filter-shapes.ts'
import { oddTexts, readFilters, withFilter } from './filters.ts'

const KINDS = { state: { choices: ['queued', 'running', 'failed'] }, find: { maxLength: 10 } } as const

test('an address is what was chosen', () => {
  expect(readFilters(KINDS, 'state=running,failed&find=a%20b')).toEqual({ state: ['running', 'failed'], find: ['a b'] })
})

test('what no filter knows counts as if it were not there', () => {
  expect(readFilters(KINDS, 'state=running,<script>,running&other=1&find=' + 'x'.repeat(50))).toEqual({ state: ['running'], find: ['x'.repeat(10)] })
  expect(readFilters(KINDS, '%E0%A4%A&&==')).toEqual({ state: [], find: [] })
})

test('text that cannot be meant is named with what to write', () => {
  const kinds = { node: { shape: NODE }, zone: { shape: ZONE }, find: {} }
  expect(oddTexts(kinds, readFilters(kinds, 'node=half&zone=gb-13&find=half'))).toEqual([{ name: 'node', text: 'half', like: NODE.like }])
  expect(oddTexts(kinds, readFilters(kinds, `node=${'n'.repeat(43)}`))).toEqual([])
})

test('a filter that is changed leaves the others as they are', () => {
  expect(withFilter('state=running&find=a&more=1', 'state', ['failed', 'queued']).toString()).toBe('find=a&more=1&state=failed%2Cqueued')
  expect(withFilter('state=running&find=a', 'find', ['  ']).toString()).toBe('state=running')
})

test('what was chosen is read back from the address', () => {
  const chosen = fc.record({ state: fc.subarray([...KINDS.state.choices]), find: fc.string({ maxLength: 10 }) })
  fc.assert(
    fc.property(chosen, ({ state, find }) => {
      const address = withFilter(withFilter('', 'state', state).toString(), 'find', [find]).toString()
      expect(readFilters(KINDS, address)).toEqual({ state, find: find.trim() === '' ? [] : [find.trim()] })
    }),
  )
})

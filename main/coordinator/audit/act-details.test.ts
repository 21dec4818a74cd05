import { expect, test } from 'vitest'
import { plainMembers, subjectsIn } from './act-details.ts'
import { jsonText } from './json-text.ts'

test('whatever JSON was sent can be written down again, also a number that is too large for one', () => {
  const sent: unknown = JSON.parse('{"a":1e99999,"b":-1e99999,"c":2.5,"d":null,"e":{"f":1}}')
  expect(jsonText(plainMembers(sent))).toBe('{"a":"Infinity","b":"-Infinity","c":2.5,"d":null}')
})

test('however much somebody sends, little of it is written down', () => {
  const sent = { ['n'.repeat(50_000)]: 1, ...Object.fromEntries(Array.from({ length: 5_000 }, (_, at) => [`a${at}`, 'x'.repeat(1_000)])) }
  expect(jsonText(plainMembers(sent)).length).toBeLessThan(16_000)
  expect(subjectsIn({ ...sent, nodeId: 'n'.repeat(50_000) })).toEqual([])
})

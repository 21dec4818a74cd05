import * as fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import { readJsonBody } from './json-body.ts'

const read = (text: string) => readJsonBody(Buffer.from(text))
const refusal = expect.objectContaining({ code: 'input.invalid' })

test('what any program writes is read as it was written', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 8 }), fc.constantFrom(0, 2), (value, indent) => {
      const text = JSON.stringify(value, null, indent)
      if (text.includes('"__proto__"')) return
      expect(read(text)).toEqual(JSON.parse(text))
    }),
  )
})

test('whatever bytes come, they are read or refused in words', () => {
  const alphabet = fc.constantFrom('{', '}', '[', ']', ':', ',', '"', '\\', 'a', '1', ' ', 'null', '\\u0061', '\uFFFD')
  fc.assert(
    fc.property(
      fc.oneof(
        fc.uint8Array(),
        fc.array(alphabet).map((parts) => new Uint8Array(Buffer.from(parts.join('')))),
      ),
      (bytes) => {
        try {
          readJsonBody(Buffer.from(bytes))
        } catch (error) {
          expect(error).toEqual(refusal)
        }
      },
    ),
    { numRuns: 500 },
  )
})

test.each([
  ['twice the same name', '{"a":1,"a":2}', /“a” comes twice/],
  ['the same name, once hidden behind an escape', '{"a":1,"\\u0061":2}', /“a” comes twice/],
  ['the same name with an object in between', '{"a":{"b":1},"b":{"a":1},"a":2}', /“a” comes twice/],
  ['the name of a prototype', '{"jobId":"j","__proto__":{"isAdmin":true}}', /__proto__/],
  ['the name of a prototype behind an escape', '{"__pr\\u006fto__":1}', /__proto__/],
  ['a name that is no text', '{"\\x":1}', /not JSON/],
  ['ten thousand lists in each other', `${'['.repeat(10_000)}${']'.repeat(10_000)}`, /deep/],
  ['ten thousand objects in each other', `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`, /deep/],
  ['more parts than anything takes', `[${'1,'.repeat(1_000_001)}1]`, /parts/],
  ['text that never ends', '{"a":"', /not JSON/],
  ['nothing but a quote', '"', /not JSON/],
])('%s is refused', (_, text, words) => {
  expect(() => read(text)).toThrow(refusal)
  expect(() => read(text)).toThrow(words)
})

test('names in texts, and the same name in two objects, are nothing to refuse', () => {
  const text = '{"a":{"b":1},"c":{"b":2},"d":"{\\"b\\":1,\\"b\\":2}","e":"__proto__","f":["x:y","x:y"]}'
  expect(read(text)).toEqual(JSON.parse(text))
})

test('bytes that are no UTF-8 are refused, not replaced', () => {
  expect(() => readJsonBody(Buffer.from([0x22, 0xff, 0xfe, 0x22]))).toThrow(refusal)
})

test('one long text before any number of colons is read as a name once, and not for each of them', () => {
  const bytes = Buffer.from(`["${'\\n'.repeat(1_000)}"${':'.repeat(1_000)}]`)
  const read = vi.spyOn(bytes, 'toString')
  expect(() => readJsonBody(bytes)).toThrow(refusal)
  expect(read.mock.calls.length).toBeLessThan(3)
})

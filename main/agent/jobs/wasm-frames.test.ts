import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Frame, createFrameReader, decodeRequest, encodeFrame, encodeRequest } from './wasm-frames.ts'

const frame = fc.record({ kind: fc.constantFrom('started', 'log', 'output', 'end'), payload: fc.uint8Array({ maxLength: 200 }) })

test('frames arrive as they were sent, wherever the stream is cut', () => {
  fc.assert(
    fc.property(fc.array(frame), fc.integer({ min: 1, max: 64 }), (sent, size) => {
      const wire = Buffer.concat(sent.map(({ kind, payload }) => encodeFrame(kind, payload)))
      const received: Frame[] = []
      const read = createFrameReader(200, ({ kind, payload }) => received.push({ kind, payload: Uint8Array.from(payload) }))
      for (let at = 0; at < wire.length; at += size) read(wire.subarray(at, at + size))
      expect(received).toEqual(sent)
    }),
  )
})

const read = () => createFrameReader(10, () => undefined)

test('a frame that is too long or of no known kind is refused before it has arrived', () => {
  expect(() => read()(encodeFrame('output', new Uint8Array(11)).subarray(0, 5))).toThrow(RangeError)
  expect(() => read()(Uint8Array.from([9, 0, 0, 0, 0]))).toThrow(RangeError)
})

test('a request is whole or not there yet', () => {
  const request = { args: ['größe'], env: { A: 'b' }, seed: '00'.repeat(32), memoryPages: 1, outputBytes: 2, logBytes: 3 }
  const inputs = [
    { path: 'a/b', content: Uint8Array.from([4, 5]) },
    { path: 'c', content: Uint8Array.from([]) },
  ]
  const wire = Buffer.from(encodeRequest(request, { module: Uint8Array.from([1, 2, 3]), inputs }))
  for (let length = 0; length < wire.length; length++) expect(decodeRequest(wire.subarray(0, length))).toBeNull()
  const decoded = decodeRequest(wire)
  expect(decoded?.request).toMatchObject({ ...request, moduleBytes: 3 })
  expect([...(decoded?.module ?? [])]).toEqual([1, 2, 3])
  expect(decoded?.inputs).toEqual(inputs)
})

import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { followOperation } from './engine-operation.ts'
import type { PrepareProgress } from './runtime.ts'

async function* chunks(...texts: readonly string[]) {
  for (const text of texts) yield Buffer.from(text)
}

async function progressOf(...texts: readonly string[]): Promise<PrepareProgress[]> {
  const seen: PrepareProgress[] = []
  await followOperation(chunks(...texts), (progress) => seen.push(progress))
  return seen
}

const event = (id: string, status: string, current?: number, total?: number) =>
  `${JSON.stringify({ id, status, ...(current === undefined ? {} : { progressDetail: { current, total } }) })}\r\n`

test('layers add up, and the total is unknown until every layer has begun or is here', async () => {
  const seen = await progressOf(
    '{"status":"Pulling from job","id":"1"}\r\n',
    event('a', 'Pulling fs layer'),
    event('b', 'Pulling fs layer'),
    event('c', 'Already exists'),
    event('a', 'Downloading', 1, 10),
    event('b', 'Downloading', 5, 20).slice(0, 20),
    event('b', 'Downloading', 5, 20).slice(20),
    event('a', 'Download complete'),
  )
  expect(seen.slice(2)).toEqual([
    { receivedBytes: 0, totalBytes: null },
    { receivedBytes: 1, totalBytes: null },
    { receivedBytes: 6, totalBytes: 30 },
    { receivedBytes: 15, totalBytes: 30 },
  ])
})

test('unpacking what has arrived is not counted as arriving once more', async () => {
  const seen = await progressOf(event('a', 'Downloading', 10, 10), event('a', 'Extracting', 1, 10), event('a', 'Pull complete'))
  expect(seen.map(({ receivedBytes }) => receivedBytes)).toEqual([10, 10, 10])
})

test('whatever an engine says, progress never goes back and never passes its total', async () => {
  const status = fc.constantFrom('Pulling fs layer', 'Waiting', 'Downloading', 'Verifying Checksum', 'Download complete', 'Extracting', 'Pull complete', 'Hm')
  const events = fc.array(fc.record({ id: fc.constantFrom('a', 'b', 'c'), status, current: fc.option(fc.nat(100)), total: fc.option(fc.nat(100)) }))
  await fc.assert(
    fc.asyncProperty(events, async (told) => {
      const lines = told.map(({ id, status: said, current, total }) => event(id, said, current ?? undefined, total ?? undefined))
      const seen = await progressOf(...lines)
      for (const [i, { receivedBytes, totalBytes }] of seen.entries()) {
        expect(receivedBytes).toBeGreaterThanOrEqual(seen[i - 1]?.receivedBytes ?? 0)
        expect(totalBytes ?? receivedBytes).toBeGreaterThanOrEqual(receivedBytes)
      }
    }),
  )
})

test('a failure in the stream is a failure', async () => {
  await expect(progressOf('{"status":"Pulling"}\n', '{"error":"manifest unknown","errorDetail":{}}\n')).rejects.toThrow('manifest unknown')
})

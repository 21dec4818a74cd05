import { expect, test } from 'vitest'
import { createQueue } from './queue.ts'

const never = new AbortController().signal

test('one works at a time, in order, whether or not the one before it fails', async () => {
  const queue = createQueue()
  const log: string[] = []
  const work = (name: string) => async () => {
    log.push(`${name} begins`)
    await new Promise((resolve) => setImmediate(resolve))
    log.push(`${name} ends`)
    if (name === 'b') throw new Error(name)
  }
  const all = await Promise.allSettled(['a', 'b', 'c'].map((name) => queue(work(name), never)))
  expect(all.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
  expect(log).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends'])
})

test('who gives up while it waits neither works nor lets anyone in early', async () => {
  const queue = createQueue()
  const log: string[] = []
  const first = Promise.withResolvers<void>()
  const running = queue(() => first.promise, never)
  const stop = new AbortController()
  const given = queue(async () => void log.push('given up'), stop.signal)
  const third = queue(async () => void log.push('third'), never)
  stop.abort(new Error('enough'))
  await expect(given).rejects.toThrow('enough')
  expect(log).toEqual([])
  first.resolve()
  await Promise.all([running, third])
  expect(log).toEqual(['third'])
})

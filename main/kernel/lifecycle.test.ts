import { expect, test } from 'vitest'
import { aborted, runAll } from './lifecycle.ts'

test('an abort ends every part, and the whole waits for the slowest', async () => {
  const stop = new AbortController()
  const ended: string[] = []
  const part = (name: string, turns: number) => async (signal: AbortSignal) => {
    await aborted(signal)
    for (let i = 0; i < turns; i++) await Promise.resolve()
    ended.push(name)
  }
  const all = runAll(stop.signal, [part('slow', 50), part('quick', 1)])
  stop.abort()
  await all
  expect(ended).toEqual(['quick', 'slow'])
})

test('the first failure stops the others, waits for them, and is the one that is reported', async () => {
  const ended: string[] = []
  const other = async (signal: AbortSignal) => {
    await aborted(signal)
    ended.push('other')
    throw new Error('second')
  }
  await expect(runAll(new AbortController().signal, [other, () => Promise.reject(new Error('first'))])).rejects.toThrow('first')
  expect(ended).toEqual(['other'])
})

test('a part that throws nothing but undefined still counts as failed', async () => {
  await expect(runAll(new AbortController().signal, [() => Promise.reject(undefined), aborted])).rejects.toBeUndefined()
})

test('a part that is done early leaves the rest running', async () => {
  const stop = new AbortController()
  let running = true
  const all = runAll(stop.signal, [async () => undefined, (signal) => aborted(signal).then(() => void (running = false))])
  await new Promise(setImmediate)
  expect(running).toBe(true)
  stop.abort()
  await all
  expect(running).toBe(false)
})

test('waiting for an abort that has happened already does not wait', async () => {
  await expect(aborted(AbortSignal.abort())).resolves.toBeUndefined()
})

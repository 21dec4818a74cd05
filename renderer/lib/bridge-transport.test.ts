import { expect, test } from 'vitest'
import type { Answer } from '../../shared/contract/bridge.ts'
import { WindfallError, toProblem } from '../../shared/errors.ts'
import { createBridgeTransport } from './bridge-transport.ts'

const answering = (...answers: readonly Answer[]) => {
  const left = [...answers]
  return createBridgeTransport({ invoke: async () => left.shift() ?? GONE, subscribe: () => () => {} }, { now: () => 1_000 })
}
const VALUE: Answer = { ok: true, value: 42 }
const GONE: Answer = { ok: false, problem: toProblem(new WindfallError('instance.missing', 'Windfall is not running.')) }

test('a value comes through', async () => {
  expect(await answering(VALUE).invoke('getStatus', {})).toBe(42)
})

test('a problem becomes an error that keeps its code and sentence, and is no loss of the agent', async () => {
  const problem = toProblem(new WindfallError('not-found', 'This receipt is not on this machine.'))
  const transport = answering({ ok: false, problem })
  await expect(transport.invoke('getReceipt', {})).rejects.toMatchObject({ code: 'not-found', message: 'This receipt is not on this machine.' })
  expect(transport.link.get()).toEqual({ state: 'open' })
})

test('an agent in another process that ends is lost, and found again with its next answer', async () => {
  const { invoke, link } = answering(VALUE, GONE, GONE, VALUE, VALUE)
  const heard: string[] = []
  link.subscribe(() => heard.push(link.get().state))
  await invoke('getStatus', {})
  await expect(invoke('getStatus', {})).rejects.toMatchObject({ code: 'instance.missing' })
  await expect(invoke('getPower', {})).rejects.toMatchObject({ code: 'instance.missing' })
  expect(link.get()).toEqual({ state: 'lost', since: 1_000 })
  await invoke('getStatus', {})
  await invoke('getStatus', {})
  expect(heard).toEqual(['lost', 'open'])
})

test('trying at once finds an agent that is back, and says nothing new about one that is not', async () => {
  const { invoke, link } = answering(GONE, GONE, VALUE)
  await expect(invoke('getStatus', {})).rejects.toThrow()
  link.retry()
  await new Promise(setImmediate)
  expect(link.get().state).toBe('lost')
  const found = new Promise<void>((resolve) => link.subscribe(resolve))
  link.retry()
  await found
  expect(link.get().state).toBe('open')
})

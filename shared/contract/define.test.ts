import { expect, test } from 'vitest'
import { z } from 'zod'
import { WindfallError } from '../errors.ts'
import { type Handlers, type Transport, call, connect, event, parse, serve } from './define.ts'

const contract = {
  double: call(z.strictObject({ n: z.number().int().max(10), unit: z.string().default('J') }), z.strictObject({ n: z.number(), unit: z.string() })),
  fail: call(z.strictObject({}), z.strictObject({})),
  ticked: event(z.strictObject({ seq: z.number() })),
}
const asked: unknown[] = []
const handlers: Handlers<typeof contract, string> = {
  double: ({ n, unit }, who) => {
    asked.push([n, unit, who])
    return { n: n * 2, unit }
  },
  fail: () => {
    throw new WindfallError('conflict', 'Twice is one too many.')
  },
}
const server = serve(contract, handlers)

test('a call is checked on the way in, run for whoever asked, and checked on the way out', async () => {
  expect(await server.dispatch('double', { n: 4 }, 'ada')).toEqual({ n: 8, unit: 'J' })
  expect(asked.at(-1)).toEqual([4, 'J', 'ada'])
})

test.each([
  ['a field too many', { n: 1, more: 2 }, /more/],
  ['a wrong type', { n: '1' }, /n: /],
  ['a value out of range', { n: 11 }, /n: /],
  ['nothing', undefined, /value: /],
  ['null', null, /value: /],
  ['a list', [1], /value: /],
])('%s is refused with the name of what is wrong, and no handler sees it', async (_, input, message) => {
  const before = asked.length
  await expect(server.dispatch('double', input, 'ada')).rejects.toMatchObject({ code: 'input.invalid', message: expect.stringMatching(message) })
  expect(asked).toHaveLength(before)
})

test.each(['ticked', 'unknown', 'constructor', '__proto__', 'toString', ''])('“%s” is no call', async (name) => {
  await expect(server.dispatch(name, {}, 'ada')).rejects.toMatchObject({ code: 'not-found' })
})

test('what a handler throws arrives as it is; an answer outside the contract never leaves', async () => {
  await expect(server.dispatch('fail', {}, 'ada')).rejects.toMatchObject({ code: 'conflict', message: 'Twice is one too many.' })
  const leaky = serve<typeof contract, string>(contract, { ...handlers, double: () => ({ n: 1, unit: 'J', secret: 'key' }) as { n: number; unit: string } })
  await expect(leaky.dispatch('double', { n: 1 }, 'ada')).rejects.not.toBeInstanceOf(WindfallError)
})

const transportOf = (answer: unknown): Transport & { tell: (payload: unknown) => void } => {
  const listeners = new Set<(payload: unknown) => void>()
  return {
    invoke: async () => answer,
    subscribe: (_, listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    tell: (payload) => listeners.forEach((listener) => listener(payload)),
  }
}

test('a client trusts only answers that follow the contract, and does not blame the one who asked', async () => {
  expect(await connect(contract, transportOf({ n: 2, unit: 'J' })).call('double', { n: 1, unit: 'J' })).toEqual({ n: 2, unit: 'J' })
  for (const broken of [{ n: 2 }, { n: 2, unit: 'J', more: 1 }, null, 'ok', []])
    await expect(connect(contract, transportOf(broken)).call('double', { n: 1, unit: 'J' })).rejects.toMatchObject({
      code: 'internal',
      message: expect.stringContaining('answer to double'),
    })
})

test('an event is checked before the listener hears it, until it unsubscribes', () => {
  const heard: number[] = []
  const transport = transportOf(null)
  const stop = connect(contract, transport).on('ticked', ({ seq }) => heard.push(seq))
  transport.tell({ seq: 1 })
  expect(() => transport.tell({ seq: 'two' })).toThrow(expect.objectContaining({ code: 'internal' }))
  stop()
  transport.tell({ seq: 3 })
  expect(heard).toEqual([1])
})

test('a client and a server of one contract understand each other', async () => {
  const client = connect(contract, { ...transportOf(null), invoke: (name, input) => server.dispatch(name, JSON.parse(JSON.stringify(input)), 'wire') })
  expect(await client.call('double', { n: 3, unit: 'W' })).toEqual({ n: 6, unit: 'W' })
  await expect(client.call('double', { n: 99, unit: 'W' })).rejects.toMatchObject({ code: 'input.invalid' })
})

test('an explanation names the first five faults and what they are in', () => {
  const schema = z.strictObject(Object.fromEntries(Array.from({ length: 9 }, (_, index) => [`field${index}`, z.string()])))
  const failure = () => parse(schema, {}, 'settings file')
  expect(failure).toThrow(/^The settings file is not valid\. field0: .*; field4: /)
  expect(failure).not.toThrow(/field5/)
})

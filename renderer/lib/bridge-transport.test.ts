import { expect, test } from 'vitest'
import type { Answer } from '../../shared/contract/bridge.ts'
import { WindfallError, toProblem } from '../../shared/errors.ts'
import { createBridgeTransport } from './bridge-transport.ts'

const bridge = (answer: Answer) => ({ invoke: async () => answer, subscribe: () => () => {} })

test('a value comes through', async () => {
  expect(await createBridgeTransport(bridge({ ok: true, value: 42 })).invoke('getStatus', {})).toBe(42)
})

test('a problem becomes an error that keeps its code and sentence', async () => {
  const problem = toProblem(new WindfallError('not-found', 'This receipt is not on this machine.'))
  const asked = createBridgeTransport(bridge({ ok: false, problem })).invoke('getReceipt', {})
  await expect(asked).rejects.toMatchObject({ code: 'not-found', message: 'This receipt is not on this machine.' })
})

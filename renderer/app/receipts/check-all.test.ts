import { expect, test } from 'vitest'
import { WindfallError } from '../../../shared/errors.ts'
import { testBundle } from '../../../shared/domain/receipt-bundle.fake.ts'
import type { agentContract } from '../../../shared/contract/agent.ts'
import type { Client } from '../../../shared/contract/define.ts'
import type { Verification } from '../../../shared/domain/verification.ts'
import { createFakeWindowClock } from '../../lib/clock.fake.ts'
import { someReceipts } from '../../lib/fixtures.fake.ts'
import { type CheckAll, checkAll } from './check-all.ts'

const [row] = someReceipts()
const rows = (count: number) => Array.from({ length: count }, (_, index) => ({ ...(row as NonNullable<typeof row>), receiptId: `receipt-${index + 1}` }))
const bundle = await testBundle()

interface Set {
  readonly count: number
  readonly verify?: (index: number) => Promise<Verification>
  readonly get?: (receiptId: string) => void
}
const VALID: Verification = { valid: true, failedStep: null, steps: [] }

function setUp({ count, verify = async () => VALID, get = () => {} }: Set) {
  const all = rows(count)
  const told: CheckAll[] = []
  const clock = createFakeWindowClock(0)
  const stop = new AbortController()
  let checked = 0
  let breaths = 0
  const call = async (name: string, input: { after?: string | null; limit?: number; receiptId?: string }) => {
    if (name === 'getReceipt') {
      get(input.receiptId ?? '')
      return { bundle, pinnedKeys: [] }
    }
    const start = input.after == null ? 0 : all.findIndex(({ receiptId }) => receiptId === input.after) + 1
    const items = all.slice(start, start + (input.limit ?? 50))
    return { items, next: start + items.length < all.length ? (items.at(-1)?.receiptId ?? null) : null }
  }
  const run = () =>
    checkAll(
      {},
      {
        client: { call } as unknown as Client<typeof agentContract>,
        clock,
        verify: async () => {
          clock.advance(3)
          return verify(++checked)
        },
        breathe: async () => void breaths++,
        tell: (state) => void told.push(state),
      },
      stop.signal,
    )
  return { run, told, stop, breaths: () => breaths, last: () => told.at(-1) }
}

test('every receipt of every page is checked, and the page may breathe meanwhile', async () => {
  const { run, last, told, breaths } = setUp({ count: 450, verify: async (index) => (index === 7 ? { ...VALID, valid: false, failedStep: 'proofs' } : VALID) })
  await run()
  // All fixtures hold one bundle: whichever is not called by its name is another receipt.
  expect(last()).toMatchObject({ state: 'done', total: 450, checked: 450, missing: 0 })
  expect(last()?.failed.filter(({ step }) => step === 'proofs')).toHaveLength(1)
  expect(breaths()).toBeGreaterThan(100)
  expect(told.length).toBeLessThan(40)
})

test('one that is still on its way is no failure, and one that calls itself otherwise is', async () => {
  const { run, last } = setUp({
    count: 3,
    get: (id) => {
      if (id === 'receipt-2') throw new WindfallError('not-found', 'on its way')
    },
  })
  await run()
  expect(last()).toMatchObject({ checked: 3, missing: 1 })
  expect(last()?.failed.map(({ receipt, step }) => [receipt.receiptId, step])).toEqual([['receipt-3', null]])
})

test('cancelling ends it with what is known so far', async () => {
  const { run, last, stop } = setUp({
    count: 400,
    verify: async (index) => {
      if (index === 20) stop.abort()
      return VALID
    },
  })
  await run()
  expect(last()?.state).toBe('cancelled')
  expect(last()?.checked).toBeLessThan(40)
})

test('an agent that is gone ends it, and says why', async () => {
  const { run, last } = setUp({
    count: 5,
    get: () => {
      throw new WindfallError('unavailable', 'The agent does not answer.')
    },
  })
  await run()
  expect(last()).toMatchObject({ state: 'broken', checked: 0, error: { message: 'The agent does not answer.' } })
})

import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { splitPrice } from '../../../shared/domain/pay.ts'
import { lamports, microUsd } from '../../../shared/units.ts'
import { payoutFinalized, requesterDeposit, settleJob } from './entries.ts'

test('85 % of a price goes to the node, 15 % to the platform', () => {
  expect(splitPrice(microUsd(1_000_000n))).toEqual({ node: 850_000n, platform: 150_000n })
})

test('no price loses or makes a micro-USD, and the odd one is the node’s', () => {
  fc.assert(
    fc.property(fc.bigInt(0n, 10n ** 15n), (price) => {
      const { node, platform } = splitPrice(microUsd(price))
      expect(node + platform).toBe(price)
      expect(platform * 100n <= price * 15n && (platform + 1n) * 100n > price * 15n).toBe(true)
    }),
  )
})

test('a job settled below its reservation gives the rest back', () => {
  const { transfers } = settleJob({ jobId: 'j', requesterId: 'r', reserved: microUsd(1_000n), parts: [{ nodeId: 'n', price: microUsd(600n) }], at: 0 })
  expect(transfers).toEqual([
    { from: 'job:j:reserved', to: 'node:n:confirmed', asset: 'micro-usd', amount: 510n },
    { from: 'job:j:reserved', to: 'platform:revenue', asset: 'micro-usd', amount: 90n },
    { from: 'job:j:reserved', to: 'requester:r:prepaid', asset: 'micro-usd', amount: 400n },
  ])
})

test('of several nodes that ran a part of a job each is paid its own, and what rounding leaves is the node’s', () => {
  const parts = [
    { nodeId: 'a', price: microUsd(101n) },
    { nodeId: 'b', price: microUsd(7n) },
  ]
  const { transfers } = settleJob({ jobId: 'j', requesterId: 'r', reserved: microUsd(1_000n), parts, at: 0 })
  expect(transfers.map(({ to, amount }) => [to, amount])).toEqual([
    ['node:a:confirmed', 86n],
    ['platform:revenue', 15n],
    ['node:b:confirmed', 6n],
    ['platform:revenue', 1n],
    ['requester:r:prepaid', 892n],
  ])
})

test('a price above the reservation is refused', () => {
  expect(() => settleJob({ jobId: 'j', requesterId: 'r', reserved: microUsd(1n), parts: [{ nodeId: 'n', price: microUsd(2n) }], at: 0 })).toThrow(
    expect.objectContaining({ code: 'ledger.unbalanced' }),
  )
})

test('a transaction that moves nothing has no transfers', () => {
  expect(requesterDeposit({ id: 'd', requesterId: 'r', amount: microUsd(0n), at: 0 }).transfers).toEqual([])
})

test('a paid payout trades micro-USD for lamports and leaves the exchange without lamports', () => {
  const { transfers } = payoutFinalized({ payoutId: 'p', nodeId: 'n', microUsd: microUsd(850n), lamports: lamports(4_250n), at: 0 })
  const change = (account: string) =>
    transfers.reduce((sum, one) => sum + (one.to === account ? one.amount : 0n) - (one.from === account ? one.amount : 0n), 0n)
  expect(['node:n:paying', 'node:n:paid', 'platform:treasury', 'exchange:lamports', 'external:chain'].map(change)).toEqual([-850n, 850n, -4_250n, 0n, 4_250n])
})

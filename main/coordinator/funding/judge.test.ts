import { array, assert, bigInt, constantFrom, integer, property, record } from 'fast-check'
import { expect, test } from 'vitest'
import { lamports } from '../../../shared/units.ts'
import type { ChainTransaction } from '../../chain/chain.ts'
import { type FundingRequest, judgePayment, stateAfter } from './judge.ts'
import { decimal, transferUrl } from './solana-pay.ts'

const [RECIPIENT, MINT, OTHER_MINT] = ['recipient', 'usdc', 'another']
const SOL: FundingRequest = {
  depositId: 'd',
  requesterId: 'ada',
  asset: 'sol',
  microUsd: 5_000_000n,
  units: 25_000_000n,
  rate: '1 SOL = 200 USD',
  recipient: RECIPIENT,
  mint: null,
  reference: 'reference',
  state: 'waiting',
  createdAt: 0,
  expiresAt: 1_000,
}
const USDC: FundingRequest = { ...SOL, asset: 'usdc', units: 5_000_000n, mint: MINT }

const transaction = ({
  sol = 0n,
  tokens = [],
  err = null,
}: {
  sol?: bigint
  tokens?: readonly (readonly [string, bigint, string?])[]
  err?: string | null
}): ChainTransaction => ({
  slot: 1,
  err,
  fee: lamports(5_000n),
  memos: [],
  blockTime: 0,
  changes: new Map([[RECIPIENT, lamports(sol)]]),
  tokenChanges: tokens.map(([mint, change, owner = RECIPIENT]) => ({ account: `${owner}-${mint}`, mint, owner, change })),
})

test.each([
  ['exactly what was asked for, in SOL', SOL, { sol: 25_000_000n }, 'credited', 5_000_000n],
  ['exactly what was asked for, in USDC', USDC, { tokens: [[MINT, 5_000_000n]] }, 'credited', 5_000_000n],
  ['less', SOL, { sol: 24_999_999n }, 'held', 4_999_999n],
  ['more', USDC, { tokens: [[MINT, 6_000_000n]] }, 'held', 6_000_000n],
  ['another token', USDC, { tokens: [[OTHER_MINT, 5_000_000n]] }, 'held', 0n],
  ['SOL instead of USDC', USDC, { sol: 25_000_000n }, 'held', 0n],
  ['USDC instead of SOL', SOL, { tokens: [[MINT, 5_000_000n]] }, 'held', 0n],
  ['a second payment', { ...SOL, state: 'credited' as const }, { sol: 25_000_000n }, 'held', 5_000_000n],
] as const)('%s', (_, request, arrived, state, worth) => {
  expect(judgePayment(request, transaction(arrived), 0)).toMatchObject({ state, worthMicroUsd: worth })
})

test.each([
  ['a transaction that failed', { sol: 25_000_000n, err: 'custom' }],
  ['a transaction that only bears the reference', {}],
  ['money that left', { sol: -25_000_000n }],
  ['money for somebody else', { tokens: [[MINT, 5_000_000n, 'somebody']] as const }],
])('%s is no payment', (_, arrived) => {
  expect(judgePayment(SOL, transaction(arrived), 0)).toBeNull()
})

test('what lands in time counts, and a millisecond later the rate may no longer hold', () => {
  expect(judgePayment(SOL, transaction({ sol: SOL.units }), SOL.expiresAt)).toMatchObject({ state: 'credited' })
  expect(judgePayment(SOL, transaction({ sol: SOL.units }), SOL.expiresAt + 1)).toMatchObject({ state: 'held', worthMicroUsd: 5_000_000n })
})

test('whatever arrives, in whatever order, a request is credited at most once, and only for exactly what it asks', () => {
  const Arrival = record({
    sol: bigInt(-30_000_000n, 30_000_000n),
    usdc: bigInt(-6_000_000n, 6_000_000n),
    exact: integer({ min: 0, max: 2 }),
    at: integer({ min: 0, max: 2_000 }),
  })
  assert(
    property(constantFrom(SOL, USDC), array(Arrival, { maxLength: 8 }), (first, arrivals) => {
      let [request, credited] = [first, 0n]
      for (const { sol, usdc, exact, at } of arrivals) {
        const arrived =
          exact > 0 ? (first.mint === null ? { sol: first.units } : { tokens: [[MINT, first.units]] as const }) : { sol, tokens: [[MINT, usdc]] as const }
        const payment = judgePayment(request, transaction(arrived), at)
        if (!payment) continue
        expect(payment.units).toBeGreaterThan(0n)
        if (payment.state === 'credited') {
          credited += payment.worthMicroUsd
          expect([payment.units, at <= first.expiresAt]).toEqual([first.units, true])
        }
        request = { ...request, state: stateAfter(request, payment) }
      }
      expect([0n, first.microUsd]).toContain(credited)
      expect(request.state === 'credited').toBe(credited > 0n)
    }),
    { numRuns: 300 },
  )
})

test('amounts are written as wallets read them, and the whole request fits a QR code', () => {
  expect([1n, 1_500_000_000n, 25_000_000_000n, 10n].map((units) => decimal(units, 9))).toEqual(['0.000000001', '1.5', '25', '0.00000001'])
  const key = '4uQeVj5tqViQh7yWWGStvkEG1Zmhx6uasJtWCJziofM1'
  const request = { recipient: key, units: 5_000_000n, decimals: 6, mint: key, reference: key, memo: 'wf-deposit:0197', message: 'Deposit of $5.00 for jobs' }
  const url = transferUrl(request)
  expect(url).toBe(`solana:${key}?amount=5&spl-token=${key}&reference=${key}&label=Windfall&message=Deposit%20of%20%245.00%20for%20jobs&memo=wf-deposit%3A0197`)
  expect(transferUrl({ ...request, mint: null })).not.toContain('spl-token')
  expect(url.length).toBeLessThan(412)
})

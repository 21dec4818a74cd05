import { expect, test } from 'vitest'
import type { PayoutStatus } from '../../shared/contract/payout-admin.ts'
import { arriving, changeLines, rebuildLines, statusLines } from './payout-text.ts'

const [PRESENT, NEXT] = ['P'.repeat(43), 'N'.repeat(43)]

test('while another address waits, it is said which of the two is paid, and until when', () => {
  expect(changeLines({ address: PRESENT, pending: null })).toEqual([])
  const pending = { address: NEXT, source: 'pasted', requestedAt: '2026-11-21T14:30:00.000Z', effectiveAt: '2026-11-22T14:30:00.000Z' } as const
  expect(changeLines({ address: PRESENT, pending }).join(' ')).toMatch(
    new RegExp(`${NEXT} takes over on 2026-11-22 14:30 UTC.*a claim goes to the present address, ${PRESENT}.*windfall wallet cancel`),
  )
})

test('a payment that is booked at another rate than that of its time is labelled so', () => {
  const one = { signature: 'S'.repeat(88), memo: 'wf1:x', lamports: '-5', microUsdc: '0', verdict: 'addresses', explanation: 'It paid 1 nodes.' } as const
  const lines = rebuildLines({ applied: true, transactions: 3, known: 2, found: [{ ...one, rate: '1 SOL = 150 USD, of the rebuild, not of its time' }] })
  expect(lines).toContain('    rate: 1 SOL = 150 USD, of the rebuild, not of its time')
})

test('what arrives is shown in the asset that it arrives in', () => {
  expect(arriving({ lamports: '4250000' })).toBe('0.004250000 SOL')
  expect(arriving({ asset: 'usdc', lamports: '0', microUsdc: '850000' })).toBe('0.850000 USDC')
})

const status: PayoutStatus = {
  cluster: 'devnet',
  hotWallet: 'A'.repeat(44),
  paused: null,
  trouble: null,
  purses: [{ asset: 'sol', balance: '1000000000', booked: '1000000000', inFlight: '0' }],
  refill: { needed: false, message: 'The hot wallet holds enough.' },
  waiting: { claims: 0, approvals: 0, open: 0 },
  caps: {
    hour: { usedMicroUsd: '0', maxMicroUsd: '1' },
    day: { usedMicroUsd: '0', maxMicroUsd: '1' },
    recipientDayMicroUsd: '1',
    approvalAboveMicroUsd: '1',
  },
}

test('how payouts stand says what to do next, and calls nothing sound that nobody could look at', () => {
  expect(statusLines(status)).toContain('✓ The hot wallet holds enough.')
  expect(statusLines(status).join(' ')).not.toContain('✗')
  expect(statusLines({ ...status, waiting: { claims: 0, approvals: 1, open: 1 } }).join(' ')).toMatch(
    /✗ .*windfall payout batches --waiting.*windfall payout approve BATCH/,
  )
  const blind = { ...status, purses: [{ ...status.purses[0], asset: 'sol' as const, booked: '0', inFlight: '0', balance: null }] }
  expect(statusLines({ ...blind, refill: { needed: false, message: 'No Solana endpoint answers.' } })).toContain('✗ No Solana endpoint answers.')
})

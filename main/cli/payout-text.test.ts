import { expect, test } from 'vitest'
import { arriving, changeLines, rebuildLines } from './payout-text.ts'

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

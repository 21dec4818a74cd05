import { expect, test } from 'vitest'
import type { StatementLine } from '../../../shared/contract/ledger.ts'
import { lastMonths, spendingOf } from './spending.ts'

const line = (kind: string, amount: string, asset: 'micro-usd' | 'micro-usdc' = 'micro-usd'): StatementLine => ({
  transactionId: `${kind}:1`,
  kind,
  at: '2026-11-02T00:00:00.000Z',
  note: null,
  changes: [{ account: 'requester:r:prepaid', asset, amount }],
})

test('what is set aside and given back is no spending; what jobs cost is', () => {
  const lines = [
    line('deposit', '10000000'),
    line('reserve', '-3000000'),
    line('close', '1000000'),
    line('refund', '-500000'),
    line('deposit', '7', 'micro-usdc'),
  ]
  expect(spendingOf(lines)).toEqual({ paidIn: 9_500_000n, spent: 2_000_000n })
})

test('months go back over the end of a year', () => {
  expect(lastMonths(Date.parse('2026-01-31T23:59:00Z'), 3)).toEqual(['2026-01', '2025-12', '2025-11'])
})

import { expect, test } from 'vitest'
import { hrefOf, type Route, routeOf } from './router.ts'

const routes: Route[] = [
  { page: 'home' },
  { page: 'jobs' },
  { page: 'job', id: '01998f3e-7f3a' },
  { page: 'receipts' },
  { page: 'receipt', receiptId: 'receipt-1' },
  { page: 'earnings' },
  { page: 'earning', earningId: 'earning-1' },
  { page: 'payouts' },
  { page: 'payout', payoutId: 'payout-1' },
  { page: 'machine' },
  { page: 'day' },
]

test.each(routes)('$page leads where its address says', (route) => expect(routeOf(hrefOf(route))).toEqual(route))

test('no address is home', () => {
  expect(routeOf('')).toEqual({ page: 'home' })
  expect(routeOf('#')).toEqual({ page: 'home' })
})

test('only a list that can be searched goes on behind a question mark', () => {
  expect(routeOf('#/receipts?find=a%2Fb?c&grid=live')).toEqual({ page: 'receipts' })
  expect(routeOf('#/receipts/receipt-1?find=a')).toBeNull()
  expect(routeOf('#/jobs?find=a')).toBeNull()
})

test.each(['#/nowhere', '#/jobs/', '#/jobs/a/b', '#/jobs/%3Cscript%3E', '#/receipts/../home', `#/receipts/${'x'.repeat(65)}`])('%s is no page', (hash) =>
  expect(routeOf(hash)).toBeNull(),
)

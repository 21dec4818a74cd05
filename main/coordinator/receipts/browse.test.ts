import { expect, test } from 'vitest'
import { testBundle } from '../../../shared/domain/receipt-bundle.fake.ts'
import type { ReceiptFilter, WorkedCursor, WorkedReceipt } from './browse.store.ts'
import { workedPages } from './browse.ts'
import { exportReceipts } from './export.ts'

const { receipt: envelope } = await testBundle()
const ALL = 2_000

/** As many receipts as are asked for, and how they were asked for. */
function fakeBrowser() {
  const asked: { readonly after: number | null; readonly limit: number }[] = []
  const worked = async (_: ReceiptFilter, after: WorkedCursor | null, limit: number): Promise<WorkedReceipt[]> => {
    asked.push({ after: after?.leafIndex ?? null, limit })
    const first = (after?.leafIndex ?? -1) + 1
    return Array.from({ length: Math.max(0, Math.min(limit, ALL - first)) }, (_, n) => ({
      receiptId: `receipt-${first + n}`,
      leafIndex: first + n,
      envelope,
      requesterId: null,
      endedAt: Math.floor((first + n) / 3),
      gpuHours: 0,
    }))
  }
  return { asked, worked }
}

const sources = { bundleOf: () => testBundle(), credentialOf: async ({ receiptId }: WorkedReceipt) => receiptId }

test('an export reads a page when the one before it is written, and no more', async () => {
  const browser = fakeBrowser()
  const pieces = exportReceipts(browser, {}, sources).csv()
  await pieces.next()
  expect(browser.asked).toHaveLength(0)
  await pieces.next()
  expect(browser.asked).toEqual([{ after: null, limit: 200 }])
  await pieces.next()
  expect(browser.asked).toEqual([
    { after: null, limit: 200 },
    { after: 199, limit: 200 },
  ])
  await pieces.return(undefined)
  expect(browser.asked).toHaveLength(2)
})

test('every receipt is read once, a page at a time, to the last full page', async () => {
  const browser = fakeBrowser()
  const seen: number[] = []
  for await (const page of workedPages(browser, {})) seen.push(...page.map(({ leafIndex }) => leafIndex))
  expect(seen).toEqual(Array.from({ length: ALL }, (_, n) => n))
  expect(browser.asked.map(({ after }) => after)).toEqual([null, ...Array.from({ length: 10 }, (_, n) => 200 * n + 199)])
})

test('lines are made one by one', async () => {
  const browser = fakeBrowser()
  const lines = exportReceipts(browser, {}, sources).vc()
  expect((await lines.next()).value).toBe('receipt-0')
  expect((await lines.next()).value).toBe('\nreceipt-1')
  expect(browser.asked).toEqual([{ after: null, limit: 20 }])
})

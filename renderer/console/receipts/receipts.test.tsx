import { expect, test } from 'vitest'
import type { ReceiptSummary } from '../../../shared/contract/receipt.ts'
import type { ReceiptBundle } from '../../../shared/domain/carbon-receipt.ts'
import { testBundle, testLogKey, testReceiptKey } from '../../../shared/domain/receipt-bundle.fake.ts'
import { WindfallError } from '../../../shared/errors.ts'
import { NOW } from '../../lib/afternoon.fake.ts'
import { type FakeHandlers, aPerson, openConsole } from '../console.fake.tsx'

const aReceipt = (changes: Partial<ReceiptSummary> = {}): ReceiptSummary => ({
  receiptId: 'receipt-1',
  jobId: 'job-1',
  nodeId: 'n'.repeat(43),
  zone: 'GB-13',
  issuedAt: new Date(NOW).toISOString(),
  energyWh: 120,
  emissionsG: 14.4,
  attributedSavingG: -1.2,
  origin: 'recorded',
  recordedOn: '2024-03-18',
  method: 'estimate',
  leafIndex: 7,
  ...changes,
})

async function receiptHandlers(bundle?: ReceiptBundle): Promise<FakeHandlers> {
  const held = bundle ?? (await testBundle())
  return {
    listReceipts: () => ({ items: [aReceipt()], next: null }),
    getReceipt: () => held,
    keys: () => ({
      receiptKey: testReceiptKey.publicJwk,
      logKey: testLogKey.publicJwk,
      logId: testLogKey.keyId,
      cluster: 'localnet',
      hotWallet: '1'.repeat(32),
    }),
    treeHead: () => ({ treeHead: held.inclusion.treeHead }),
    logAnchors: () => ({ items: [], next: null }),
  }
}

test('receipts say where their numbers come from, and what is looked for is in the address', async () => {
  const { screen, coordinator } = await openConsole({ address: '#/receipts?job=job-1&since=2026-11-20', handlers: await receiptHandlers() })
  await expect.element(screen.getByRole('row', { name: /receipt-1.*GB-13.*120.Wh.*14\.4.g.*−1\.2.g.*estimate.*recorded 18 March 2024/ })).toBeVisible()
  expect(coordinator.asked).toContainEqual({
    name: 'listReceipts',
    input: expect.objectContaining({ job: 'job-1', since: '2026-11-20T00:00:00.000Z', limit: 200 }),
  })
  await expect.element(screen.getByText('Not anchored on chain yet.')).toBeVisible()
  await expect.element(screen.getByText('Root hash')).toBeVisible()
})

test('what cannot be meant is not looked for, and said', async () => {
  const { screen, coordinator } = await openConsole({ address: '#/receipts?node=half', handlers: await receiptHandlers() })
  await expect.element(screen.getByRole('heading', { name: 'Receipts', exact: true })).toBeVisible()
  await expect.element(screen.getByText('“half” is not looked for: write the whole id of a node, which has 43 characters.')).toBeVisible()
  await expect.element(screen.getByRole('searchbox', { name: 'Node' })).toHaveValue('half')
  expect(coordinator.asked.find(({ name }) => name === 'listReceipts')?.input).not.toHaveProperty('node')
})

test('a receipt is checked in this browser, and a changed one is not believed', async () => {
  const { screen, coordinator } = await openConsole({ address: '#/receipts/receipt-1', me: aPerson('auditor'), handlers: await receiptHandlers() })
  await expect.element(screen.getByText('Valid', { exact: true })).toBeVisible()
  // As on every page of the console, in UTC and said to be.
  await expect.element(screen.getByText(/^(?:\d+ \w+ )?\d\d:\d\d:\d\dZ$/).first()).toBeVisible()
  const bundle = await testBundle()
  const [first, ...others] = bundle.proofs
  if (!first) throw new Error('a bundle has a proof')
  coordinator.answer({
    getReceipt: () => ({ ...bundle, proofs: [{ ...first, payload: btoa(atob(first.payload).replace('RTX 4080', 'RTX 4090')) }, ...others] }),
  })
  location.hash = '#/receipts/receipt-2'
  await expect.element(screen.getByText('Not valid', { exact: true })).toBeVisible()
})

test('a receipt that is not there says so', async () => {
  const { screen, coordinator } = await openConsole({ address: '#/receipts', handlers: await receiptHandlers() })
  coordinator.fail('getReceipt', new WindfallError('not-found', 'There is no receipt receipt-9.'))
  location.hash = '#/receipts/receipt-9'
  await expect.element(screen.getByRole('alert').getByText(/There is no receipt receipt-9/)).toBeVisible()
})

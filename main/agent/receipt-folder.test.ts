import { mkdtempSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { testBundle } from '../../shared/domain/receipt-bundle.fake.ts'
import { verifyReceipt } from '../../shared/domain/verify-receipt.ts'
import { nodeVerifyPort } from '../kernel/verify-port.ts'
import { createReceiptFolder } from './receipt-folder.ts'

test('a receipt becomes a file that its owner alone can read and anyone can verify, and it is never written over', async () => {
  const data = mkdtempSync(join(tmpdir(), 'windfall-receipts-'))
  const bundle = await testBundle()
  const folder = createReceiptFolder(data)
  folder.write('receipt-1', bundle)
  const file = join(data, 'receipts', 'receipt-1.wfreceipt')
  expect([statSync(file).mode & 0o777, statSync(join(data, 'receipts')).mode & 0o777]).toEqual([0o600, 0o700])
  expect(await verifyReceipt(readFileSync(file), { crypto: nodeVerifyPort })).toMatchObject({ valid: true })
  writeFileSync(file, 'kept')
  folder.write('receipt-1', bundle)
  createReceiptFolder(data).write('receipt-1', bundle)
  expect(readFileSync(file, 'utf8')).toBe('kept')
  expect(readdirSync(join(data, 'receipts'))).toEqual(['receipt-1.wfreceipt'])
})

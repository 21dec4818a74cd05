import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { type ReceiptBundle } from '../../shared/domain/carbon-receipt.ts'
import { testBundle } from '../../shared/domain/receipt-bundle.fake.ts'
import { readReceipt, readReceipts, receiptFile } from './receipt-files.ts'
import { run } from './run.fixture.ts'

const bundle = await testBundle()
const issued = (at: string): Promise<ReceiptBundle> =>
  testBundle({ statement: (statement) => ({ ...statement, predicate: { ...statement.predicate, issuedAt: at, receiptId: `at-${at.slice(11, 13)}` } }) })

async function folder(...files: readonly (readonly [string, string])[]): Promise<string> {
  const data = mkdtempSync(join(tmpdir(), 'windfall-receipts-'))
  mkdirSync(join(data, 'receipts'))
  for (const [name, text] of files) writeFileSync(join(data, 'receipts', name), text)
  return data
}

test('receipts are read newest first, whatever their files are called; damaged ones are named apart', async () => {
  const data = await folder(
    ['b.wfreceipt', JSON.stringify(await issued('2026-11-21T14:31:00.000Z'))],
    ['a.wfreceipt', JSON.stringify(await issued('2026-11-21T16:31:00.000Z'))],
    ['c.wfreceipt', JSON.stringify(await issued('2026-11-21T15:31:00.000Z'))],
    ['broken.wfreceipt', '{"bundle":'],
    ['other.wfreceipt', '{}'],
    ['notes.txt', 'not a receipt at all'],
  )
  const { receipts, unreadable } = readReceipts(data)
  expect(receipts.map(({ predicate }) => predicate.receiptId)).toEqual(['at-16', 'at-15', 'at-14'])
  expect(unreadable.toSorted()).toEqual([join(data, 'receipts', 'broken.wfreceipt'), join(data, 'receipts', 'other.wfreceipt')])
})

test('a folder that is not there is empty', () => {
  expect(readReceipts('/nowhere/at/all')).toEqual({ receipts: [], unreadable: [] })
})

test('a file that is no receipt says so with its name', async () => {
  const data = await folder(['broken.wfreceipt', '{"bundle":'])
  for (const file of [receiptFile(data, 'broken'), receiptFile(data, 'missing')])
    expect(() => readReceipt(file)).toThrow(expect.objectContaining({ code: 'receipt.unreadable', message: expect.stringContaining(file) }))
})

test('the command lists them with nothing running, as many as asked for, and says which are damaged', async () => {
  const data = await folder(
    ['a.wfreceipt', JSON.stringify(await issued('2026-11-21T14:31:00.000Z'))],
    ['b.wfreceipt', JSON.stringify(await issued('2026-11-21T15:31:00.000Z'))],
    ['broken.wfreceipt', ''],
  )
  const text = await run('receipt', 'list', '--data', data)
  expect([text.code, text.err]).toEqual([0, expect.stringContaining('broken.wfreceipt is damaged')])
  expect(
    text.out
      .trim()
      .split('\n')
      .map((line) => line.split(' ')[0]),
  ).toEqual(['receipt', 'at-15', 'at-14'])
  const json = await run('receipt', 'list', '--data', data, '--limit', '1', '--json')
  expect(JSON.parse(json.out)).toMatchObject({ items: [{ receiptId: 'at-15', zone: 'GB-13' }], unreadable: [expect.stringContaining('broken')] })
  const none = await run('receipt', 'list', '--data', await folder())
  expect([none.code, none.out]).toEqual([0, expect.stringContaining('No receipts in')])
})

test('one receipt is shown by its id or its file, in words and as it is', async () => {
  const data = await folder(['receipt-1.wfreceipt', JSON.stringify(bundle)])
  for (const name of ['receipt-1', receiptFile(data, 'receipt-1')]) {
    const { code, out } = await run('receipt', 'show', name, '--data', data)
    expect([code, out]).toEqual([0, expect.stringMatching(/receipt-1[\s\S]*GB-13|receipt-1[\s\S]*attributed saving[\s\S]*not anchored yet/)])
  }
  expect(JSON.parse((await run('receipt', 'show', 'receipt-1', '--data', data, '--json')).out)).toEqual(JSON.parse(JSON.stringify(bundle)))
  const missing = await run('receipt', 'show', 'receipt-2', '--data', data)
  expect([missing.code, missing.err]).toEqual([2, expect.stringMatching(/receipt-2\.wfreceipt cannot be read \(ENOENT.*windfall receipt list/)])
})

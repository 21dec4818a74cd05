/** Whose keys a receipt is judged by. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { serializeBundle } from '../../../shared/domain/open-bundle.ts'
import { testBundle, testLogKey, testNode, testReceiptKey } from '../../../shared/domain/receipt-bundle.fake.ts'
import { pinAtFirstUse } from '../key-pins.ts'
import { receiptFile, receiptsDirectory } from '../receipt-files.ts'
import { run } from '../run.fixture.ts'

const data = mkdtempSync(join(tmpdir(), 'windfall-receipt-job-'))
const file = receiptFile(data, 'receipt-1')
const [OURS, OTHERS] = ['https://ours.example', 'https://others.example']
const GIVEN: readonly [what: string, args: readonly string[]][] = [
  ['a file', [file]],
  ['a job', ['--job', 'job-1']],
]
const fetched = vi.fn<typeof fetch>(() => Promise.reject(new Error('the network was asked')))

const meet = (url: string, keys: readonly string[]) => pinAtFirstUse({ dataDirectory: data, url, published: async () => keys, now: 0 })
const verify = (...args: string[]) => run('receipt', 'verify', ...args, '--data', data)

beforeAll(async () => {
  vi.stubGlobal('fetch', fetched)
  mkdirSync(receiptsDirectory(data), { recursive: true })
  writeFileSync(file, serializeBundle(await testBundle()))
  await meet(OURS, [testReceiptKey.keyId, testLogKey.keyId])
  await meet(OTHERS, [testNode.keyId])
})
afterAll(() => {
  vi.unstubAllGlobals()
  rmSync(data, { recursive: true, force: true })
})

test.each(GIVEN)('%s: of a coordinator that was met, what it publishes by now does not count', async (_, args) => {
  expect(await verify(...args, '--coordinator', OURS)).toMatchObject({ code: 0 })
  expect(fetched).not.toHaveBeenCalled()
})

test.each(GIVEN)('%s: what one coordinator signed is not another’s, although both were met', async (_, args) => {
  expect(await verify(...args)).toMatchObject({ code: 0 })
  expect(await verify(...args, '--coordinator', OTHERS)).toMatchObject({ code: 1, out: expect.stringContaining('coordinator-key') })
})

test('pins that are damaged are not taken for a coordinator that was never met', async () => {
  const { file: pins } = await meet('https://third.example', [testNode.keyId])
  writeFileSync(pins, '{"origin":')
  await expect(meet('https://third.example', [testLogKey.keyId])).rejects.toMatchObject({
    code: 'config.invalid',
    message: expect.stringContaining('Remove it'),
  })
  expect(await verify(file)).toMatchObject({ code: 0 })
})

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import type { JobView } from '../../shared/contract/job.ts'
import type { ReceiptBundle } from '../../shared/domain/carbon-receipt.ts'
import { testBundle, testLogKey, testNode, testReceiptKey } from '../../shared/domain/receipt-bundle.fake.ts'
import { createFakeClock } from '../kernel/clock.fake.ts'
import { sha256Hex } from '../kernel/signing.ts'
import { checkJob, fileDigest } from './job-check.ts'
import { type Fetching, fetchReceipts, outputOf, receiptsOf } from './job-receipts.ts'
import { everyPin, pinAtFirstUse, pinsOf } from './key-pins.ts'
import type { ReceiptOnDisk } from './receipt-files.ts'

const data = mkdtempSync(join(tmpdir(), 'windfall-job-check-'))
afterAll(() => rmSync(data, { recursive: true, force: true }))

const PINS = [testReceiptKey.keyId, testLogKey.keyId]
const OUTPUT = 'd'.repeat(64)
const job = (changes: Partial<JobView> = {}): JobView =>
  ({ jobId: 'job-1', state: 'completed', reason: null, message: null, receiptIds: ['receipt-1'], ...changes }) as JobView

let bundle: ReceiptBundle
let receipts: ReceiptOnDisk[]

/** A coordinator that knows one job, which becomes the next of these at each look, and its receipt. */
function knowing(views: JobView[], found: ReceiptBundle = bundle): Fetching {
  const call = vi.fn<(name: string) => Promise<unknown>>(async (name) => (name === 'getReceipt' ? found : views.length > 1 ? views.shift() : views[0]))
  return { client: { call } as unknown as Fetching['client'], dataDirectory: data, clock: createFakeClock() }
}

beforeAll(async () => {
  bundle = await testBundle()
  receipts = await fetchReceipts(job(), knowing([job()]))
})

test('a job is verified by receipts that hold and by its result', async () => {
  expect(await checkJob(receipts, PINS, OUTPUT)).toMatchObject({ verified: true, resultMatches: true, receipts: [{ receiptId: 'receipt-1', valid: true }] })
  const { lines } = await checkJob(receipts, PINS, null)
  expect(lines).toEqual([expect.stringMatching(/^receipt {3}receipt-1 {2}valid, .* in GB-13: .*receipt-1\.wfreceipt$/), 'Verified.'])
})

test.each([
  [
    'another result',
    () => checkJob(receipts, PINS, 'e'.repeat(64)),
    /^result .* NOT what the receipts name\. Fetch it again with: windfall job result \S+ --output FILE$/,
  ],
  [
    'a receipt of somebody else',
    () => checkJob(receipts, [testNode.keyId], OUTPUT),
    /NOT VALID: the step “coordinator-key” failed\. See why: windfall receipt verify/,
  ],
  ['no receipt at all', () => checkJob([], PINS, null), /^Not verified\.$/],
])('a job with %s is not verified, which is said', async (_, check, words) => {
  const { verified, lines } = await check()
  expect(verified).toBe(false)
  expect(lines).toContainEqual(expect.stringMatching(words))
  expect(lines.at(-1)).toBe('Not verified.')
})

test('a receipt that has been changed on this machine is found', async () => {
  const [receipt] = receipts
  if (!receipt) return expect.fail('there is no receipt')
  const changed = join(data, 'changed.wfreceipt')
  writeFileSync(changed, readFileSync(receipt.file, 'utf8').replace(/"payload":"(.{40})./, '"payload":"$1A'))
  expect(await checkJob([{ ...receipt, file: changed }], PINS, OUTPUT)).toMatchObject({ verified: false, receipts: [{ valid: false }] })
})

test('receipts come to this machine as they were issued, and are found there by their job', () => {
  expect(receiptsOf(data, 'job-1').map(({ predicate }) => predicate.receiptId)).toEqual(['receipt-1'])
  expect(receiptsOf(data, 'job-2')).toEqual([])
  expect(receipts.map(outputOf)).toEqual([OUTPUT])
})

test('a job that has completed is asked again until its receipt is there', async () => {
  const asked = knowing([job({ receiptIds: [] }), job({ receiptIds: [] }), job()])
  const found = fetchReceipts(job({ receiptIds: [] }), asked)
  await (asked.clock as ReturnType<typeof createFakeClock>).advance(2_000)
  expect(await found).toHaveLength(1)
})

test.each([
  [
    'one that has failed',
    job({ state: 'failed', message: 'Exit code 3.', receiptIds: [] }),
    'not-found',
    /Job job-1 is failed \(Exit code 3\.\).*windfall job show job-1/,
  ],
  ['one whose receipt does not come', job({ receiptIds: [] }), 'unavailable', /not there yet\. Try again: windfall receipt fetch job-1/],
  ['a receipt about another job', job({ jobId: 'job-2' }), 'internal', /another receipt than receipt-1 of job job-2.*tell its operator/],
])('%s is an error that says what to do', async (_, view, code, message) => {
  const asked = knowing([view])
  const failed = expect(fetchReceipts(view, asked)).rejects.toMatchObject({ code, message: expect.stringMatching(message) })
  await (asked.clock as ReturnType<typeof createFakeClock>).advance(200_000)
  await failed
})

test('a file that is there has a digest, and one that is not says where it comes from', async () => {
  const file = join(data, 'result')
  writeFileSync(file, 'the picture')
  expect(await fileDigest(file)).toBe(sha256Hex('the picture'))
  await expect(fileDigest(join(data, 'none'))).rejects.toMatchObject({
    code: 'input.invalid',
    message: expect.stringContaining('windfall job result JOB --output FILE'),
  })
})

test('keys are pinned when a coordinator is first met, and stay so whatever it publishes later', async () => {
  const meet = (url: string, keys: readonly string[]) =>
    pinAtFirstUse({ dataDirectory: data, url, published: async () => keys, now: Date.parse('2026-11-22T12:00:00Z') })
  expect(await meet('https://a.example/x', PINS)).toMatchObject({ keys: PINS, isNew: true, origin: 'https://a.example', pinnedAt: '2026-11-22T12:00:00.000Z' })
  expect(await meet('https://a.example', [testNode.keyId])).toMatchObject({ keys: PINS, isNew: false })
  expect(pinsOf(data, 'https://b.example')).toBeNull()
  await meet('https://b.example', [testNode.keyId])
  expect(everyPin(data).toSorted()).toEqual([...PINS, testNode.keyId].toSorted())
  expect(everyPin(join(data, 'nowhere'))).toEqual([])
})

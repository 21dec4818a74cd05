import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { DisputeView, LedgerStatement, PeriodView, RequesterMoney } from '../../../shared/contract/ledger.ts'
import { microUsd, toIso } from '../../../shared/units.ts'
import { OPERATOR } from '../../coordinator/core.fake.ts'
import { type TestServer, startTestServer } from '../../coordinator/http/http.fake.ts'
import { reserveForJob, settleJob } from '../../coordinator/ledger/entries.ts'
import { book } from '../../coordinator/ledger/ledger.ts'
import { transact } from '../../coordinator/persistence/database.ts'
import { generateApiKey, grantApiKey } from '../../coordinator/registry/api-keys.ts'
import { pinAtFirstUse } from '../key-pins.ts'
import { run } from '../run.fixture.ts'

const OPERATOR_KEY = generateApiKey((bytes) => new Uint8Array(bytes).fill(7))
let data: string
let url: string
let server: TestServer
let nodeId: string
let ada: string

const as = (key: string, ...args: string[]) => run(...args, '--data', data, '--coordinator', url, '--key', key)
const operator = (...args: string[]) => as(OPERATOR_KEY, ...args)
async function asked<T>(...args: string[]): Promise<T> {
  const { code, out, err } = await operator(...args, '--json')
  expect({ code, err: code === 0 ? '' : err }).toEqual({ code: 0, err: '' })
  return JSON.parse(out) as T
}

/** Ada has paid in $10, and $1 of it has gone to a job that took $3 aside. */
beforeEach(async () => {
  data = mkdtempSync(join(tmpdir(), 'windfall-ledger-'))
  server = await startTestServer()
  const { core } = server
  await grantApiKey(core.db, { requesterId: OPERATOR, name: 'Operator', apiKey: OPERATOR_KEY, at: 0 })
  url = await server.app.listen({ host: '127.0.0.1', port: 0 })
  nodeId = (await core.enrol()).nodeId
  ada = (await asked<{ apiKey: string }>('requester', 'add', 'ada')).apiKey
  await operator('requester', 'fund', 'ada', '--usd', '10', '--deposit', 'first')
  const job = { jobId: 'job-1', requesterId: 'ada', at: core.clock.now() }
  const reserved = microUsd(3_000_000n)
  await transact(core.db, async (tx) => {
    await book(tx, reserveForJob({ ...job, amount: reserved }))
    await book(tx, settleJob({ ...job, reserved, parts: [{ nodeId, price: microUsd(1_000_000n) }] }))
  })
})
afterEach(async () => {
  await server[Symbol.asyncDispose]()
  rmSync(data, { recursive: true, force: true })
})

const month = (): string => toIso(server.core.clock.now()).slice(0, 7)

test('a statement leads from what was there to what is there, and each line to its entries', async () => {
  const { out } = await as(ada, 'ledger', 'statement', '--month', month(), '--json')
  const { owner, opening, closing, items } = JSON.parse(out) as LedgerStatement
  expect([owner, opening, closing]).toEqual([
    'requester:ada',
    [{ account: 'requester:ada:prepaid', asset: 'micro-usd', amount: '0' }],
    [{ account: 'requester:ada:prepaid', asset: 'micro-usd', amount: '9000000' }],
  ])
  expect(items.map(({ kind, changes }) => [kind, changes[0]?.amount])).toEqual([
    ['deposit', '10000000'],
    ['reserve', '-3000000'],
    ['close', '2000000'],
  ])
  const page = await as(ada, 'ledger', 'statement', '--month', month(), '--limit', '2')
  expect(page.out).toMatch(/deposit:ada:first +prepaid \+\$10\.00/)
  expect(page.out).toMatch(/more: --after 2/)
  const shown = await as(ada, 'ledger', 'show', 'job:job-1')
  expect(shown.out).toMatch(/\$0\.850000 +job:job-1:reserved +→ node::confirmed/)
  expect(shown.out).toMatch(/\$0\.150000 +job:job-1:reserved +→ platform:revenue/)
})

test('an operator reads anybody’s, as CSV too; nobody else does', async () => {
  const csv = await operator('ledger', 'statement', `--node=${nodeId.slice(0, 12)}`, '--month', month(), '--csv')
  expect(csv.out.split('\n')).toEqual([
    'at,kind,transaction,account,asset,amount,note',
    expect.stringMatching(new RegExp(`^${month()}.*,close,close:job-1,node:${nodeId}:confirmed,micro-usd,850000,$`)),
    '',
  ])
  expect(await as(ada, 'ledger', 'statement', '--requester', OPERATOR)).toMatchObject({ code: 4, err: expect.stringContaining('somebody else') })
  expect((await as(server.core.apiKey, 'ledger', 'show', 'job:job-1')).out).toContain('Nothing of yours')
  expect((await as(ada, 'ledger', 'statement', '--month', '2026-13')).code).toBe(2)
})

test('what is disputed is held until it is decided, once', async () => {
  const dispute = await asked<DisputeView>('ledger', 'dispute', 'job-1', '--usd', '0.50', '--reason', 'The picture is black.')
  expect(dispute).toMatchObject({ heldMicroUsd: '500000', decided: null, held: [{ amount: '425000' }, { amount: '75000' }] })
  expect((await operator('ledger', 'disputes')).out).toMatch(/job-1 .* \$0\.500000 +The picture is black\./)
  for (let times = 0; times < 2; times += 1)
    expect((await operator('ledger', 'decide', 'job-1', '--for', 'requester', '--reason', 'It is.')).out).toContain('in favour of the requester')
  expect(await operator('ledger', 'decide', 'job-1', '--for', 'node', '--reason', 'It is not.')).toMatchObject({
    code: 4,
    err: expect.stringContaining('final'),
  })
  expect(await asked('ledger', 'check')).toMatchObject({ balanced: true, chain: [] })
  expect((await as(ada, 'ledger', 'statement', '--month', month())).out).toMatch(/prepaid +\$0\.000000 +\$9\.500000/)
  expect(await server.core.decided('dispute.decided')).toEqual([{ jobId: 'job-1', inFavourOf: 'requester', reason: 'It is.', by: OPERATOR }])
})

test('money goes back once, and a deposit that was taken back leaves a debt that stops jobs until it is paid in', async () => {
  for (let times = 0; times < 2; times += 1)
    expect(await asked('ledger', 'refund', 'ada', '--usd', '1', '--refund', 'r1', '--reason', 'Asked for it.')).toMatchObject({ balanceMicroUsd: '8000000' })
  for (let times = 0; times < 2; times += 1)
    expect(await asked<RequesterMoney>('ledger', 'chargeback', 'ada', '--deposit', 'first', '--reason', 'The bank says so.')).toEqual({
      requesterId: 'ada',
      balanceMicroUsd: '0',
      owedMicroUsd: '2000000',
    })
  const wrong = [
    ['refund', 'ada', '--usd', '1'],
    ['chargeback', 'ada', '--deposit', 'second'],
    ['chargeback', 'ada', '--deposit', 'first', '--usd', '1'],
  ]
  for (const args of wrong) expect((await operator('ledger', ...args, '--reason', 'x')).code).not.toBe(0)
  await operator('requester', 'fund', 'ada', '--usd', '5', '--deposit', 'second')
  expect((await operator('ledger', 'statement', '--requester', 'ada', '--month', month())).out).toMatch(/debt-paid:ada:second/)
  expect(await asked('ledger', 'check')).toMatchObject({ balanced: true })
})

test('a closed period stays as it was signed, which anybody can check who holds the sheets', async () => {
  expect(await operator('ledger', 'periods')).toMatchObject({ code: 0, out: '', err: expect.stringContaining('windfall ledger close') })
  const at = (later: number) => toIso(server.core.clock.now() + later)
  await server.core.clock.advance(1_000)
  const until = at(-500)
  const period = await asked<PeriodView>('ledger', 'close', '--until', until)
  expect(period).toMatchObject({ until, transactions: 3 })
  expect(await asked<PeriodView>('ledger', 'close', '--until', until)).toEqual(period)
  expect(await operator('ledger', 'close', '--until', at(-1_000))).toMatchObject({ code: 4, err: expect.stringContaining('later time') })
  expect(await operator('ledger', 'close', '--until', '2099-01-01T00:00:00Z')).toMatchObject({ code: 2, err: expect.stringContaining('still to come') })
  await operator('requester', 'fund', 'ada', '--usd', '1', '--deposit', 'later')
  await asked('ledger', 'close', '--until', at(0))
  const file = join(data, 'sheets.jsonl')
  writeFileSync(file, (await operator('ledger', 'periods')).out)
  expect(await run('ledger', 'verify', file)).toMatchObject({ code: 0, out: expect.stringMatching(/node:\*:confirmed +\$0\.850000[\s\S]*Valid in themselves/) })
  expect(await run('ledger', 'verify', file, '--coordinator', url)).toMatchObject({ code: 0, out: expect.stringContaining('\nValid.') })
  // Of a coordinator that was met, what it publishes by now does not count.
  await pinAtFirstUse({ dataDirectory: data, url, published: async () => ['A'.repeat(43)], now: 0 })
  expect(await run('ledger', 'verify', file, '--data', data, '--coordinator', url)).toMatchObject({ code: 1, out: expect.stringContaining('Invalid') })
  const [first = '', second = ''] = readFileSync(file, 'utf8').split('\n')
  writeFileSync(file, `${second}\n${first}\n`)
  expect(await run('ledger', 'verify', file)).toMatchObject({ code: 1, out: expect.stringContaining('does not follow') })
  const { payload, ...envelope } = JSON.parse(first) as { payload: string }
  const changed = Buffer.from(payload, 'base64').toString().replace('"850000"', '"850001"')
  writeFileSync(file, JSON.stringify({ ...envelope, payload: Buffer.from(changed).toString('base64') }))
  expect(await run('ledger', 'verify', file)).toMatchObject({ code: 1, out: expect.stringMatching(/signature does not hold.*add up to 1, not to 0/) })
  expect(await asked('ledger', 'check')).toMatchObject({ balanced: true, periods: 2 })
})

test('whoever is no operator orders nothing', async () => {
  const orders = [
    ['refund', 'ada', '--usd', '1', '--reason', 'x'],
    ['chargeback', 'ada', '--deposit', 'first', '--reason', 'x'],
    ['dispute', 'job-1', '--reason', 'x'],
    ['decide', 'job-1', '--for', 'requester', '--reason', 'x'],
    ['disputes'],
    ['close', '--until', '2026-01-01T00:00:00Z'],
  ]
  for (const args of orders) expect(await as(ada, 'ledger', ...args)).toMatchObject({ code: 4, err: expect.stringContaining('Only the operator') })
})

import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { OPERATOR, type TestNode } from '../../coordinator/core.fake.ts'
import { type TestServer, startTestServer } from '../../coordinator/http/http.fake.ts'
import { inputFor, issueOne, world } from '../../coordinator/receipts/issuing.fake.ts'
import type { Issued } from '../../coordinator/receipts/issue.ts'
import { generateApiKey, grantApiKey } from '../../coordinator/registry/api-keys.ts'
import { readCsv } from '../../../shared/domain/csv.fake.ts'
import type { Envelope } from '../../../shared/contract/wire.ts'
import { sha256Hex } from '../../kernel/signing.ts'
import { run } from '../run.fixture.ts'

const OPERATOR_KEY = generateApiKey((bytes) => new Uint8Array(bytes).fill(7))
let data: string
let url: string
let server: TestServer
let node: TestNode
const issued: Issued[] = []

/** A requester’s job, and one of nobody that is known any more. */
beforeAll(async () => {
  data = mkdtempSync(join(tmpdir(), 'windfall-export-'))
  server = await startTestServer()
  const { core } = server
  await grantApiKey(core.db, { requesterId: OPERATOR, name: 'Operator', apiKey: OPERATOR_KEY, at: 0 })
  url = await server.app.listen({ host: '127.0.0.1', port: 0 })
  node = await core.enrol()
  await core.submit('job-1')
  const { issuer, heads } = world(core.db)
  for (const job of [1, 2]) issued.push(await issueOne(core.db, issuer, await inputFor(job)))
  await heads.now(core.db)
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  rmSync(data, { recursive: true, force: true })
})

const as = (key: string, ...args: string[]) => run(...args, '--data', data, '--coordinator', url, '--key', key)
const operator = (...args: string[]) => as(OPERATOR_KEY, ...args)
const requester = (...args: string[]) => as(server.core.apiKey, ...args)
const idOf = (index: number): string => issued[index]?.receiptId ?? ''

test('receipts are found by what they rest on, each by whoever may see it', async () => {
  const hash = sha256Hex(Buffer.from(issued[1]?.bundle.receipt.payload ?? '', 'base64')).toUpperCase()
  expect((await operator('receipt', 'list', '--hash', hash)).out).toContain(idOf(1))
  expect((await requester('receipt', 'list', '--hash', hash)).out).toBe('There is no such receipt that you may see.\n')
  const page = await operator('receipt', 'list', '--zone', 'GB', '--limit', '1')
  expect(page.out).toContain(idOf(1))
  const [, after = ''] = /more: --after (\d+)/.exec(page.out) ?? []
  expect((await operator('receipt', 'list', '--zone', 'GB', '--after', after)).out).toContain(idOf(0))
  expect(await operator('receipt', 'list', '--hash', 'abc')).toMatchObject({ code: 2, err: expect.stringContaining('64 hexadecimal digits') })
})

test('a receipt that is named and is not there is an error, and so is JSON that is none', async () => {
  expect(await operator('receipt', 'export', 'nothing')).toMatchObject({ code: 2, out: '', err: expect.stringContaining('There is no receipt nothing') })
  expect(await operator('receipt', 'export', idOf(0), '--zone', 'DE')).toMatchObject({ code: 2, out: '' })
  expect(await requester('receipt', 'export', idOf(1))).toMatchObject({ code: 2, out: '' })
  const { code, out } = await operator('receipt', 'export', idOf(0), '--json')
  expect([code, JSON.parse(out)]).toMatchObject([2, { error: { detail: expect.stringContaining('--output') } }])
})

test('an export is written whole or not at all, and a receipt in it is one that can be checked', async () => {
  const file = join(data, 'one.wfreceipt')
  expect(await operator('receipt', 'export', idOf(0), '--format', 'jsonl', '--output', file)).toMatchObject({
    code: 0,
    out: expect.stringMatching(/\d+ bytes\./),
  })
  expect((await run('receipt', 'verify', file)).code).toBe(0)
  const table = join(data, 'all.csv')
  await requester('receipt', 'export', '--all', '--output', table)
  const rows = readCsv(readFileSync(table, 'utf8')).slice(1)
  expect(new Set(rows.map((row) => row[19]))).toEqual(new Set([idOf(0)]))
  expect(await operator('receipt', 'export')).toMatchObject({ code: 2, err: expect.stringContaining('say --all') })
  expect(await operator('receipt', 'export', '--all', '--output', join(data, 'no', 'where'))).toMatchObject({
    code: 2,
    err: expect.stringContaining('cannot be written'),
  })
  expect(await requester('receipt', 'export', '--all', '--requester', 'somebody', '--output', table)).toMatchObject({ code: 4 })
  expect(readdirSync(data).filter((name) => name.endsWith('.part'))).toEqual([])
})

test('emissions are summed for people and for tables', async () => {
  const { out } = await operator('emissions', '--by', 'zone', '--month', '2026-11')
  expect(out).toMatch(/GB-13 +2 +333\.33 Wh +26\.7 g CO2e +13\.3 g CO2e +20\.0 g CO2e +43\.3 g CO2e +100 % recorded/)
  expect(out).toMatch(/SCI \(ISO\/IEC 21031\) 20\.0 g CO2e per GPU hour/)
  expect(out).not.toMatch(/avoided|offset/i)
  const [head, ...rows] = readCsv((await requester('emissions', '--csv')).out.replaceAll('\n', '\r\n'))
  expect([head?.[5], head?.[6], rows.length, rows[0]?.[3], rows[0]?.[6]]).toEqual(['location_based_g', 'market_based_g', 1, '1', ''])
  expect(await operator('emissions', '--by', 'hour')).toMatchObject({ code: 2, err: expect.stringContaining('31 days at most') })
  expect(await operator('emissions', '--month', '2026-13')).toMatchObject({ code: 2 })
  expect((await operator('emissions', '--month', '2025-01')).out).toBe('No receipts of that time.\n')
})

test('evidence is exported, checked without anybody, and found out when it was changed', async () => {
  const file = join(data, 'evidence.jsonl')
  const beginning = node.nodeId.slice(0, 12)
  expect((await operator('evidence', 'set-site', '--gsp-group', '_C', '--reference-price', '81.5', '--price-version', '2026-02', beginning)).out).toMatch(
    /gsp-group +_C\n/,
  )
  expect(await operator('evidence', 'set-site', '--reference-price', '80', beginning)).toMatchObject({
    code: 2,
    err: expect.stringContaining('--price-version'),
  })
  expect((await operator('evidence', 'set-site', '--gsp-group', '-', beginning)).out).toMatch(/gsp-group +unknown\n[^]*81\.5 £\/MWh, 2026-02/)
  await operator('evidence', 'export', '--day', '2026-02-27', '--until', '2026-02-28', '--output', file, beginning)
  const checked = await run('evidence', 'verify', file)
  expect(checked).toMatchObject({ code: 0, out: expect.stringContaining('✓ 2026-02-28') })
  expect(checked.out).toMatch(/Evidence, not settlement\./)
  const pinned = await run('evidence', 'verify', file, '--coordinator', url)
  expect(pinned).toMatchObject({ code: 0, out: expect.stringMatching(/\nValid\.\n$/) })
  const rows = readCsv((await operator('evidence', 'export', '--day', '2026-02-28', '--csv', beginning)).out.replaceAll('\n', '\r\n'))
  expect(rows).toHaveLength(49)
  const [line = ''] = readFileSync(file, 'utf8').split('\n')
  const envelope = JSON.parse(line) as Envelope
  const text = Buffer.from(envelope.payload, 'base64').toString().replace('"eventDay":false', '"eventDay":true')
  writeFileSync(file, JSON.stringify({ ...envelope, payload: Buffer.from(text).toString('base64') }))
  expect(await run('evidence', 'verify', file)).toMatchObject({ code: 1, out: expect.stringContaining('its signature does not hold') })
  writeFileSync(file, 'nothing')
  expect((await run('evidence', 'verify', file)).code).toBe(2)
  expect(await operator('evidence', 'export', '--day', '21 November', beginning)).toMatchObject({ code: 2, err: expect.stringContaining('is not a day') })
})

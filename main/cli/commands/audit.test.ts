import { randomBytes } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { testLogKey } from '../../../shared/domain/receipt-bundle.fake.ts'
import { signNewestAct } from '../../coordinator/audit/act-heads.ts'
import { OPERATOR } from '../../coordinator/core.fake.ts'
import { generateApiKey, grantApiKey } from '../../coordinator/registry/api-keys.ts'
import { run } from '../run.fixture.ts'
import { reachTestServer } from '../test-server.fixture.ts'

const reach = reachTestServer()
const operatorKey = generateApiKey(randomBytes)
const as = (key: string, ...args: string[]) => run(...args, ...reach().access.slice(0, -1), key)
const operator = (...args: string[]) => as(operatorKey, ...args)
const file = (name: string, text: string) => {
  const path = join(reach().directory, name)
  writeFileSync(path, text)
  return path
}
const sign = () => signNewestAct(reach().core.db, { logSigner: testLogKey, clock: reach().core.clock })

beforeAll(async () => {
  await grantApiKey(reach().core.db, { requesterId: OPERATOR, name: 'Operator', apiKey: operatorKey, at: 0 })
  await operator('requester', 'add', 'ada', '--name', 'Ada')
  await operator('requester', 'set-weight', 'ada', '200')
  await operator('requester', 'set-weight', 'eve', '200')
  await sign()
})

test('acts are listed with who did them and what came of them, and one says what was before', async () => {
  const { out } = await operator('audit', 'list')
  expect(out).toMatch(/^act +at +who +outcome +what +about$/m)
  expect(out).toMatch(/requester:operator +refused \(not-found\) +weighRequester +requester:eve/)
  const listed = await operator('audit', 'list', '--about', 'requester:ada', '--call', 'weighRequester', '--json')
  const [{ seq }] = (JSON.parse(listed.out) as { items: [{ seq: number }] }).items
  expect((await operator('audit', 'show', String(seq))).out).toMatch(
    /asked +weight 200, requesterId ada\nchanged +requester\.weighed \(decision \d+\): .*from 100, weight 200/,
  )
  expect((await operator('audit', 'list', '--actor', 'nobody')).out).toBe('There is no such act.\n')
  expect(await operator('audit', 'show', '999')).toMatchObject({ code: 2, err: expect.stringContaining('windfall audit list') })
})

test('whoever is neither operator nor auditor reads none of it', async () => {
  expect(await as(reach().core.apiKey, 'audit', 'list')).toMatchObject({ code: 4, err: expect.stringContaining('audit.read') })
})

test('an exported log is checked without asking anybody, and what was done to it is said', async () => {
  const log = (await operator('audit', 'export')).out
  const path = file('acts.jsonl', log)
  expect(await run('audit', 'verify', path)).toMatchObject({ code: 0, out: expect.stringMatching(/signed +up to act \d+, 1 head by [\s\S]*Sound\.$/m) })
  expect((await operator('audit', 'verify')).code).toBe(0)
  const changed = file('changed.jsonl', log.replace('weighRequester', 'fundRequester'))
  expect(await run('audit', 'verify', changed)).toMatchObject({ code: 1, out: expect.stringContaining('NOT SOUND Act 2') })
  expect(await run('audit', 'verify', file('other.txt', 'no JSON'))).toMatchObject({ code: 2, err: expect.stringContaining('windfall audit export') })
})

test('a head that was kept finds out that the end was cut off', async () => {
  const head = file('head.json', (await run('audit', 'head', '--json', ...reach().access.slice(0, -2))).out)
  const lines = (await operator('audit', 'export')).out.trimEnd().split('\n')
  const cut = file(
    'cut.jsonl',
    `${lines
      .filter((line) => !line.startsWith('{"head"'))
      .slice(0, -1)
      .join('\n')}\n`,
  )
  expect(await run('audit', 'verify', cut)).toMatchObject({ code: 0 })
  expect(await run('audit', 'verify', cut, '--seen', head)).toMatchObject({ code: 1, out: expect.stringContaining('cut off') })
  expect((await run('audit', 'verify', cut, '--seen', cut)).code).toBe(2)
  expect(JSON.parse(readFileSync(head, 'utf8'))).toMatchObject({ logKey: testLogKey.publicJwk })
})

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { randomBytes } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { choiceBy, sumPolicy } from '../../coordinator/audit/toy-policy.fake.ts'
import { OPERATOR } from '../../coordinator/core.fake.ts'
import { type TestServer, startTestServer } from '../../coordinator/http/http.fake.ts'
import { transact } from '../../coordinator/persistence/database.ts'
import { planChoices } from '../../coordinator/plan-policy.ts'
import { planJobs } from '../../coordinator/planner/plan.ts'
import { NOW, fakeJob, fakeNode, fakeOutlook } from '../../coordinator/planner/planner.fake.ts'
import { generateApiKey, grantApiKey } from '../../coordinator/registry/api-keys.ts'
import { dateWord, ownTimeZone } from '../clock-time.ts'
import { run } from '../run.fixture.ts'

/** Records 1 and 2 are facts about job-1, 3 is its plan, 4 a choice by a policy that this program does not have. */
const [PLAN, TOY] = [3, 4]

let server: TestServer
let data: string
let operatorKey: string
const as = (apiKey: string) => ['--coordinator', `http://127.0.0.1:${(server.app.server.address() as AddressInfo).port}`, '--key', apiKey, '--data', data]
const at = () => as(operatorKey)

function round() {
  const zones = [fakeOutlook('GB', [300, 300, 200, 50, 50, 400]), fakeOutlook('DE', [500, 400, 400, 400, 400, 400])]
  const input = { now: NOW, jobs: [fakeJob('job-1'), fakeJob('job-2')], nodes: [fakeNode('a', 'GB'), fakeNode('b', 'DE')], zones }
  return planChoices(input, planJobs(input))
}

beforeEach(async () => {
  data = mkdtempSync(join(tmpdir(), 'windfall-decision-'))
  server = await startTestServer()
  await server.app.listen({ host: '127.0.0.1', port: 0 })
  const { core } = server
  operatorKey = generateApiKey(randomBytes)
  await grantApiKey(core.db, { requesterId: OPERATOR, name: 'Operator', apiKey: operatorKey, at: core.clock.now() })
  await core.submit('job-1')
  await transact(core.db, async (tx) => {
    await core.choose(tx, { kind: 'plan', subject: { kind: 'job', id: 'job-1' }, ...round()('job-1') })
    await core.choose(tx, choiceBy(sumPolicy, { own: { terms: [1, 2] } }))
  })
})
afterEach(async () => {
  await server[Symbol.asyncDispose]()
  rmSync(data, { recursive: true, force: true })
})

test('decisions are listed newest first, with what was decided and why', async () => {
  const { code, out } = await run('decision', 'list', '--job', 'job-1', ...at())
  expect(code).toBe(0)
  expect(out.split('\n').map((line) => line.split(' ')[0])).toEqual(['decision', '4', '3', '2', '1', ''])
  expect(out).toMatch(/^3 .* plan +job job-1 +plan 1 +place: /m)
  expect(out).toContain(dateWord(server.core.clock.now(), ownTimeZone()))
  expect((await run('decision', 'list', '--kind', 'plan', '--since', '2030-01-01T00:00:00Z', ...at())).out).toBe(
    'There is no such decision that you may see.\n',
  )
  expect((await run('decision', 'list', '--limit', '3', ...at())).out).toContain('more: --after 2')
  expect((await run('decision', 'list', '--job', 'a', '--node', 'b', ...at())).code).toBe(2)
})

test('a plan is explained with both ways to choose it, what else was weighed and what it was made on', async () => {
  const { code, out } = await run('decision', 'show', String(PLAN), ...at())
  expect(code).toBe(0)
  for (const said of [
    /^decision +3, plan \(choice\)/m,
    /^policy +plan, version 1$/m,
    /^by score +GB on /m,
    /^taken +/m,
    /^GB from .* +chosen$/m,
    /^zone DE +\d+ bytes +[0-9a-f]{64}$/m,
    /^hash +[0-9a-f]{64}$/m,
  ])
    expect(out).toMatch(said)
  expect((await run('decision', 'show', '2', ...at())).out).toContain('decision   2, job.queued (fact)')
  expect((await run('decision', 'show', '99', ...at())).code).toBe(2)
  expect((await run('decision', 'show', 'one', ...at())).code).toBe(2)
})

test('a plan is made again here and is the same, bit for bit', async () => {
  const { code, out } = await run('decision', 'replay', String(PLAN), ...at())
  expect([code, out]).toEqual([0, expect.stringMatching(/^verdict +same: /m)])
  const { replay } = JSON.parse((await run('decision', 'replay', String(PLAN), '--json', ...at())).out) as { replay: unknown }
  expect(replay).toEqual({ verdict: 'same' })
})

test('what cannot be made again is said precisely, each with its own exit code', async () => {
  const { db } = server.core
  expect(await run('decision', 'replay', '2', ...at())).toMatchObject({ code: 2, out: expect.stringMatching(/^verdict +not-a-choice: /m) })
  expect(await run('decision', 'replay', String(TOY), ...at())).toMatchObject({
    code: 4,
    out: expect.stringMatching(/^verdict +policy-unknown: .*toy-sum.*version 1/m),
  })
  await db.deleteFrom('decision_input').where('bytes', '>', 1_000).execute()
  expect(await run('decision', 'replay', String(PLAN), ...at())).toMatchObject({ code: 4, out: expect.stringMatching(/^verdict +input-missing: jobs 1/m) })
  await db.updateTable('decision').set({ kind: 'planned' }).where('seq', '=', PLAN).execute()
  expect(await run('decision', 'replay', String(PLAN), ...at())).toMatchObject({ code: 1, out: expect.stringMatching(/^verdict +broken-chain: decision 3 /m) })
  expect(await run('decision', 'replay', String(TOY), ...at())).toMatchObject({ code: 1, out: expect.stringMatching(/^verdict +broken-chain: decision 3 /m) })
})

test('a requester reads what was decided about its job, and is told who can make it again', async () => {
  const own = as(server.core.apiKey)
  expect(await run('decision', 'show', String(PLAN), ...own)).toMatchObject({ code: 0 })
  expect(await run('decision', 'replay', String(PLAN), ...own)).toMatchObject({ code: 4, err: expect.stringContaining('Only the operator') })
  expect(await run('decision', 'export', ...own)).toMatchObject({ code: 4, err: expect.stringContaining('Only the operator') })
})

test('an exported log is verified without anybody; one changed character is found', async () => {
  const file = join(data, 'log.jsonl')
  const { out } = await run('decision', 'export', ...at())
  expect(await run('decision', 'export', '--until', '2020-01-01T00:00:00Z', ...at())).toMatchObject({ out: '', err: 'There is no such decision.\n' })
  writeFileSync(file, out)
  expect(await run('decision', 'verify', file)).toMatchObject({ code: 0, out: expect.stringMatching(/^Unbroken: 4 decisions, 1 to 4;/) })
  writeFileSync(file, out.replace('"kind":"plan"', '"kind":"plam"'))
  expect(await run('decision', 'verify', file)).toMatchObject({ code: 1, out: expect.stringMatching(/^Broken at decision 3:.*\nExport the log again\./) })
  writeFileSync(file, out.split('\n').toSpliced(1, 2).join('\n'))
  expect(JSON.parse((await run('decision', 'verify', file, '--json')).out)).toMatchObject({ decisions: 2, gaps: 1, brokenAt: null })
  expect((await run('decision', 'verify', file)).out).toContain('In one place decisions are left out')
  writeFileSync(file, (await run('decision', 'export', '--kind', 'plan', ...at())).out)
  expect(await run('decision', 'verify', file)).toMatchObject({ code: 0, out: expect.stringMatching(/^Unbroken: one decision, 3;/) })
  expect((await run('decision', 'verify', file)).out).toContain('It begins at decision 3')
})

test.each(['', '{}\n', 'no JSON\n'])('a file that holds %j is no broken log', async (text) => {
  const file = join(data, 'other')
  writeFileSync(file, text)
  expect((await run('decision', 'verify', file)).code).toBe(text === '' ? 0 : 2)
  expect((await run('decision', 'verify', join(data, 'nothing'))).code).toBe(2)
})

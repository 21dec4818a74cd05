import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { OPERATOR, REQUESTER } from '../../coordinator/core.fake.ts'
import { testSpec } from '../../coordinator/test-work.fake.ts'
import { type TestServer, startTestServer } from '../../coordinator/http/http.fake.ts'
import { generateApiKey, grantApiKey } from '../../coordinator/registry/api-keys.ts'
import { systemClock } from '../../kernel/clock.ts'
import { run } from '../run.fixture.ts'

const ANSWER = 'f'.repeat(64)
let root: string
let server: TestServer
let url: string
let keys: Record<'operator' | 'requester', string>
beforeEach(async () => {
  for (const name of ['WINDFALL_DATA', 'WINDFALL_COORDINATOR', 'WINDFALL_API_KEY']) vi.stubEnv(name, undefined)
  root = mkdtempSync(join(tmpdir(), 'windfall-canary-'))
  server = await startTestServer()
  server.core.clock.jump(systemClock.now() - server.core.clock.now())
  keys = { operator: generateApiKey(randomBytes), requester: generateApiKey(randomBytes) }
  await grantApiKey(server.core.db, { requesterId: OPERATOR, name: 'Operator', apiKey: keys.operator, at: 1 })
  await grantApiKey(server.core.db, { requesterId: REQUESTER, name: 'Requester', apiKey: keys.requester, at: 1 })
  url = await server.app.listen({ host: '127.0.0.1', port: 0 })
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await server[Symbol.asyncDispose]()
  rmSync(root, { recursive: true, force: true })
})

const as = (who: keyof typeof keys, ...args: string[]) => run(...args, '--data', root, '--coordinator', url, '--key', keys[who])

function jobFile(): string {
  const { deadline: _, outputSha256: __, ...spec } = testSpec(0)
  const file = join(root, 'job.json')
  writeFileSync(file, JSON.stringify(spec))
  return file
}

test('a canary is added with its answer, listed and taken away by the operator, and by nobody else', async () => {
  const file = jobFile()
  expect((await as('operator', 'canary', 'list')).out).toMatch(/There is no canary\. Add one with/)
  expect(await as('operator', 'canary', 'add', file, '--expect', 'beef')).toMatchObject({ code: 2, err: expect.stringMatching(/--expect takes the SHA-256/) })
  const added = await as('operator', 'canary', 'add', file, '--expect', `sha256:${ANSWER.toUpperCase()}`, '--id', 'first')
  expect(added).toMatchObject({
    code: 0,
    out: expect.stringMatching(new RegExp(`^canary +first +test job\n[^]*expects +sha256 ${ANSWER}\n[^]*given +0 times`)),
  })
  expect((await as('operator', 'canary', 'list')).out).toMatch(/first +test job +0 +0 +0 +0/)
  expect(await as('requester', 'canary', 'list')).toMatchObject({ code: 4, err: expect.stringMatching(/Only the operator/) })
  expect((await as('operator', 'canary', 'remove', 'first')).out).toMatch(/It is given to nobody any more/)
  expect(JSON.parse((await as('operator', 'canary', 'list', '--json')).out)).toEqual({ items: [], next: null })
})

test('a job says how many results have to agree, and what that costs is set aside', async () => {
  const file = jobFile()
  const { out } = await as('requester', 'job', 'submit', file, '--results', '2', '--tolerance', 'json-numbers:1e-6')
  expect(out).toMatch(/results +0 of 2 agree, 4 at most\n/)
  const [jobId = ''] = /01\S+/.exec(out) ?? []
  expect(JSON.parse((await as('requester', 'job', 'show', jobId, '--json')).out)).toMatchObject({
    spec: { quorum: { results: 2, compare: { kind: 'tolerance', format: 'json-numbers', relative: 1e-6, absolute: 0 } } },
    quorum: { wanted: 2, agree: 0, askedBy: 'requester', results: [] },
  })
  expect(await server.core.decided('test.reserve')).toMatchObject([{ jobId, microUsd: '2000000' }])
  expect((await as('requester', 'job', 'submit', file, '--results', '9')).err).toMatch(/whole number from 1 to 5/)
})

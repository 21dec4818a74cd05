import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { OPERATOR } from '../../coordinator/core.fake.ts'
import { testSpec } from '../../coordinator/test-work.fake.ts'
import { type TestServer, startTestServer } from '../../coordinator/http/http.fake.ts'
import { generateApiKey, grantApiKey } from '../../coordinator/registry/api-keys.ts'
import { systemClock } from '../../kernel/clock.ts'
import { run } from '../run.fixture.ts'

let root: string
let server: TestServer
let access: string[]
beforeEach(async () => {
  for (const name of ['WINDFALL_DATA', 'WINDFALL_COORDINATOR', 'WINDFALL_API_KEY']) vi.stubEnv(name, undefined)
  root = mkdtempSync(join(tmpdir(), 'windfall-model-'))
  server = await startTestServer()
  server.core.clock.jump(systemClock.now() - server.core.clock.now())
  const key = generateApiKey(randomBytes)
  await grantApiKey(server.core.db, { requesterId: OPERATOR, name: 'Operator', apiKey: key, at: 1 })
  access = ['--data', root, '--coordinator', await server.app.listen({ host: '127.0.0.1', port: 0 }), '--key', key]
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await server[Symbol.asyncDispose]()
  rmSync(root, { recursive: true, force: true })
})

const write = (name: string, content: unknown): string => {
  const file = join(root, name)
  writeFileSync(file, JSON.stringify(content))
  return file
}

const { runtime, limits, expected, price, carbon } = testSpec(0)
const MODEL = { name: 'whisper', version: '3', kind: 'inference', runtime, needs: { gpus: 1, vramBytes: 8_589_934_592, ramBytes: 0 } }

test('a model is added, listed and shown, and a job that names it needs no runtime of its own', async () => {
  const file = write('model.json', MODEL)
  expect((await run('model', 'list', ...access)).out).toMatch(/There is no model/)
  expect(await run('model', 'add', file, ...access)).toMatchObject({ code: 0, out: expect.stringMatching(/^model +whisper@3\n/) })
  expect((await run('model', 'list', ...access)).out).toMatch(/whisper@3 +inference +docker +1 +8\.0 GiB/)
  expect(JSON.parse((await run('model', 'show', 'whisper@3', '--json', ...access)).out)).toMatchObject(MODEL)
  const job = write('job.json', { name: 'talk', model: 'whisper@3', limits, expected, price, carbon, needs: { ramBytes: 1_000_000 } })
  const submitted = await run('job', 'submit', job, '--json', ...access)
  expect(JSON.parse(submitted.out)).toMatchObject({
    spec: { modelId: 'whisper@3', kind: 'inference', runtime, needs: { gpus: 1, vramBytes: 8_589_934_592, ramBytes: 1_000_000 } },
  })
})

test('what is no model, and what is not there, is said', async () => {
  expect(await run('model', 'add', write('bad.json', { name: 'Whisper' }), ...access)).toMatchObject({ code: 2, err: expect.stringContaining('small letters') })
  expect(await run('model', 'add', join(root, 'missing.json'), ...access)).toMatchObject({ code: 2, err: expect.stringContaining('cannot be read') })
  expect(await run('model', 'show', 'whisper', ...access)).toMatchObject({ code: 2, err: expect.stringContaining('name@version') })
  expect(await run('model', 'show', 'whisper@9', ...access)).toMatchObject({ code: 2, err: expect.stringContaining('windfall model list') })
})

test('anybody may ask what was done so far', async () => {
  const [, , ...where] = access
  const asked = await run('stats', '--data', root, ...where.slice(0, 2))
  expect(asked).toMatchObject({ code: 0, out: expect.stringMatching(/machines +0\njobs +0 submitted, 0 completed/) })
})

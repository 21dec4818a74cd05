import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { callExample } from '../../shared/contract/examples/call-examples.ts'
import { componentSchemas } from '../coordinator/http/openapi-schemas.ts'
import { httpCalls } from '../coordinator/http/http-calls.ts'
import { type TestServer, startTestServer } from '../coordinator/http/http.fake.ts'
import { testSpec } from '../coordinator/test-work.fake.ts'
import { bindRequest } from '../kernel/contract-http.ts'
import { packageRoot } from '../kernel/paths.ts'
import { buildClient } from './client-package.ts'

const run = promisify(execFile)
/** A project with nothing in it but the client. */
let project = ''
let client = ''
let server: TestServer

beforeAll(async () => {
  project = mkdtempSync(join(tmpdir(), 'windfall-client-'))
  client = join(project, 'node_modules', 'windfall-client')
  mkdirSync(client, { recursive: true })
  await buildClient(client)
  writeFileSync(join(project, 'package.json'), '{"type":"module"}')
  server = await startTestServer()
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  rmSync(project, { recursive: true, force: true })
})

test('the example of its page runs in a project that has nothing else', async () => {
  const [, example = ''] = /```js\n([\s\S]*?)```/.exec(readFileSync(join(client, 'README.md'), 'utf8')) ?? []
  writeFileSync(join(project, 'example.js'), example)
  for (const jobId of ['job-1', 'job-2']) await server.core.submit(jobId, testSpec(server.core.clock.now()))
  const url = await server.app.listen({ host: '127.0.0.1', port: 0 })
  const ask = (apiKey: string) => run(process.execPath, ['example.js'], { cwd: project, env: { WINDFALL_COORDINATOR: url, WINDFALL_API_KEY: apiKey } })
  expect(await ask(server.core.apiKey)).toEqual({ stdout: 'requester-1 has 0 micro-USD\njob-2 is queued\njob-1 is queued\n', stderr: '' })
  expect((await ask('wf_unknown')).stderr).toMatch(/^auth\.refused: This API key/)
})

const CONSUMER = `
import { WindfallError, createClient, type Calls, type FailureCode, type JobView } from 'windfall-client'

const windfall = createClient({ baseUrl: 'https://coordinator.example' })
export const account: Promise<{ requesterId: string; balanceMicroUsd: string }> = windfall.call('getAccount', {})
export async function* running(): AsyncGenerator<JobView> {
  yield* windfall.pages('listJobs', { state: 'running', limit: 10 })
}
export const state = async (jobId: string): Promise<'completed' | 'other'> =>
  (await windfall.call('getJob', { jobId })).state === 'completed' ? 'completed' : 'other'
export const codeOf = (error: unknown): FailureCode | null => (error instanceof WindfallError ? error.code : null)
export const spec = {} as Calls['submitJob']['input']['spec']
// @ts-expect-error there is no such call
void windfall.call('getEverything', {})
// @ts-expect-error an account is asked for without words
void windfall.call('getAccount', { surprise: 1 })
// @ts-expect-error a job has an id
void windfall.call('getJob', {})
// @ts-expect-error one account is no list
windfall.pages('getAccount', {})
// @ts-expect-error what nodes sign is not for keys
void windfall.call('heartbeat', { ready: true, reasons: [], running: [] })
`

test('its types stand alone and say what a caller may and may not do', async () => {
  writeFileSync(join(project, 'consumer.ts'), CONSUMER)
  const options = ['--noEmit', '--strict', '--exactOptionalPropertyTypes', '--target', 'es2022', '--module', 'nodenext', '--types', '', '--lib', 'es2022,dom']
  const checked = await run(process.execPath, [join(packageRoot, 'node_modules', 'typescript', 'bin', 'tsc'), ...options, 'consumer.ts'], {
    cwd: project,
  }).catch((error: { stdout: string }) => error)
  expect(checked.stdout).toBe('')
})

test('every call leaves it as it leaves the agent and the command line', async () => {
  const { createClient } = (await import(pathToFileURL(join(client, 'client.mjs')).href)) as typeof import('../client/client.ts')
  const { schemas, taken, answered } = componentSchemas()
  for (const [name, { input, output }, http] of httpCalls()) {
    const { request, answer } = callExample(name, { taken: taken(input), answered: answered(output), schemas })
    const sent: unknown[] = []
    const fetch = async (url: string, { method, body }: RequestInit) => {
      sent.push({ method, url, body: body === null ? null : Buffer.from(body as Uint8Array).toString() })
      return Response.json(answer)
    }
    const { call } = createClient({ baseUrl: 'https://coordinator.example', fetch })
    expect(await call(name as 'getJob', request as { jobId: string }), name).toEqual(output.parse(answer))
    const { method, url, body } = bindRequest(http, 'https://coordinator.example', request)
    expect(sent, name).toEqual([{ method, url: url.href, body: body === null ? null : Buffer.from(body as Uint8Array).toString() }])
  }
})

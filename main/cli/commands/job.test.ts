import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { JobSpec, type JobView } from '../../../shared/contract/job.ts'
import { imageOf, tarOf } from '../../agent/jobs/image.fixture.ts'
import { systemClock } from '../../kernel/clock.ts'
import { announce } from '../../kernel/instance-file.ts'
import { sha256Hex } from '../../kernel/signing.ts'
import { run } from '../run.fixture.ts'

const MODULE = Buffer.from('\0asm\u0001\0\0\0')
const DIGEST = `sha256:${sha256Hex(MODULE)}`
const OUTPUT = Buffer.from('the picture')
const SPEC = {
  kind: 'render',
  name: 'My job',
  runtime: { name: 'wasm', image: DIGEST, archive: DIGEST },
  limits: { wallSeconds: 60, memoryBytes: 67_108_864, outputBytes: 1_024, cpus: 1 },
  needs: { gpus: 0, vramBytes: 0, ramBytes: 0 },
  expected: { seconds: 10, watts: 40 },
  price: { microUsdPerHour: '250000', maxMicroUsd: '5000' },
  carbon: { rule: 'now', capG: null },
  outputSha256: 'a'.repeat(64),
}

let data: string
let asked: { readonly call: string; readonly body: string }[]
let states: JobView['state'][]
let produced: Buffer
let server: ReturnType<typeof createServer>

/** What a coordinator says about a job; each look at it finds the next state. */
const view = (jobId: string, spec: JobSpec): JobView => {
  const state = states.length > 1 ? states.shift() : states[0]
  return {
    jobId,
    state: state ?? 'queued',
    reason: state === 'failed' ? 'job.exit-code' : null,
    message: state === 'failed' ? 'The job ended with exit code 3.' : null,
    spec,
    submittedAt: '2026-03-01T12:00:00.000Z',
    updatedAt: '2026-03-01T12:00:00.000Z',
    plan: null,
    excluded: { offline: 2 },
    attempts: [],
    outputSha256: sha256Hex(OUTPUT),
    outputExpiresAt: null,
    retryAt: null,
    quorum: null,
    receiptId: null,
    receiptIds: [],
    priceMicroUsd: state === 'completed' ? '1234' : null,
    checkpoint: null,
    array: null,
    template: null,
    after: [],
  }
}

beforeEach(async () => {
  data = mkdtempSync(join(tmpdir(), 'windfall-job-'))
  asked = []
  states = ['queued']
  produced = OUTPUT
  let job: { jobId: string; spec: JobSpec } | null = null
  server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const body = Buffer.concat(chunks).toString()
    asked.push({ call: `${request.method} ${request.url}`, body })
    if (request.method === 'POST' && request.url === '/v1/jobs') job = JSON.parse(body) as typeof job
    const answer = request.url?.startsWith('/v1/jobs?') ? { items: job ? [view(job.jobId, job.spec)] : [], next: 'cursor' } : job && view(job.jobId, job.spec)
    response.end(request.url?.endsWith('/result') ? produced : JSON.stringify(answer))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  announce(data, { coordinator: { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, apiKey: 'key' } })
})
afterEach(() => {
  vi.restoreAllMocks()
  server.closeAllConnections()
  server.close()
})

function file(name: string, content: string | Uint8Array): string {
  const path = join(data, name)
  writeFileSync(path, content)
  return path
}
const submitted = () => JSON.parse(asked.find(({ call }) => call === 'POST /v1/jobs')?.body ?? 'null') as { jobId: string; spec: JobSpec }

test.each([
  ['that is not there', () => join(data, 'missing.json'), /missing\.json cannot be read/],
  ['that is a folder', () => data, /cannot be read/],
  ['that is not JSON', () => file('job.json', '{"kind":'), /job\.json is not JSON/],
  ['that is no object', () => file('job.json', '[]'), /job in .*job\.json is not valid/],
  ['without a runtime', () => file('job.json', '{}'), /job\.json is not valid\. It lacks runtime \(what runs.*windfall job example docker/],
  [
    'that has hardly begun',
    () => file('job.json', JSON.stringify({ kind: 'render', runtime: { name: 'docker' }, limits: {} })),
    /It lacks name .*runtime\.image .*--archive.*limits\.wallSeconds.*needs \(what a machine must have\).*price \(what you pay\).*windfall job example/,
  ],
  [
    'that says whether it needs a GPU instead of how many',
    () => file('job.json', JSON.stringify({ ...SPEC, needs: { gpu: true, vramBytes: 0, ramBytes: 0 } })),
    /It lacks needs\.gpus \(how many GPUs, 0 for none; it takes the place of gpu\).*needs: .*"gpu"/,
  ],
  ['for a runtime nobody has', () => file('job.json', JSON.stringify({ ...SPEC, runtime: { name: 'lambda' } })), /runtime\.name: .*docker/],
  ['with a field that is misspelt', () => file('job.json', JSON.stringify({ ...SPEC, dedline: 'x' })), /dedline/],
  ['with a number out of range', () => file('job.json', JSON.stringify({ ...SPEC, priority: 99 })), /priority: /],
  ['whose deadline is no time', () => file('job.json', JSON.stringify({ ...SPEC, deadline: 'soon' })), /deadline: .*UTC/],
])('a job file %s is refused with its name and what is wrong, and nothing is sent', async (_, path, message) => {
  const { code, out, err } = await run('job', 'submit', path(), '--data', data, '--json')
  expect([code, err]).toEqual([2, expect.stringMatching(message)])
  expect(JSON.parse(out)).toMatchObject({ error: { code: 'input.invalid' } })
  expect(err.trim().split('\n')).toHaveLength(1)
  expect(asked).toEqual([])
})

test.each([
  [['job', 'submit'], /Give a job file, or use a bundled one: --sample wasm/],
  [['job', 'plan'], /Give a job file/],
  [['job', 'submit', '--sample', 'wasm', '--archive', 'module.wasm'], /A sample brings what it runs/],
  [['job', 'submit', 'job.json', '--sample', 'wasm'], /either a job file or --sample/],
  [['job', 'submit', '--sample', 'lambda'], /--sample <runtime>.*Allowed choices are wasm, docker/],
  [['job', 'submit', '--sample', 'wasm', '--deadline', '40'], /“40” is not a time/],
])('%j is refused with what to do', async (args, message) => {
  const { code, err } = await run(...args, '--data', data)
  expect([code, err]).toEqual([2, expect.stringMatching(message)])
})

test('an archive that cannot be read is refused before anything is sent', async () => {
  const { code, err } = await run('job', 'submit', file('job.json', JSON.stringify(SPEC)), '--archive', join(data, 'missing.wasm'), '--data', data)
  expect([code, err, asked]).toEqual([2, expect.stringContaining('missing.wasm cannot be read'), []])
})

test('what is no module is told apart before anything is sent', async () => {
  const job = file('job.json', JSON.stringify({ ...SPEC, runtime: { name: 'wasm' } }))
  const { code, err } = await run('job', 'submit', job, '--archive', file('job.wasm', Buffer.from('junk')), '--data', data)
  expect([code, err, asked]).toEqual([2, expect.stringContaining('not a WebAssembly module'), []])
})

test('a job is sent with the bytes it runs first, under their digest, and its answer is one line of JSON', async () => {
  const runtime = { name: 'wasm' }
  const path = file('job.json', JSON.stringify({ ...SPEC, runtime }))
  const { code, out } = await run('job', 'submit', path, '--archive', file('job.wasm', MODULE), '--deadline', '2099-01-01T00:00:00Z', '--data', data, '--json')
  expect(code).toBe(0)
  expect(asked.map(({ call }) => call)).toEqual([`PUT /v1/blobs/${DIGEST}`, 'POST /v1/jobs'])
  expect(submitted().spec).toEqual(JobSpec.parse({ ...SPEC, deadline: '2099-01-01T00:00:00.000Z' }))
  expect(out.trim().split('\n')).toHaveLength(1)
  expect(JSON.parse(out)).toMatchObject({ jobId: submitted().jobId, state: 'queued' })
})

test('arguments of one’s own make another output, so the expected hash goes; --objective waits for the best window for it', async () => {
  await run('job', 'submit', file('job.json', JSON.stringify(SPEC)), '--arg', '96', '72', '--objective', 'green', '--data', data)
  expect(submitted().spec).toMatchObject({ args: ['96', '72'], outputSha256: null, carbon: { rule: 'window', capG: null } })
})

test('a protected job has the id of its vault, which is for one job', async () => {
  const path = file('job.json', JSON.stringify(SPEC))
  expect((await run('job', 'submit', path, '--vault', 'render-1', '--data', data)).code).toBe(0)
  expect(submitted().jobId).toBe('render-1')
  const many = await run('job', 'submit', path, '--vault', 'render-1', '--array', '0-3', '--data', data)
  expect(many).toMatchObject({ code: 2, err: expect.stringContaining('a vault is for one job') })
})

test('a deadline in the file is not overridden by the default', async () => {
  await run('job', 'submit', file('job.json', JSON.stringify({ ...SPEC, deadline: '2099-01-01T00:00:00.000Z' })), '--data', data)
  expect(submitted().spec.deadline).toBe('2099-01-01T00:00:00.000Z')
})

test('a deadline and an archive given with a job file win over what the file says', async () => {
  const other = `sha256:${'b'.repeat(64)}`
  const spec = { ...SPEC, deadline: '2099-01-01T00:00:00.000Z', runtime: { name: 'wasm', image: other, archive: other } }
  const module = file('job.wasm', MODULE)
  await run('job', 'submit', file('job.json', JSON.stringify(spec)), '--deadline', '2098-01-01T00:00:00Z', '--archive', module, '--data', data)
  expect(submitted().spec).toMatchObject({ deadline: '2098-01-01T00:00:00.000Z', runtime: { image: DIGEST, archive: DIGEST } })
})

test.each(['docker', 'wasm'] as const)('the %s example is a job file that can be submitted as it is, with what it runs', async (runtime) => {
  const { code, out } = await run('job', 'example', runtime)
  const image = await imageOf(await tarOf({ data: { folder: 0o777 } }), {})
  const archive = file('archive', runtime === 'wasm' ? MODULE : image.archive)
  expect(code).toBe(0)
  expect(await run('job', 'submit', file('job.json', out), '--archive', archive, '--data', data)).toMatchObject({ code: 0, err: '' })
  expect(submitted().spec.runtime.image).toBe(runtime === 'wasm' ? DIGEST : image.image)
  expect(submitted().spec.checkpoints).toBe(runtime === 'docker')
  expect(JSON.parse((await run('job', 'example', runtime, '--json')).out)).toEqual(JSON.parse(out))
})

test('whoever submits a job without a file is told of the example, and the help shows it', async () => {
  expect(await run('job', 'submit', '--data', data)).toMatchObject({ code: 2, err: expect.stringContaining('windfall job example docker > job.json') })
  expect((await run('job', 'submit', '--help')).out).toContain(`\n${(await run('job', 'example')).out}`)
})

test('waiting tells every new state once and ends with 1 if the job did not complete', async () => {
  vi.spyOn(systemClock, 'sleep').mockResolvedValue(true)
  states = ['queued', 'queued', 'running', 'failed']
  const failed = await run('job', 'submit', file('job.json', JSON.stringify(SPEC)), '--wait', '--data', data)
  expect(failed.code).toBe(1)
  expect(
    failed.err
      .trim()
      .split('\n')
      .map((line) => line.split('  ')[1]),
  ).toEqual(['queued', 'running', 'failed: The job ended with exit code 3.'])
  expect(failed.out).toContain('excluded  offline 2')
  states = ['completed']
  expect(await run('job', 'submit', file('job.json', JSON.stringify(SPEC)), '--wait', '--data', data)).toMatchObject({
    code: 0,
    out: expect.stringContaining('paid      $0.001234'),
  })
})

test('jobs are listed with where the next page starts', async () => {
  await run('job', 'submit', file('job.json', JSON.stringify(SPEC)), '--data', data)
  const { code, out } = await run('job', 'list', '--state', 'queued', '--limit', '5', '--data', data)
  expect([code, out]).toEqual([0, expect.stringMatching(/My job[\s\S]*more: --after cursor/)])
  expect(asked.at(-1)?.call).toBe('GET /v1/jobs?state=queued&limit=5')
})

test('what a job produced is written as it was proven; anything else, or nowhere to write to, is said in a line', async () => {
  await run('job', 'submit', file('job.json', JSON.stringify(SPEC)), '--data', data)
  const show = (to: string) => run('job', 'show', submitted().jobId, '--output', join(data, to), '--data', data)
  expect(await show('result.png')).toMatchObject({ code: 0, err: expect.stringContaining('wrote') })
  expect(readFileSync(join(data, 'result.png'))).toEqual(OUTPUT)
  expect(await show('missing/result.png')).toMatchObject({ code: 2, err: expect.stringMatching(/^windfall: .*result\.png cannot be written.*\n$/) })
  produced = Buffer.from('another picture')
  expect(await show('other.png')).toMatchObject({
    code: 1,
    err: expect.stringMatching(/^windfall: The coordinator sent something else.*Nothing was written\. Try again.*\n$/),
  })
  expect(existsSync(join(data, 'other.png'))).toBe(false)
})

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { JobView } from '../../../shared/contract/job.ts'
import type { ArrayView } from '../../../shared/contract/job-array.ts'
import { type TestServer, startTestServer } from '../../coordinator/http/http.fake.ts'
import { systemClock } from '../../kernel/clock.ts'
import { announce } from '../../kernel/instance-file.ts'
import { JOB_EXAMPLE } from '../job-example.ts'
import { run } from '../run.fixture.ts'

let data: string
let server: TestServer
beforeEach(async () => {
  data = mkdtempSync(join(tmpdir(), 'windfall-array-'))
  server = await startTestServer()
  const url = await server.app.listen({ host: '127.0.0.1', port: 0 })
  announce(data, { coordinator: { url, apiKey: server.core.apiKey } })
})
afterEach(async () => {
  vi.restoreAllMocks()
  await server[Symbol.asyncDispose]()
  rmSync(data, { recursive: true, force: true })
})

function file(name: string, content: string): string {
  writeFileSync(join(data, name), content)
  return join(data, name)
}

/** Runs a command, and what it answers to a program. */
async function answer<T>(...args: string[]): Promise<T> {
  const { code, out, err } = await run(...args, '--data', data, '--json')
  expect([code, err], args.join(' ')).toEqual([0, ''])
  return JSON.parse(out) as T
}
const people = (...args: string[]) => run(...args, '--data', data)

const jobFile = (args: readonly string[] = ['--frame', '{index}']) =>
  file(
    'job.json',
    JSON.stringify({ ...JOB_EXAMPLE.docker, runtime: { name: 'docker', image: `sha256:${'c'.repeat(64)}`, archive: null, reference: 'busybox' }, args }),
  )

test('an array is submitted, followed, listed and cancelled', async () => {
  const array = await answer<ArrayView>('job', 'submit', jobFile(), '--array', '0-11')
  expect(array).toMatchObject({ jobs: 12, states: { queued: 12 } })
  const { items } = await answer<{ items: JobView[] }>('job', 'list', '--array', array.arrayId, '--limit', '3')
  expect(items.map(({ spec }) => spec.args[1])).toEqual(['0', '1', '2'])
  expect(await people('array', 'show', array.arrayId)).toMatchObject({
    code: 0,
    out: expect.stringMatching(/jobs {6}12: 12 queued\nended {5}0 of 12 \(0 %\)\n/),
  })
  expect((await people('array', 'list')).out).toMatch(/12 queued/)
  expect((await people('job', 'show', `${array.arrayId}-7`)).out).toContain(`array     ${array.arrayId}, number 7`)
  expect(await answer<ArrayView>('array', 'cancel', array.arrayId)).toMatchObject({ states: { cancelled: 12 }, ended: 12 })
})

test('waiting for an array ends with 1 if not all of it completed, and says how far it is', async () => {
  vi.spyOn(systemClock, 'sleep').mockResolvedValue(true)
  const { arrayId } = await answer<ArrayView>('job', 'submit', jobFile(), '--array', '0-2')
  await people('array', 'cancel', arrayId)
  expect(await people('array', 'show', arrayId, '--wait')).toMatchObject({ code: 1, err: `${arrayId}  3 cancelled\n` })
})

test('a file of parameters makes a job of each row', async () => {
  const rows = file('scenes.csv', 'scene\nforest\nsea\n')
  const { arrayId } = await answer<ArrayView>('job', 'submit', jobFile(['{scene}']), '--array', rows)
  const { items } = await answer<{ items: JobView[] }>('job', 'list', '--array', arrayId)
  expect(items.map(({ spec }) => spec.args)).toEqual([['forest'], ['sea']])
  expect(await people('job', 'submit', jobFile(['{scenes}']), '--array', rows)).toMatchObject({ code: 2, err: expect.stringContaining('{scenes}') })
})

test('a template is kept, shown, used, and removed', async () => {
  const created = await people('template', 'create', 'render', jobFile(['{scene}', '{quality}']), '--deadline', '12h', '--default', 'quality=draft')
  expect(created).toMatchObject({ code: 0, out: expect.stringContaining('windfall job submit --template render --set scene=…') })
  expect((await people('template', 'list')).out).toMatch(/render +1 +docker +quality=draft scene/)
  const job = await answer<JobView>('job', 'submit', '--template', 'render', '--set', 'scene=forest')
  expect(job).toMatchObject({ template: { name: 'render', version: 1 }, spec: { args: ['forest', 'draft'] } })
  expect((await answer<{ items: JobView[] }>('job', 'list', '--template', 'render')).items).toHaveLength(1)
  expect((await people('template', 'show', 'render@1')).out).toMatch(/done in {3}43200 s after/)
  expect(await people('template', 'remove', 'render')).toMatchObject({ code: 0, out: 'removed render\n' })
  expect(await people('job', 'submit', '--template', 'render', '--set', 'scene=sea')).toMatchObject({
    code: 2,
    err: expect.stringContaining('windfall template list'),
  })
})

test('a job runs after another one and after an array', async () => {
  const { arrayId } = await answer<ArrayView>('job', 'submit', jobFile(), '--array', '0-1')
  const { jobId } = await answer<JobView>('job', 'submit', jobFile(['x']))
  const last = await answer<JobView>('job', 'submit', jobFile(['y']), '--after', `${jobId}:ended`, '--after-array', arrayId)
  expect(last).toMatchObject({ reason: 'waiting.after', after: [{ arrayId }, { jobId, when: 'ended' }] })
  expect((await people('job', 'show', last.jobId)).out).toContain(`after     ${jobId}, however it ends`)
  expect(await people('job', 'submit', jobFile(['z']), '--after', 'nothing')).toMatchObject({
    code: 2,
    err: expect.stringContaining('You have no job nothing'),
  })
})

test('parameters without a template are refused before anything is sent', async () => {
  expect(await people('job', 'submit', jobFile(), '--set', 'a=1')).toMatchObject({ code: 2, err: expect.stringContaining('--template') })
})

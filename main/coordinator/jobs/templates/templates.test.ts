import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Template } from '../../../../shared/contract/job-template.ts'
import { toIso } from '../../../../shared/units.ts'
import { REQUESTER, type TestCore, startTestCore } from '../../core.fake.ts'
import { testSpec } from '../../test-work.fake.ts'

let core: TestCore
beforeEach(async () => {
  core = await startTestCore()
})
afterEach(() => core[Symbol.asyncDispose]())

function template(changes: Partial<Template> = {}): Template {
  const { deadline: _, earliestStart: _none, ...spec } = testSpec(core.clock.now(), { args: ['--scene', '{scene}', '--quality={quality}'], outputSha256: null })
  return { name: 'render', spec, deadlineSeconds: 3_600, defaults: { quality: 'draft' }, ...changes }
}

const save = (changes: Partial<Template> = {}) => core.jobs.templates.save(REQUESTER, template(changes))
const submit = (jobId: string, use: { name?: string; version?: number | null; set?: Record<string, string>; deadline?: string | null } = {}) =>
  core.jobs.submit({ requesterId: REQUESTER, jobId, template: { name: 'render', version: null, set: { scene: 'forest' }, deadline: null, ...use } })

test('a job of a template is that template with its parameters put in, and remembers which version it was', async () => {
  await save()
  const job = await submit('job-1')
  expect(job.spec.args).toEqual(['--scene', 'forest', '--quality=draft'])
  expect(job.spec.deadline).toBe(toIso(core.clock.now() + 3_600_000))
  expect(job.template).toEqual({ name: 'render', version: 1 })
  expect((await submit('job-2', { set: { scene: 'sea', quality: 'final' } })).spec.args).toEqual(['--scene', 'sea', '--quality=final'])
})

test('other content is the next version, the same content none, and a job may ask for an older one', async () => {
  expect((await save()).version).toBe(1)
  expect((await save()).version).toBe(1)
  expect((await save({ deadlineSeconds: 60 })).version).toBe(2)
  expect((await submit('job-1')).template).toEqual({ name: 'render', version: 2 })
  expect((await submit('job-2', { version: 1 })).template).toEqual({ name: 'render', version: 1 })
  await expect(submit('job-3', { version: 3 })).rejects.toMatchObject({ code: 'not-found' })
  const view = await core.jobs.templates.show(REQUESTER, { name: 'render', version: null })
  expect(view).toMatchObject({
    version: 2,
    parameters: [
      { name: 'quality', default: 'draft' },
      { name: 'scene', default: null },
    ],
  })
})

test('a parameter may be called what every object has', async () => {
  const { spec } = template()
  const { parameters } = await save({ spec: { ...spec, args: ['{constructor}'] }, defaults: {} })
  expect(parameters).toEqual([{ name: 'constructor', default: null }])
})

test('submitting the same again is harmless, whatever became of the template since', async () => {
  await save()
  const first = await submit('job-1')
  await core.clock.advance(60_000)
  await save({ deadlineSeconds: 60 })
  expect(await submit('job-1')).toEqual(first)
  await core.jobs.templates.remove(REQUESTER, 'render')
  expect(await submit('job-1')).toEqual(first)
  await expect(submit('job-1', { set: { scene: 'sea' } })).rejects.toMatchObject({ code: 'conflict' })
  await expect(submit('job-1', { version: 2 })).rejects.toMatchObject({ code: 'conflict' })
  await expect(core.submit('job-1')).rejects.toMatchObject({ code: 'conflict' })
})

test('a parameter that is missing or misspelt is refused, for a template and for a job of one', async () => {
  await expect(save({ defaults: { qualty: 'draft' } })).rejects.toMatchObject({ code: 'input.invalid', message: expect.stringContaining('{qualty}') })
  await save()
  await expect(submit('job-1', { set: {} })).rejects.toMatchObject({ code: 'input.invalid', message: expect.stringContaining('{scene}') })
  await expect(submit('job-1', { set: { scene: 'a', qualty: 'b' } })).rejects.toMatchObject({ message: expect.stringContaining('{qualty}') })
  expect((await core.jobs.list({ requesterId: REQUESTER, state: null, after: null, limit: 10 })).items).toEqual([])
})

test('a deleted template makes no more jobs, and its name goes on with the next version', async () => {
  await save()
  await core.jobs.templates.remove(REQUESTER, 'render')
  await expect(submit('job-1')).rejects.toMatchObject({ code: 'not-found' })
  await expect(core.jobs.templates.remove(REQUESTER, 'render')).rejects.toMatchObject({ code: 'not-found' })
  expect((await core.jobs.templates.list(REQUESTER, { after: null, limit: 10 })).items).toEqual([])
  expect((await save()).version).toBe(2)
  await expect(submit('job-1', { version: 1 })).rejects.toMatchObject({ code: 'not-found' })
})

test('templates are listed by name in their newest version, page by page; another requester sees none of them', async () => {
  for (const name of ['c', 'a', 'b']) await save({ name })
  await save({ name: 'a', deadlineSeconds: 60 })
  const first = await core.jobs.templates.list(REQUESTER, { after: null, limit: 2 })
  expect(first.items.map(({ name, version }) => [name, version])).toEqual([
    ['a', 2],
    ['b', 1],
  ])
  const second = await core.jobs.templates.list(REQUESTER, { after: first.next, limit: 2 })
  expect(second).toMatchObject({ items: [{ name: 'c' }], next: null })
  expect((await core.jobs.templates.list('somebody', { after: null, limit: 10 })).items).toEqual([])
  await expect(core.jobs.templates.show('somebody', { name: 'a', version: null })).rejects.toMatchObject({ code: 'not-found' })
})

test('jobs can be found by the template they were made from', async () => {
  await save()
  await core.submit('plain')
  await submit('made')
  const found = await core.jobs.list({ requesterId: REQUESTER, state: null, template: 'render', after: null, limit: 10 })
  expect(found.items.map(({ jobId }) => jobId)).toEqual(['made'])
})

import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Model } from '../../../shared/contract/model.ts'
import { OPERATOR, type TestCore, startTestCore } from '../core.fake.ts'
import { testSpec } from '../test-work.fake.ts'
import { grantApiKey } from '../registry/api-keys.ts'

let core: TestCore
beforeEach(async () => {
  core = await startTestCore()
  await grantApiKey(core.db, { requesterId: OPERATOR, name: 'Operator', apiKey: `wf_00000000_${'k'.repeat(43)}`, at: core.clock.now() })
})
afterEach(() => core[Symbol.asyncDispose]())

const models = () => core.parts.models
const { runtime, kind } = testSpec(0)
const WHISPER: Model = { name: 'whisper', version: '3', description: '', kind, runtime, needs: { gpus: 1, vramBytes: 8e9, ramBytes: 0 } }

test('an operator adds a version once; it never becomes something else', async () => {
  const added = await models().add(OPERATOR, WHISPER)
  expect(added).toEqual({ ...WHISPER, addedBy: OPERATOR, addedAt: '2026-03-01T12:10:00.000Z' })
  await core.clock.advance(1_000)
  expect(await models().add(OPERATOR, WHISPER)).toEqual(added)
  await expect(models().add(OPERATOR, { ...WHISPER, description: 'better' })).rejects.toMatchObject({ code: 'conflict' })
  expect(await models().show({ name: 'whisper', version: '3' })).toEqual(added)
  await expect(models().show({ name: 'whisper', version: '4' })).rejects.toMatchObject({ code: 'not-found' })
  expect(await core.decided('model.added')).toEqual([{ model: 'whisper@3', by: OPERATOR, image: runtime.image }])
})

test('models are listed by name and version, a page at a time', async () => {
  for (const [name, version] of [
    ['whisper', '3'],
    ['llama', '1'],
    ['whisper', '2'],
  ] as const)
    await models().add(OPERATOR, { ...WHISPER, name, version })
  const first = await models().list({ name: null, after: null, limit: 2 })
  const rest = await models().list({ name: null, after: first.next, limit: 2 })
  expect([...first.items, ...rest.items].map(({ name, version }) => `${name}@${version}`)).toEqual(['llama@1', 'whisper@2', 'whisper@3'])
  expect((await models().list({ name: 'llama', after: null, limit: 2 })).items).toHaveLength(1)
  await expect(models().list({ name: null, after: 'nonsense', limit: 2 })).rejects.toMatchObject({ code: 'input.invalid' })
})

test('a job that names a model runs that model, with what the model needs; a label without @ is only a label', async () => {
  await models().add(OPERATOR, WHISPER)
  const needs = { gpus: 1, vramBytes: 8e9, ramBytes: 0 }
  await core.submit('right', { modelId: 'whisper@3', needs })
  await core.submit('label', { modelId: 'my own model' })
  const wrong = (changes: Parameters<TestCore['submit']>[1], why: RegExp) =>
    expect(core.submit('wrong', changes)).rejects.toMatchObject({ code: 'input.invalid', message: expect.stringMatching(why) })
  await wrong({ modelId: 'whisper@4', needs }, /whisper@4, which is not known.*windfall model list/)
  await wrong({ modelId: 'whisper@3' }, /needs at least 1 GPUs with 8000000000 bytes/)
  await wrong({ modelId: 'whisper@3', needs, runtime: { ...runtime, image: `sha256:${'f'.repeat(64)}` } }, /whose image is/)
})

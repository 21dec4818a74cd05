import { expect, test } from 'vitest'
import type { JobSpec } from '../../../shared/contract/job.ts'
import { MAX_INPUT_BYTES } from '../../../shared/contract/job-input.ts'
import { digestOf } from './runtime.ts'
import { type FetchInput, fetchInputs } from './inputs.ts'
import { fakeLease } from './lease.fixture.ts'

const NEVER = new AbortController().signal
const SCENE = Buffer.from('scene')

const given = (inputs: JobSpec['inputs'], fetch: FetchInput, mayFetch = true) => {
  const lease = fakeLease()
  return fetchInputs({ mayFetch: () => mayFetch, fetch }, { ...lease, spec: { ...lease.spec, inputs } }, NEVER)
}

test('every input is fetched under the lease, in its order, with the room that is left', async () => {
  const asked: unknown[] = []
  const files = await given(
    [
      { path: 'a/b', digest: digestOf(SCENE) },
      { path: 'c', outputOf: 'job-0' },
    ],
    async (wanted) => {
      asked.push(wanted)
      return { content: SCENE, digest: digestOf(SCENE) }
    },
  )
  expect(files).toEqual([
    { path: 'a/b', content: SCENE },
    { path: 'c', content: SCENE },
  ])
  const { leaseId, token } = fakeLease()
  expect(asked).toEqual([
    { leaseId, token, index: 0, maxBytes: MAX_INPUT_BYTES },
    { leaseId, token, index: 1, maxBytes: MAX_INPUT_BYTES - SCENE.length },
  ])
})

test('a job without inputs asks for nothing, on a metered network neither', async () => {
  expect(await given(undefined, () => Promise.reject(new Error('asked')), false)).toEqual([])
})

test('something else than was asked for is not run, and nothing is fetched where the network costs', async () => {
  const other: FetchInput = async () => ({ content: SCENE, digest: digestOf(Buffer.from('other')) })
  await expect(given([{ path: 'a', digest: digestOf(SCENE) }], other)).rejects.toMatchObject({ code: 'input.invalid' })
  await expect(given([{ path: 'a', outputOf: 'job-0' }], other, false)).rejects.toMatchObject({ code: 'network.metered' })
})

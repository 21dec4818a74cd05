import { afterEach, beforeEach, expect, test } from 'vitest'
import type { JobSpec } from '../../../../shared/contract/job.ts'
import { toIso } from '../../../../shared/units.ts'
import { REQUESTER, type TestCore, startTestCore } from '../../core.fake.ts'
import { testSpec } from '../../test-work.fake.ts'

const HOUR_S = 3_600
let core: TestCore
beforeEach(async () => {
  core = await startTestCore()
})
afterEach(() => core[Symbol.asyncDispose]())

let ids = 0
const submit = (changes: Partial<JobSpec> = {}, admission?: 'best-effort') =>
  core.jobs.submit({ requesterId: REQUESTER, jobId: `job-${ids++}`, spec: testSpec(core.clock.now(), changes), admission })
const inHours = (hours: number): string => toIso(core.clock.now() + hours * HOUR_S * 1_000)
const long = (hours: number) => ({ expected: { seconds: hours * HOUR_S, watts: 250 }, price: { microUsdPerHour: '600000', maxMicroUsd: '9000000' } })

test('without a machine every job is taken, since nobody can tell', async () => {
  expect(await submit({ ...long(9) })).toMatchObject({ state: 'queued' })
})

test('a job that takes longer than its deadline leaves is refused with one that would do, and taken with that or on best effort', async () => {
  await core.enrol()
  await expect(submit(long(9))).rejects.toMatchObject({
    code: 'job.unplaceable',
    message:
      'This job is expected to run for 9 h, and its deadline 2026-03-01T18:10:00.000Z leaves 6 h. By estimate, the earliest deadline that can be met is 2026-03-01T21:38:00.000Z. To have it tried all the same, submit it with best effort (--best-effort).',
  })
  expect(await submit({ ...long(9), deadline: '2026-03-01T21:38:00.000Z' })).toMatchObject({ state: 'queued' })
  expect(await submit(long(9), 'best-effort')).toMatchObject({ state: 'queued' })
})

test('what a deadline leaves never reads as enough where it is not', async () => {
  await core.enrol()
  const minute = { expected: { seconds: 60, watts: 250 }, deadline: toIso(core.clock.now() + 1_900) }
  await expect(submit(minute)).rejects.toMatchObject({ message: expect.stringMatching(/expected to run for 60 s, and its deadline \S+ leaves 1 s\./) })
})

test('what no machine has is refused with what keeps them away, until there is one that has it', async () => {
  await core.enrol()
  const needs = { gpus: 1, vramBytes: 20e9, ramBytes: 0 }
  await expect(submit({ needs })).rejects.toMatchObject({
    code: 'job.unplaceable',
    message: expect.stringContaining('1 with too little VRAM. Ask for less VRAM'),
  })
  expect(await submit({ needs }, 'best-effort')).toMatchObject({ state: 'queued' })
})

test('promises add up, and a promise that is over makes room at once', async () => {
  await core.enrol()
  const five = long(5)
  const first = await submit(five)
  await expect(submit(five)).rejects.toMatchObject({ code: 'job.unplaceable', message: expect.stringContaining('promised to') })
  await core.jobs.cancel(REQUESTER, first.jobId)
  expect(await submit(five)).toMatchObject({ state: 'queued' })
})

test('an array is taken if all its jobs can be done, and not otherwise', async () => {
  await core.enrol()
  const array = (arrayId: string, jobs: number) =>
    core.jobs.arrays.submit(REQUESTER, { arrayId, spec: testSpec(core.clock.now(), { ...long(1), outputSha256: null }), range: { from: 0, to: jobs - 1 } })
  await expect(array('many', 7)).rejects.toMatchObject({ code: 'job.unplaceable' })
  expect(await array('few', 6)).toMatchObject({ jobs: 6 })
  await expect(submit({ deadline: inHours(5.5) })).resolves.toMatchObject({ state: 'queued' })
})

import { afterEach, beforeEach, expect, test } from 'vitest'
import type { ArraySubmission } from '../../../../shared/contract/job-array.ts'
import type { JobSpec } from '../../../../shared/contract/job.ts'
import { REQUESTER, type TestCore } from '../../core.fake.ts'
import { testSpec } from '../../test-work.fake.ts'
import { startTestCore } from '../../core.fake.ts'
import { createJobMoney } from '../../job-money.ts'
import { requesterDeposit } from '../../ledger/entries.ts'
import { checkLedger } from '../../ledger/check.ts'
import { book, prepaidOf } from '../../ledger/ledger.ts'
import { transact } from '../../persistence/database.ts'
import { microUsd } from '../../../../shared/units.ts'

/** What one job may cost. */
const EACH = 1_000_000n

let core: TestCore
beforeEach(async () => {
  core = await startTestCore({
    changes(_, { clock, ids }) {
      const { settle, ...money } = createJobMoney(clock, ids)
      return { settle, money }
    },
  })
  await transact(core.db, (tx) => book(tx, requesterDeposit({ id: 'd', requesterId: REQUESTER, amount: microUsd(EACH * 20n), at: 0 })))
})
afterEach(() => core[Symbol.asyncDispose]())

const spec = (changes: Partial<JobSpec> = {}) => testSpec(core.clock.now(), { args: ['{index}'], outputSha256: null, ...changes })
const submit = (changes: Partial<ArraySubmission> = {}) =>
  core.jobs.arrays.submit(REQUESTER, { arrayId: 'frames', spec: spec(), range: { from: 0, to: 9 }, ...changes })
const jobsOf = async (array: string, limit = 200, after: string | null = null) => core.jobs.list({ requesterId: REQUESTER, state: null, array, after, limit })

test('an array is accepted whole: one job for each index, each with its money set aside', async () => {
  const view = await submit({ range: { from: 3, to: 12 } })
  expect(view).toMatchObject({ arrayId: 'frames', name: 'test job', jobs: 10, states: { queued: 10 }, ended: 0, priceMicroUsd: '0', template: null })
  const { items } = await jobsOf('frames')
  expect(items.map(({ jobId, spec: { args }, array }) => [jobId, args, array?.index])).toEqual(
    Array.from({ length: 10 }, (_, index) => [`frames-${index + 3}`, [String(index + 3)], index + 3]),
  )
  expect(await prepaidOf(core.db, REQUESTER)).toBe(EACH * 10n)
  expect(await checkLedger(core.db)).toMatchObject({ balanced: true, findings: [] })
})

test('one for which there is not enough money leaves nothing behind', async () => {
  await expect(submit({ range: { from: 0, to: 20 } })).rejects.toMatchObject({
    code: 'funds.insufficient',
    message:
      'These 21 jobs may cost up to $21.000000, and your balance is $20.000000. Add funds (windfall requester deposit, or Account in the console), or submit fewer or smaller ones.',
  })
  expect((await jobsOf('frames')).items).toEqual([])
  await expect(core.jobs.arrays.view(REQUESTER, 'frames')).rejects.toMatchObject({ code: 'not-found' })
  expect(await prepaidOf(core.db, REQUESTER)).toBe(EACH * 20n)
})

test('a job that is called like one of the array refuses the whole array', async () => {
  await core.submit('frames-4')
  await expect(submit()).rejects.toMatchObject({ code: 'conflict' })
  expect((await jobsOf('frames')).items).toEqual([])
  expect(await prepaidOf(core.db, REQUESTER)).toBe(EACH * 19n)
})

test('submitting the same again is harmless; something else under the same id is refused', async () => {
  const submission = { arrayId: 'frames', spec: spec(), range: { from: 0, to: 4 } }
  const [first, second] = await Promise.all([core.jobs.arrays.submit(REQUESTER, submission), core.jobs.arrays.submit(REQUESTER, submission)])
  expect(second).toEqual(first)
  await core.clock.advance(7 * 3_600_000)
  expect(await core.jobs.arrays.submit(REQUESTER, submission)).toMatchObject({ arrayId: 'frames', jobs: 5 })
  await expect(core.jobs.arrays.submit(REQUESTER, { ...submission, range: { from: 0, to: 5 } })).rejects.toMatchObject({ code: 'conflict' })
  await expect(core.jobs.arrays.submit('somebody', submission)).rejects.toMatchObject({ code: 'conflict' })
  await expect(core.jobs.arrays.view('somebody', 'frames')).rejects.toMatchObject({ code: 'not-found' })
})

test('rows of parameters make one job each, of a job or of a template', async () => {
  const rows = [{ scene: 'forest' }, { scene: 'sea' }]
  await submit({ range: undefined, rows, spec: spec({ args: ['{scene}', '{index}'], env: { SCENE: '{scene}' } }) })
  expect((await jobsOf('frames')).items.map((job) => [job.spec.args, job.spec.env])).toEqual([
    [['forest', '0'], { SCENE: 'forest' }],
    [['sea', '1'], { SCENE: 'sea' }],
  ])
  const { deadline: _, earliestStart: _none, ...body } = spec({ args: ['{scene}', '{quality}', '{index}'] })
  await core.jobs.templates.save(REQUESTER, { name: 'render', spec: body, deadlineSeconds: 3_600, defaults: { quality: 'draft' } })
  const use = { name: 'render', version: null, set: {}, deadline: null }
  expect(await submit({ arrayId: 'more', range: undefined, spec: undefined, template: use, rows })).toMatchObject({ template: { name: 'render', version: 1 } })
  const made = (await jobsOf('more')).items
  expect(made.map((job) => job.spec.args)).toEqual([
    ['forest', 'draft', '0'],
    ['sea', 'draft', '1'],
  ])
  expect(made[0]?.template).toEqual({ name: 'render', version: 1 })
})

test.each([
  ['a parameter that nothing gives', { spec: { args: ['{scene}'] } }, '{scene}'],
  ['rows that differ', { spec: { args: ['{a}'] }, range: undefined, rows: [{ a: '1' }, { b: '1' }] }, 'Row 2 has other parameters'],
  ['a row that gives the index', { range: undefined, rows: [{ index: '1' }] }, '{index} is the number of the job'],
  ['a result that is known for all', { spec: { outputSha256: 'a'.repeat(64) } }, 'different outputs'],
  ['a job that is too large', { spec: { args: Array.from({ length: 13 }, () => 'x'.repeat(4_000)) } }, 'and may have 49152'],
])('refuses %s', async (_, { spec: changed, ...changes }: { spec?: Partial<JobSpec>; range?: undefined; rows?: Record<string, string>[] }, words) => {
  await expect(submit({ ...changes, spec: spec(changed) })).rejects.toMatchObject({ code: 'input.invalid', message: expect.stringContaining(words) })
})

test('jobs of an array are paged in their order', async () => {
  await submit({ range: { from: 8, to: 12 } })
  const first = await jobsOf('frames', 3)
  expect(first.items.map(({ jobId }) => jobId)).toEqual(['frames-8', 'frames-9', 'frames-10'])
  expect((await jobsOf('frames', 3, first.next)).items.map(({ jobId }) => jobId)).toEqual(['frames-11', 'frames-12'])
})

test('cancelling an array cancels what has not ended, tells the machine and gives the money back', async () => {
  const node = await core.enrol()
  await submit()
  await node.ready()
  expect(await core.jobs.request(node.nodeId, ['docker'])).not.toBeNull()
  const view = await core.jobs.arrays.cancel(REQUESTER, 'frames')
  expect(view).toMatchObject({ states: { cancelled: 10 }, ended: 10 })
  expect(await prepaidOf(core.db, REQUESTER)).toBe(EACH * 20n)
  expect(await core.jobs.arrays.cancel(REQUESTER, 'frames')).toEqual(view)
  expect(await checkLedger(core.db)).toMatchObject({ balanced: true, findings: [] })
  await expect(core.jobs.arrays.cancel('somebody', 'frames')).rejects.toMatchObject({ code: 'not-found' })
})

test('arrays are listed newest first, page by page', async () => {
  for (const arrayId of ['a', 'b', 'c']) {
    await core.clock.advance(1_000)
    await submit({ arrayId, range: { from: 0, to: 1 } })
  }
  const first = await core.jobs.arrays.list(REQUESTER, { after: null, limit: 2 })
  expect(first.items.map(({ arrayId }) => arrayId)).toEqual(['c', 'b'])
  expect(await core.jobs.arrays.list(REQUESTER, { after: first.next, limit: 2 })).toMatchObject({ items: [{ arrayId: 'a' }], next: null })
  expect((await core.jobs.arrays.list('somebody', { after: null, limit: 2 })).items).toEqual([])
})

test('one record says that an array was queued', async () => {
  await submit()
  expect(await core.decided('array.queued')).toEqual([{ arrayId: 'frames', requesterId: REQUESTER, jobs: 10 }])
})

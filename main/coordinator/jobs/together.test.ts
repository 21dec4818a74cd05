import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { WindfallError } from '../../../shared/errors.ts'
import { verifyDecisions } from '../audit/audit.ts'
import { REQUESTER, type TestCore, startTestCore } from '../core.fake.ts'
import { testSpec } from '../test-work.fake.ts'
import { generateApiKey, grantApiKey } from '../registry/api-keys.ts'
import type { Order } from './accepting.ts'
import type { NewJob } from './jobs.store.ts'
import { createAccept } from './submitting.ts'
import { createTogether } from './together.ts'

const turn = () => new Promise<void>((resolve) => setImmediate(resolve))

test('each gets the answer it would have got alone, in its turn, however many arrive at once and whatever is wrong with some of them', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.record({ id: fc.nat(5), fails: fc.boolean(), waits: fc.boolean() }), { maxLength: 150 }), async (orders) => {
      const known = new Set<number>()
      const largest = { size: 0 }
      const accept = createTogether<{ id: number; fails: boolean }, string>(async (all) => {
        await turn()
        largest.size = Math.max(largest.size, all.length)
        if (all.some(({ fails }) => fails)) throw new RangeError('not this one')
        return all.map(({ id }) => (known.has(id) ? 'known' : known.add(id) && 'new'))
      })
      const answers: Promise<string>[] = []
      for (const order of orders) {
        answers.push(accept(order).catch(({ name }: Error) => name))
        if (order.waits) await turn()
      }
      const alone = new Set<number>()
      const expected = orders.map(({ id, fails }) => (fails ? 'RangeError' : alone.has(id) ? 'known' : alone.add(id) && 'new'))
      expect(await Promise.all(answers)).toEqual(expected)
      expect(largest.size).toBeLessThanOrEqual(64)
    }),
    { numRuns: 50 },
  )
})

test('where the place is to blame, nobody is tried again by itself', async () => {
  let tries = 0
  const accept = createTogether<number, number>(async (all) => {
    tries += 1
    await turn()
    if (all.length > 1) throw new WindfallError('storage.full', 'The disk is full.')
    return all
  })
  const answers = await Promise.allSettled([1, 2, 3].map(accept))
  expect([answers.map(({ status }) => status), tries]).toEqual([['fulfilled', 'rejected', 'rejected'], 2])
})

const none = async () => undefined
const nothing = { reserveAll: none, release: none, releaseAll: none }
const OTHER = 'requester-2'

async function startWithTwo(): Promise<TestCore> {
  const core = await startTestCore()
  await grantApiKey(core.db, { requesterId: OTHER, name: 'another', apiKey: generateApiKey((bytes) => new Uint8Array(bytes)), at: core.clock.now() })
  return core
}

const GPU = { gpus: 1, vramBytes: 0, ramBytes: 0 }

/** Of requesters with too little money for jobs on processors. One id comes twice, and one job runs after another that comes with it. */
const ordersFor = (now: number): Order[] =>
  Array.from({ length: 12 }, (_, index) => ({
    requesterId: index % 5 === 4 ? OTHER : REQUESTER,
    jobId: `job-${index === 7 ? 6 : index}`,
    spec: testSpec(now, { expected: { seconds: 60 * (1 + (index % 3)), watts: 250 }, needs: { ...GPU, gpus: index === 5 ? 0 : 1 } }),
    template: null,
    after: index === 11 ? [{ jobId: 'job-8', when: 'completed' }] : index === 10 ? [{ jobId: 'nobody', when: 'completed' }] : [],
    isBestEffort: index === 3,
    submittedAt: now,
  }))

const acceptFor = ({ db, decide }: TestCore) =>
  createAccept({
    db,
    decide,
    money: {
      ...nothing,
      async reserve(tx, orders) {
        for (const { jobId, microUsd } of orders) await decide(tx, 'test.reserve', { jobId, microUsd: String(microUsd) })
        const isDear = await tx.selectFrom('job').select('id').where('place', '=', 'processor').executeTakeFirst()
        if (isDear) throw new WindfallError('funds.insufficient', 'Your balance is too small.')
      },
    },
  })

const outcome = (one: PromiseSettledResult<NewJob | null>) => (one.status === 'fulfilled' ? one.value : (one.reason as WindfallError).code)

const left = async ({ db }: TestCore) => ({
  jobs: await db.selectFrom('job').selectAll().orderBy('id').execute(),
  shares: await db.selectFrom('fair_share').selectAll().orderBy('place').orderBy('requester_id').execute(),
  links: await db.selectFrom('job_after').selectAll().execute(),
  log: await db.selectFrom('decision').select(['kind', 'body']).orderBy('kind').orderBy('seq').execute(),
  broken: (await verifyDecisions(db)).brokenAt,
})

test('jobs that are submitted together stand where they would have one after another, and are recorded alike', async () => {
  await using core = await startWithTwo()
  await using other = await startWithTwo()
  const orders = ordersFor(core.clock.now())
  const together = (await Promise.allSettled(orders.map(acceptFor(core)))).map(outcome)
  const alone: unknown[] = []
  for (const order of orders) alone.push(...(await Promise.allSettled([acceptFor(other)(order)])).map(outcome))
  expect(together).toEqual(alone)
  const [dear, again, orphan] = [5, 7, 10].map((index) => together[index])
  expect([dear, again, orphan]).toEqual(['funds.insufficient', null, 'not-found'])
  expect(together.filter((one) => one !== null && typeof one === 'object')).toHaveLength(9)
  const said = await left(core)
  expect(said).toEqual(await left(other))
  expect(said.broken).toBeNull()
})

test('of jobs none of which is to blame, all are accepted by one look at each line', async () => {
  await using core = await startWithTwo()
  await using other = await startWithTwo()
  const orders = ordersFor(core.clock.now()).filter((_, index) => ![5, 10, 11].includes(index))
  const together = await Promise.all(orders.map(acceptFor(core)))
  const alone: unknown[] = []
  for (const order of orders) alone.push(await acceptFor(other)(order))
  expect(together).toEqual(alone)
  expect(await left(core)).toEqual(await left(other))
})

/** Whatever results come and whoever crashes meanwhile, each is paid once or not at all, and the money adds up. */
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Quorum } from '../../shared/contract/quorum.ts'
import { microUsd } from '../../shared/units.ts'
import { REQUESTER, type TestNode } from './core.fake.ts'
import { VERIFIER } from './ledger/accounts.ts'
import { requesterDeposit } from './ledger/entries.ts'
import { book } from './ledger/ledger.ts'
import { transact } from './persistence/database.ts'
import { dyingAt } from './persistence/dying.fake.ts'
import { MOST, books, bring, handIn, submitCompared } from './quorum.fixture.ts'
import { type World, claimOf, leaseTo, startRuns, work } from './runs.fixture.ts'

const MINUTE_MS = 60_000
const OUTPUTS = ['a', 'b', 'c'] as const
const ENDED = ['completed', 'failed', 'expired', 'cancelled']

const Step = fc.record({ by: fc.nat({ max: 3 }), what: fc.constantFrom('brings', 'brings', 'brings', 'fails', 'repeats'), output: fc.constantFrom(...OUTPUTS) })
type Step = typeof Step extends fc.Arbitrary<infer T> ? T : never
const End = fc.constantFrom('waits', 'cancelled', 'expired')
const Asked = fc.record({ results: fc.integer({ min: 1, max: 3 }), atMost: fc.integer({ min: 3, max: 4 }) })

const viewJob = ({ core }: World, jobId = 'job-1') => core.parts.jobs.view(REQUESTER, jobId)
const isOver = async (world: World, jobId?: string): Promise<boolean> => ENDED.includes((await viewJob(world, jobId)).state)

const fund = (world: World, amount: bigint) =>
  transact(world.core.db, (tx) => book(tx, requesterDeposit({ id: 'v', requesterId: VERIFIER, amount: microUsd(amount), at: world.core.clock.now() })))

/** What ends waits looks once. */
async function look(world: World): Promise<void> {
  const stop = new AbortController()
  const running = world.core.closing.run(stop.signal)
  await expect.poll(() => world.core.clock.sleepers(), { interval: 1 }).toBe(2)
  stop.abort()
  await running
}

type Said = Awaited<ReturnType<typeof bring>>['said']

/** The first of the nodes that may have the job, from this one on; `null` if all have done it. */
async function taker({ core, nodes }: World, from: number): Promise<TestNode | null> {
  const done = new Set((await viewJob({ core } as World)).quorum?.results.map(({ nodeId }) => nodeId))
  return [...nodes.slice(from), ...nodes.slice(0, from)].find(({ nodeId }) => !done.has(nodeId)) ?? null
}

async function take(world: World, { by, what, output }: Step, told: { node: TestNode; said: Said }[]): Promise<void> {
  if (what === 'repeats') {
    for (const { node, said } of told) await world.core.parts.proofs.submit(node.nodeId, said)
    return
  }
  const node = await taker(world, by)
  if (!node || (await isOver(world))) return
  if (what === 'brings') return void told.push({ node, said: (await bring(world, node, output)).said })
  const lease = await leaseTo(world, node)
  await world.core.jobs.fail({ ...claimOf(node, lease), reason: 'runtime.failed', message: 'It broke.', exitCode: null, retry: true })
  // Whoever failed is not asked again for a while.
  await world.core.clock.advance(31 * MINUTE_MS)
}

async function end(world: World, how: typeof End extends fc.Arbitrary<infer T> ? T : never): Promise<void> {
  if (how === 'cancelled') return void (await world.core.parts.jobs.cancel(REQUESTER, 'job-1'))
  await world.core.clock.advance((how === 'waits' ? 61 : 7 * 60) * MINUTE_MS)
  await world.core.jobs.round()
  await look(world)
  if (!(await isOver(world))) await end(world, 'expired')
}

async function checkMoney(world: World, funded: bigint): Promise<void> {
  const { core } = world
  const { state, priceMicroUsd, quorum, receiptIds, spec } = await viewJob(world)
  const proofs = await core.db.selectFrom('proof').select(['id', 'receipt_id', 'unpaid']).execute()
  const paid = proofs.filter(({ receipt_id }) => receipt_id !== null)
  for (const { receipt_id, unpaid } of proofs) expect([receipt_id === null, unpaid !== null]).toEqual([unpaid !== null, receipt_id === null])
  expect(new Set(paid.map(({ receipt_id }) => receipt_id))).toEqual(new Set(receiptIds))
  if (state === 'failed' || state === 'expired') expect(paid).toEqual([])
  const counted = quorum?.results.filter(({ verdict }) => verdict === 'agrees' || verdict === 'unconfirmed') ?? []
  if (state === 'completed' && counted.length > 0) {
    expect(new Set(counted.map(({ proofId }) => proofId))).toEqual(new Set(paid.map(({ id }) => id)))
    expect(counted).toHaveLength(quorum?.results.some(({ verdict }) => verdict === 'unconfirmed') ? 1 : (quorum?.wanted ?? 0))
    expect(new Set(counted.map(({ outputSha256 }) => outputSha256)).size).toBe(1)
  }
  const { paid: spent, findings } = await books(world)
  expect([spent, findings]).toEqual([BigInt(priceMicroUsd ?? 0), []])
  expect(spent).toBeLessThanOrEqual(MOST * BigInt(spec.quorum?.results ?? 1))
  const balances = await core.db.selectFrom('ledger_balance').select(['account', 'amount']).where('amount', '<>', 0n).execute()
  expect(balances.filter(({ account }) => /^job:|:accrued$/.test(account))).toEqual([])
  const sum = (pattern: RegExp) => balances.reduce((all, { account, amount }) => (pattern.test(account) ? all + amount : all), 0n)
  expect(sum(/:confirmed$|^platform:revenue$/)).toBe(spent + funded - sum(/^requester:windfall-verification:prepaid$/))
}

test('whatever results come in whatever order, those that agree are paid once, and the rest of the money goes back to whose it was', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(Step, { minLength: 1, maxLength: 5 }), End, Asked, fc.boolean(), async (steps, how, asked, isFunded) => {
      const world = await startRuns(4)
      const funded = isFunded ? 3n * MOST : 0n
      try {
        if (isFunded) await fund(world, funded)
        await submitCompared(world, { ...asked, compare: { kind: 'exact' } })
        const told: { node: TestNode; said: Said }[] = []
        for (const step of steps) if (!(await isOver(world))) await take(world, step, told)
        if (!(await isOver(world))) await end(world, how)
        for (const { node, said } of told) await world.core.parts.proofs.submit(node.nodeId, said)
        await checkMoney(world, funded)
      } finally {
        await world.core[Symbol.asyncDispose]()
      }
    }),
    { numRuns: 4 },
  )
})

const EXACT: Quorum = { results: 2, compare: { kind: 'exact' } }

/** Of the writes of one step, so many are let pass before the first one that kills. */
const EVERY = 9

test('a coordinator that dies while it keeps a result or compares it has done it not at all, or does it once when it is told again', async () => {
  const left = { writes: Number.POSITIVE_INFINITY }
  const world = await startRuns(2, ({ db }) => ({ db: db.withPlugin(dyingAt(left)) }))
  try {
    let spent = 0n
    for (let round = 0, died = true; died; round += 1) {
      died = false
      const jobId = `job-${round}`
      await submitCompared(world, EXACT, {}, jobId)
      for (const node of world.nodes) {
        const lease = await leaseTo(world, node)
        await work(world, { node, lease, ms: MINUTE_MS })
        left.writes = round * EVERY
        const first = await handIn(world, { node, lease, output: 'a' }).catch(() => null)
        died ||= left.writes < 0
        left.writes = Number.POSITIVE_INFINITY
        if (!first) await handIn(world, { node, lease, output: 'a' })
      }
      expect(await viewJob(world, jobId)).toMatchObject({ state: 'completed', quorum: { agree: 2 }, receiptIds: [expect.any(String), expect.any(String)] })
      spent += BigInt((await viewJob(world, jobId)).priceMicroUsd ?? 0)
      expect(await books(world)).toEqual({ paid: spent, findings: [] })
    }
  } finally {
    await world.core[Symbol.asyncDispose]()
  }
})

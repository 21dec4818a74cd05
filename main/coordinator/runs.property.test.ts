/** Whatever happens to the runs of a job, its money and its energy add up. */
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { serializeBundle } from '../../shared/domain/open-bundle.ts'
import { priceOf } from '../../shared/domain/pay.ts'
import { predicateOf } from '../../shared/domain/receipt-summary.ts'
import { verifyReceipt } from '../../shared/domain/verify-receipt.ts'
import { JOULES_PER_WH } from '../../shared/units.ts'
import { nodeVerifyPort } from '../kernel/verify-port.ts'
import { REQUESTER, type TestNode } from './core.fake.ts'
import { checkLedger } from './ledger/check.ts'
import { dyingAt } from './persistence/dying.fake.ts'
import { createProofsStore } from './proofs/proofs.store.ts'
import { bundleOf } from './receipts/read.ts'
import {
  PREPAID,
  type World,
  claimOf,
  finished,
  givenBack,
  leaseTo,
  prepaid,
  runAndGiveBack,
  runToTheEnd,
  save,
  startRuns,
  submitSaving,
  viewJob,
  work,
} from './runs.fixture.ts'

const MINUTE_MS = 60_000

const Step = fc.record({
  what: fc.constantFrom('given-back', 'given-back', 'unproven', 'unsaved', 'lost', 'late', 'wrong', 'repeated'),
  on: fc.nat({ max: 2 }),
  ms: fc.integer({ min: 1_000, max: 8 * MINUTE_MS }),
})
type Step = typeof Step extends fc.Arbitrary<infer T> ? T : never
const End = fc.constantFrom('finished', 'finished', 'cancelled', 'failed', 'expired')

type Said = Awaited<ReturnType<typeof givenBack>>
interface History {
  readonly world: World
  readonly told: { readonly node: TestNode; readonly said: Said }[]
  /** Proofs of runs that a wrong result came of. */
  readonly worthless: Set<string>
}

const isOver = async (world: World): Promise<boolean> => ['completed', 'failed', 'expired', 'cancelled'].includes((await viewJob(world)).state)
const refused = (call: Promise<unknown>) => expect(call).rejects.toMatchObject({ code: expect.stringMatching(/^proof\./) })

async function fallSilent({ core, nodes }: World): Promise<void> {
  for (const { nodeId } of nodes) await core.parts.agents.heartbeat(nodeId, { ready: false, reasons: ['user'], running: [] })
  await core.clock.advance(100_000)
  await core.jobs.round()
}

async function take({ world, told, worthless }: History, { what, on, ms }: Step): Promise<void> {
  const { core, nodes } = world
  const node = nodes[on % nodes.length] as TestNode
  if (what === 'repeated') {
    for (const { node: teller, said } of told) await core.parts.proofs.giveBack(teller.nodeId, said)
    return
  }
  const lease = await leaseTo(world, node)
  const run = { node, lease, ms }
  await work(world, run)
  if (what === 'lost') return fallSilent(world)
  if (what === 'wrong') {
    const { spec } = lease
    const rules = (outputSha256: string | null) =>
      core.db
        .updateTable('job')
        .set({ spec: JSON.stringify({ ...spec, outputSha256 }) })
        .execute()
    await rules('f'.repeat(64))
    await refused(core.parts.proofs.submit(node.nodeId, await finished(world, run)))
    await rules(spec.outputSha256)
    for (const { said } of told) worthless.add(`proof-of-${said.leaseId}`)
    return
  }
  const said = await givenBack(world, run)
  if (what !== 'unsaved') await save(world, node, lease)
  if (what === 'unsaved') await refused(core.parts.proofs.giveBack(node.nodeId, said))
  if (what === 'unsaved' || what === 'unproven')
    return core.jobs.fail({ ...claimOf(node, lease), reason: 'owner-present', message: 'The machine was needed.', exitCode: null, retry: true })
  if (what === 'late') await fallSilent(world)
  if (await isOver(world)) return refused(core.parts.proofs.giveBack(node.nodeId, said))
  await core.parts.proofs.giveBack(node.nodeId, said)
  told.push({ node, said })
}

async function end({ world }: History, how: typeof End extends fc.Arbitrary<infer T> ? T : never): Promise<void> {
  const { core, nodes } = world
  const node = nodes[0] as TestNode
  if (how === 'finished') return void (await runToTheEnd(world, node, 61_001))
  if (how === 'cancelled') return void (await core.parts.jobs.cancel(REQUESTER, 'job-1'))
  if (how === 'expired') {
    await core.clock.advance(48 * 3_600_000)
    return core.jobs.round()
  }
  const lease = await leaseTo(world, node)
  await core.jobs.fail({ ...claimOf(node, lease), reason: 'job.exit-code', message: 'It failed.', exitCode: 1, retry: false })
}

/** Σ ledger = 0, Σ paid = the price of all run time that counts, and every such proof is in exactly one receipt that verifies offline. */
async function checkEverything(world: World, worthless: ReadonlySet<string> = new Set()): Promise<void> {
  const { core } = world
  const { state, spec, receiptIds, receiptId, priceMicroUsd } = await viewJob(world)
  const isPaid = state === 'completed' || state === 'cancelled'
  const proofs = await core.db.selectFrom('proof').select(['id', 'paid_ms', 'receipt_id', 'unpaid']).execute()
  const counting = proofs.filter(({ unpaid }) => unpaid === null)
  if (!isPaid) expect(counting).toEqual([])
  else expect(new Set(proofs.flatMap(({ id, unpaid }) => (unpaid === null ? [] : [id])))).toEqual(worthless)
  const price = priceOf(
    spec.price,
    counting.reduce((sum, { paid_ms }) => sum + (paid_ms ?? 0), 0),
  )
  expect(price).toBeLessThanOrEqual(BigInt(spec.price.maxMicroUsd))
  expect(BigInt(priceMicroUsd ?? 0)).toBe(price)
  expect(await prepaid(world)).toBe(PREPAID - price)
  const { balanced, findings, confirmedMicroUsd } = await checkLedger(core.db)
  expect([balanced, findings]).toEqual([true, []])
  const accrued = core.db.selectFrom('ledger_balance').select(['account', 'amount']).where('account', 'like', '%:accrued').where('amount', '<>', 0n)
  expect(await accrued.execute()).toEqual([])
  const revenue = await core.db.selectFrom('ledger_balance').select('amount').where('account', '=', 'platform:revenue').executeTakeFirst()
  expect(BigInt(confirmedMicroUsd) + (revenue?.amount ?? 0n)).toBe(price)

  expect(receiptIds.at(-1) ?? null).toBe(receiptId)
  const bundles = await Promise.all(receiptIds.map((id) => bundleOf(core.db, id)))
  for (const bundle of bundles)
    expect(await verifyReceipt(serializeBundle(bundle), { crypto: nodeVerifyPort, pinnedKeys: world.receiptKeys })).toMatchObject({ valid: true })
  const predicates = bundles.map(predicateOf)
  const named = predicates.flatMap((predicate) => predicate.proofs.map(({ proofId }) => [proofId, predicate.receiptId] as const))
  expect(named).toHaveLength(counting.length)
  expect(Object.fromEntries(named)).toEqual(Object.fromEntries(counting.map(({ id, receipt_id }) => [id, receipt_id])))
  expect(new Set(predicates.map(({ nodeId }) => nodeId)).size).toBe(predicates.length)
  const accepted = await Promise.all(counting.map(({ id }) => createProofsStore(core.db).accepted(id)))
  const [proven, receipted] = [accepted.reduce((sum, { proof }) => sum + proof.boardJ, 0), predicates.reduce((sum, { energyWh }) => sum + energyWh, 0)]
  expect(receipted * JOULES_PER_WH).toBeCloseTo(proven, 6)
  await checkNews(world, proofs)
}

/** What owners were told last of each proof is what became of it. */
async function checkNews({ core, nodes }: World, proofs: readonly { id: string; receipt_id: string | null; unpaid: string | null }[]): Promise<void> {
  const last = new Map<string, unknown>()
  for (const { nodeId } of nodes)
    for (const { fact } of await core.parts.agents.events(nodeId, { after: 0, limit: 200 })) {
      if (fact.kind === 'proof-accepted') last.set(fact.proofId, [fact.receiptId, null])
      if (fact.kind === 'run-unpaid') last.set(fact.proofId, [null, fact.cause])
    }
  expect(Object.fromEntries(last)).toEqual(Object.fromEntries(proofs.map(({ id, receipt_id, unpaid }) => [id, [receipt_id, unpaid]])))
}

test('whatever happens to the runs of a job, exactly the run time that counts is paid and receipted, once', async () => {
  const prices = fc.constantFrom({ microUsdPerHour: '600000', maxMicroUsd: '1000000' }, { microUsdPerHour: '777777', maxMicroUsd: '100003' })
  await fc.assert(
    fc.asyncProperty(fc.array(Step, { maxLength: 6 }), End, prices, async (steps, how, price) => {
      const world = await startRuns(3)
      try {
        await submitSaving(world, { price })
        const history: History = { world, told: [], worthless: new Set() }
        for (const step of steps) if (!(await isOver(world))) await take(history, step)
        if (!(await isOver(world))) await end(history, how)
        for (const { node, said } of history.told) await world.core.parts.proofs.giveBack(node.nodeId, said)
        await checkEverything(world, history.worthless)
      } finally {
        await world.core[Symbol.asyncDispose]()
      }
    }),
    { numRuns: 40 },
  )
})

type Act = (world: World) => Promise<() => Promise<unknown>>
const acts: readonly (readonly [string, Act])[] = [
  [
    'giving a run back',
    async (world) => {
      const node = world.nodes[1] as TestNode
      const lease = await leaseTo(world, node)
      const run = { node, lease, ms: MINUTE_MS }
      await work(world, run)
      await save(world, node, lease)
      const said = await givenBack(world, run)
      return () => world.core.parts.proofs.giveBack(node.nodeId, said)
    },
  ],
  [
    'finishing the job',
    async (world) => {
      const node = world.nodes[1] as TestNode
      const lease = await leaseTo(world, node)
      const run = { node, lease, ms: MINUTE_MS }
      await work(world, run)
      const said = await finished(world, run)
      return () => world.core.parts.proofs.submit(node.nodeId, said)
    },
  ],
  ['cancelling it', async (world) => () => world.core.parts.jobs.cancel(REQUESTER, 'job-1')],
]

test.each(acts)('a coordinator that dies at any write while %s has done it not at all, or does it once when it is told again', async (_, act) => {
  for (let writes = 0, died = true; died; writes += 1) {
    const left = { writes: Number.POSITIVE_INFINITY }
    const world = await startRuns(2, ({ db }) => ({ db: db.withPlugin(dyingAt(left)) }))
    try {
      await submitSaving(world)
      await runAndGiveBack(world, world.nodes[0] as TestNode, 2 * MINUTE_MS)
      const again = await act(world)
      left.writes = writes
      await again().catch(() => undefined)
      died = left.writes < 0
      left.writes = Number.POSITIVE_INFINITY
      await again()
      if (!(await isOver(world))) await runToTheEnd(world, world.nodes[0] as TestNode, MINUTE_MS)
      await checkEverything(world)
    } finally {
      await world.core[Symbol.asyncDispose]()
    }
  }
})

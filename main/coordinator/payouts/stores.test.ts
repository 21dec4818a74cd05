import { afterEach, beforeEach, expect, test } from 'vitest'
import { lamports, microUsd } from '../../../shared/units.ts'
import { type Db, transact } from '../persistence/database.ts'
import { openTestDatabase } from '../persistence/database.fake.ts'
import type { Item } from './batch.ts'
import { createBatchesStore } from './batches.store.ts'
import { createClaimsStore } from './claims.store.ts'
import { createPauseStore } from './control.store.ts'
import { listPayouts } from './listing.store.ts'
import { createPayoutsStore } from './payouts.store.ts'
import { type Quote, createQuotesStore } from './quotes.store.ts'
import { USUAL_TERMS, createTermsStore } from './terms.store.ts'

let db: Db
beforeEach(async () => {
  db = await openTestDatabase()
})
afterEach(() => db.destroy())

const MOST = 2n ** 63n - 1n
const node = (letter: string): string => letter.repeat(43)
const item = (id: string, changes: Partial<Item> = {}): Item => ({
  id,
  nodeId: node('a'),
  address: `wallet-${id}`,
  microUsd: microUsd(1_000n),
  amount: 5_000n,
  feeMicroUsd: microUsd(0n),
  rentMicroUsd: microUsd(0n),
  rentLamports: lamports(0n),
  claimId: null,
  rate: null,
  ...changes,
})
const batch = (id: string, changes = {}) =>
  ({ id, kind: 'payout', asset: 'lamports', memo: `wf1:${id}`, cluster: 'localnet', rate: 'r', at: 100, approvalsNeeded: 0, ...changes }) as const
const quote = (id: string, changes: Partial<Quote> = {}): Quote => ({
  id,
  nodeId: node('a'),
  asset: 'micro-usdc',
  address: 'wallet',
  microUsd: microUsd(MOST),
  feeMicroUsd: microUsd(1n),
  feeLamports: lamports(5_000n),
  rentMicroUsd: microUsd(2n),
  rentLamports: lamports(1_488_440n),
  amount: 7n,
  microUsdPerSol: microUsd(200_000_000n),
  rate: 'r',
  expiresAt: 1_000,
  ...changes,
})

test('batches: what is open, in flight, planned lately and for whom; sound payouts move to another batch', async () => {
  const store = createPayoutsStore(db)
  await store.addBatch(batch('b1'))
  expect(await store.addBatch(batch('b2', { memo: 'wf1:b1' }))).toBe('duplicate')
  await store.addItems('b1', [item('i1', { amount: MOST }), item('i2')])
  await store.addBatch(batch('b3', { asset: 'micro-usdc', at: 50 }))
  await store.addItems('b3', [item('i3', { address: 'wallet-i1', rentLamports: lamports(9n), rentMicroUsd: microUsd(3n) })])
  expect([await store.inFlight('lamports'), await store.inFlight('micro-usdc')]).toEqual([MOST + 5_000n + 9n, 5_000n])
  expect([await store.plannedSince(100, 'lamports'), await store.plannedSince(51, 'micro-usdc')]).toEqual([MOST + 5_000n, 0n])
  expect(await store.recipientsSince(0)).toEqual(
    new Map([
      ['wallet-i1', 2_000n],
      ['wallet-i2', 1_000n],
    ]),
  )
  expect(await store.worthSince(60)).toBe(2_000n)
  expect(await store.moveBatch({ id: 'b1', from: 'planned', to: 'failed', at: 200, failure: 'why' })).toBe(true)
  await store.addBatch(batch('b4'))
  await store.moveItems('b4', [item('i2')])
  const open = await store.openBatches()
  expect(open.map(({ id, items }) => [id, items.map((one) => one.id)])).toEqual([
    ['b3', ['i3']],
    ['b4', ['i2']],
  ])
  expect((await listPayouts(db, { after: null, limit: 2 })).items.map(({ payoutId, asset, amount }) => [payoutId, asset, amount])).toEqual([
    ['i3', 'usdc', '5000'],
    ['i2', 'sol', '5000'],
  ])
  expect((await listPayouts(db, { batch: 'b3', after: null, limit: 9 })).items.map(({ payoutId }) => payoutId)).toEqual(['i3'])
})

test('approvals count once for each operator, and what still waits for one is found', async () => {
  const [store, admin] = [createPayoutsStore(db), createBatchesStore(db)]
  await store.addBatch(batch('b1', { approvalsNeeded: 2 }))
  await store.addItems('b1', [item('i1'), item('i2')])
  await store.addBatch(batch('b2'))
  expect([await admin.approve('b1', 'ada', 1), await admin.approve('b1', 'ada', 2), await admin.approve('b1', 'bob', 3)]).toEqual([
    'approved',
    'known',
    'approved',
  ])
  expect((await store.openBatches()).map(({ approvalsMissing }) => approvalsMissing)).toEqual([0, 0])
  const { items, next } = await admin.list({ waiting: true, after: null, limit: 1 })
  expect(items).toMatchObject([{ batchId: 'b1', recipients: 2, amount: '10000', approvedBy: ['ada', 'bob'] }])
  expect(next).toBeNull()
  expect((await admin.list({ waiting: false, after: null, limit: 1 })).next).toBe('b2')
})

test('a quote is claimed once; a claim waits until it is in a batch, and says what became of it', async () => {
  const [quotes, claims, store] = [createQuotesStore(db), createClaimsStore(db), createPayoutsStore(db)]
  for (const id of ['q1', 'q2', 'q3']) await quotes.add(quote(id))
  const claim = (id: string, quoteId: string) => claims.addClaim({ id, nodeId: node('a'), quoteId, payoutId: `p-${id}`, at: 10 })
  await claim('c1', 'q1')
  await claim('c2', 'q2')
  await expect(transact(db, (tx) => createClaimsStore(tx).addClaim({ id: 'c3', nodeId: node('a'), quoteId: 'q1', payoutId: 'p', at: 1 }))).rejects.toThrow()
  expect(await quotes.get(node('b'), 'q1')).toBeNull()
  expect(await quotes.get(node('a'), 'q1')).toEqual(quote('q1'))
  await quotes.forget(1_001)
  expect([await quotes.get(node('a'), 'q3'), (await claims.claim('c1'))?.quote.id, await claims.claimOfQuote('q2')]).toEqual([null, 'q1', 'c2'])
  expect([(await claims.waiting()).map(({ id }) => id), await claims.waitingAmount('micro-usdc'), await claims.waitingAmount('lamports')]).toEqual([
    ['c1', 'c2'],
    14n,
    0n,
  ])
  expect([await claims.endWaiting('c1', { at: 20 }), await claims.endWaiting('c1', { at: 30 })]).toEqual([true, false])
  await store.addBatch(batch('b1'))
  await store.addItems('b1', [item('p-c1', { claimId: 'c1', feeMicroUsd: microUsd(1n) })])
  expect((await claims.payoutsOf(['c1', 'c2'])).get('c1')).toMatchObject({ state: 'planned', feeMicroUsd: 1n, signature: null })
  expect((await claims.claimsOf(node('a'), { after: 'p-c2', limit: 5 })).map(({ id }) => id)).toEqual(['c1'])
})

test('terms and the pause are kept', async () => {
  const [terms, pause] = [createTermsStore(db), createPauseStore(db)]
  expect([await terms.of(node('a')), await pause.get()]).toEqual([USUAL_TERMS, null])
  await terms.save(node('a'), { asset: 'micro-usdc', automatic: false, minimum: microUsd(MOST) }, 1)
  await terms.save(node('a'), { asset: 'lamports', automatic: false, minimum: null }, 2)
  expect(await terms.all()).toEqual(new Map([[node('a'), { asset: 'lamports', automatic: false, minimum: null }]]))
  for (const by of ['ada', 'bob']) await pause.set({ reason: 'a drill', by, since: 5 })
  expect(await pause.get()).toEqual({ reason: 'a drill', by: 'bob', since: 5 })
  await pause.clear()
  expect(await pause.get()).toBeNull()
})

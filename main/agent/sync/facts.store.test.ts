import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { AgentPayout } from '../../../shared/contract/agent.ts'
import { testBundle } from '../../../shared/domain/receipt-bundle.fake.ts'
import { predicateOf, recordedOnOf, summaryOf } from '../../../shared/domain/receipt-summary.ts'
import { toIso } from '../../../shared/units.ts'
import { sha256Hex } from '../../kernel/signing.ts'
import { openSqlite } from '../../kernel/sqlite.ts'
import * as initial from '../migrations/0001-initial.ts'
import * as receiptSearch from '../migrations/0009-receipt-search.ts'
import { applyEvent } from './apply.ts'
import { createFactsStore } from './facts.store.ts'

const store = () => createFactsStore(openSqlite(':memory:', [initial, receiptSearch]))
const bundle = await testBundle()
const anchored = await testBundle({ anchor: () => ({ cluster: 'localnet', signature: '2'.repeat(64), memo: 'windfall:log/1' }) })
const summary = { ...summaryOf(predicateOf(bundle), 5), recordedOn: recordedOnOf(predicateOf(bundle)) }

const payout = (payoutId: string, change: Partial<AgentPayout> = {}): AgentPayout => ({
  payoutId,
  state: 'planned',
  lamports: '1000',
  microUsd: '150',
  rate: 'fixed',
  signature: null,
  address: '1'.repeat(32),
  cluster: 'localnet',
  at: '2026-03-01T12:00:00.000Z',
  ...change,
})

/** Far beyond 2^53, where a double would have begun to lose micro-USD, and within what SQLite can add up. */
const Amount = fc.bigInt({ min: 0n, max: 1n << 56n })
const State = fc.constantFrom<AgentPayout['state']>('planned', 'sent', 'confirmed', 'finalized', 'failed')

test('totals are exact to the last micro-USD and lamport, at any size, and follow the newest state', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(Amount, fc.boolean(), fc.nat({ max: 100 })), { maxLength: 12 }),
      fc.array(fc.tuple(Amount, Amount, fc.array(State, { minLength: 1, maxLength: 3 })), { maxLength: 12 }),
      (earnings, payouts) => {
        const facts = store()
        for (const [index, [microUsd, confirmed, at]] of earnings.entries())
          for (const state of confirmed ? (['accrued', 'confirmed'] as const) : (['accrued'] as const))
            facts.addEarning({ earningId: `e${index}`, jobId: 'j', receiptId: 'r', state, microUsd, at })
        const sum = (of: (entry: (typeof earnings)[number]) => boolean) => earnings.filter(of).reduce((total, [microUsd]) => total + microUsd, 0n)
        for (const since of [0, 50])
          expect(facts.earnedSince(since)).toEqual({
            accrued: sum(([, confirmed, at]) => !confirmed && at >= since),
            confirmed: sum(([, confirmed, at]) => confirmed && at >= since),
          })
        for (const [index, [lamports, microUsd, states]] of payouts.entries())
          for (const state of states) facts.putPayout(payout(`p${index}`, { lamports: String(lamports), microUsd: String(microUsd), state }))
        const ended = (wanted: (state: AgentPayout['state'] | undefined) => boolean) => payouts.filter(([, , states]) => wanted(states.at(-1)))
        expect(facts.payoutTotals()).toEqual({
          inFlightMicroUsd: ended((state) => state !== 'finalized' && state !== 'failed').reduce((total, [, microUsd]) => total + microUsd, 0n),
          paidMicroUsd: ended((state) => state === 'finalized').reduce((total, [, microUsd]) => total + microUsd, 0n),
          paidLamports: ended((state) => state === 'finalized').reduce((total, [lamports]) => total + lamports, 0n),
        })
      },
    ),
  )
})

test('a payout in USDC that its owner asked for is read back with what it cost, and one that is not here is not found', () => {
  const facts = store()
  const asked = payout('p1', { asset: 'usdc', lamports: '0', microUsdc: '100', feeMicroUsd: '20', rentMicroUsd: '30', claimId: 'claim-1' })
  const apply = {
    facts,
    summaryOf: () => expect.fail(),
    verdict: () => undefined,
    writeReceipt: () => undefined,
    payoutRefused: () => undefined,
    paidTo: () => undefined,
  }
  const { at, ...fact } = asked
  applyEvent(apply, { seq: 1, at, fact: { kind: 'payout', ...fact } })
  expect(facts.payout('p1')).toEqual(asked)
  expect(facts.listPayouts(null, 10)).toEqual([asked])
  expect(facts.payout('p2')).toBeNull()
})

test('a payout that moves on while its owner turns pages is neither shown twice nor left out', () => {
  const facts = store()
  for (let index = 0; index < 6; index++) facts.putPayout(payout(`p${index}`, { at: toIso(Date.parse('2026-03-01T12:00:00.000Z') + index) }))
  const first = facts.listPayouts(null, 2)
  for (const payoutId of ['p4', 'p2']) facts.putPayout(payout(payoutId, { state: 'finalized', at: '2026-03-02T12:00:00.000Z' }))
  const rest = facts.listPayouts(first.at(-1)?.payoutId ?? null, 10)
  expect([...first, ...rest].map(({ payoutId }) => payoutId)).toEqual(['p5', 'p4', 'p3', 'p2', 'p1', 'p0'])
  expect(rest.find(({ payoutId }) => payoutId === 'p2')).toMatchObject({ state: 'finalized', at: '2026-03-02T12:00:00.000Z' })
})

test('a receipt waits for its anchor, and once it has one it keeps it', () => {
  const facts = store()
  facts.addReceipt(summary, bundle)
  expect(facts.unanchored(10)).toEqual(['receipt-1'])
  facts.addReceipt(summary, anchored)
  expect(facts.unanchored(10)).toEqual([])
  facts.addReceipt(summary, bundle)
  expect(facts.receipt('receipt-1')?.anchor).toEqual(anchored.anchor)
  expect(facts.listReceipts(null, 10)).toEqual([summary])
  expect(facts.receipt('receipt-2')).toBeNull()
})

test('receipts are found by any part of their ids, hashes, zone and model, by their grid data and by when they were issued', () => {
  const facts = store()
  facts.addReceipt(summary, bundle)
  const later = '2026-12-24T08:00:00.000Z'
  facts.addReceipt({ ...summary, receiptId: 'receipt-2', issuedAt: later, origin: 'live' }, bundle)
  const both = ['receipt-2', 'receipt-1']
  const found = (filter: Parameters<typeof facts.listReceipts>[2]) => facts.listReceipts(null, 10, filter).map(({ receiptId }) => receiptId)
  const sha256 = sha256Hex(Buffer.from(bundle.receipt.payload, 'base64'))
  for (const search of ['', 'JOB-1', 'gb-13', sha256, sha256.slice(3, 20), 'd'.repeat(64), predicateOf(bundle).proofs[0]?.sha256 ?? 'none', ' job-1  gb-13 '])
    expect(found({ search }), search).toEqual(both)
  for (const search of ['job-2', 'job-1 FR', '%', '_', "' OR 1=1 --"]) expect(found({ search }), search).toEqual([])
  expect(found({ origin: 'live' })).toEqual(['receipt-2'])
  expect(found({ since: Date.parse(later) })).toEqual(['receipt-2'])
  expect(found({ until: Date.parse(later) })).toEqual(['receipt-1'])
  expect(facts.listReceipts('receipt-2', 10, { search: 'gb' }).map(({ receiptId }) => receiptId)).toEqual(['receipt-1'])
})

test('receipts that were kept before they could be searched are found, and one that cannot be read is in the way of none', () => {
  const db = openSqlite(':memory:', [initial, receiptSearch])
  const before = createFactsStore(db)
  before.addReceipt(summary, bundle)
  before.addReceipt({ ...summary, receiptId: 'receipt-2' }, bundle)
  db.exec(`UPDATE receipt SET found_by = NULL; UPDATE receipt SET bundle = '{}' WHERE receipt_id = 'receipt-2'`)
  const facts = createFactsStore(db)
  expect(facts.listReceipts(null, 10, { search: 'gb-13' }).map(({ receiptId }) => receiptId)).toEqual(['receipt-1'])
  expect(facts.listReceipts(null, 10)).toHaveLength(2)
})

test('receipts of today are those issued today', () => {
  const facts = store()
  facts.addReceipt(summary, bundle)
  const issued = Date.parse(summary.issuedAt)
  expect(facts.receiptsSince(issued)).toEqual([summary])
  expect(facts.receiptsSince(issued + 1)).toEqual([])
})

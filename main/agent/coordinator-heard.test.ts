import { expect, test } from 'vitest'
import { WindfallError } from '../../shared/errors.ts'
import { openSqlite } from '../kernel/sqlite.ts'
import { type Listener, paidTo, payoutRefusal, showRefusal, storeEvents } from './coordinator-heard.ts'
import { fakeLease } from './jobs/lease.fixture.ts'
import { testFolder } from './metering/meter.fixture.ts'
import * as initial from './migrations/0001-initial.ts'
import { createSettingsStore } from './settings.store.ts'
import { openAgentStores } from './stores.ts'

const nothing = () => undefined

test('what was said against an address counts for that address only, and until it is taken back', () => {
  const settings = createSettingsStore(openSqlite(':memory:', [initial]))
  const [refused, other] = ['1'.repeat(32), '2'.repeat(32)]
  expect(payoutRefusal({ settings }, refused)).toBeNull()
  settings.set('payout-refused', { address: refused, reason: 'It is a program.' })
  expect([refused, other, null].map((address) => payoutRefusal({ settings }, address))).toEqual(['It is a program.', null, null])
  settings.set('payout-refused', null)
  expect(payoutRefusal({ settings }, refused)).toBeNull()
})

test('a node is paid where its coordinator says, and where it was started with at one that has said nothing', () => {
  using stores = openAgentStores(testFolder())
  const [setting, linked] = ['1'.repeat(32), '2'.repeat(32)]
  const warned: unknown[] = []
  const [here, elsewhere] = ['https://here.example', 'https://elsewhere.example']
  const listener = {
    url: here,
    stores,
    news: { changed: nothing },
    touch: nothing,
    receipts: { write: nothing },
    log: { warn: (told: unknown) => warned.push(told) },
  }
  const fact = { kind: 'payout-address', address: linked, pending: null } as const
  storeEvents(listener as unknown as Listener, { events: [{ seq: 1, at: '2026-03-01T12:00:00.000Z', fact }], feed: 'feed', position: 1 })
  const at = (coordinatorUrl: string | null) => paidTo(stores, { coordinatorUrl, payoutAddress: setting }).address
  expect([here, elsewhere, null].map(at)).toEqual([linked, setting, setting])
  expect(warned).toEqual([{ address: linked, pending: null }])
})

test('a run whose proof is not taken is given back without one, once, and its owner reads why it does not count', () => {
  using stores = openAgentStores(testFolder())
  stores.jobs.add(fakeLease(), 0)
  stores.jobs.update('lease-1', { state: 'submitted', proofId: 'proof-1', endedAt: 5_000 })
  const listener = { stores, news: { changed: () => undefined }, log: { warn: () => undefined } } as unknown as Listener
  const envelope = { payload: '', payloadType: 'x', signatures: [{ keyid: 'k', sig: '' }] }
  const why = { reason: 'owner-present', message: 'The machine was needed.' }
  const item = { kind: 'given-back' as const, leaseId: 'lease-1', token: 1, proofId: 'proof-1', envelope, ...why }
  // The process may die before it takes the item out.
  for (let heard = 0; heard < 2; heard += 1) showRefusal(listener, item, new WindfallError('proof.output', 'The checkpoint was not handed over.'))
  const message = 'The machine was needed. This run does not count: The checkpoint was not handed over.'
  expect(stores.jobs.get('lease-1')).toMatchObject({ state: 'failed', code: 'owner-present', message })
  expect(stores.outbox.peek()?.item).toEqual({ kind: 'fail', leaseId: 'lease-1', token: 1, reason: 'owner-present', message, exitCode: null, retry: true })
  expect(stores.outbox.count()).toBe(1)
})

import { randomBytes } from 'node:crypto'
import { array, assert, asyncProperty, constant, constantFrom, integer, oneof, record } from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { AddressSource } from '../../../shared/contract/wallet.ts'
import { toBase58 } from '../../../shared/domain/base58.ts'
import { transact } from '../persistence/database.ts'
import { type TestCore, enrol, startTestCore } from '../core.fake.ts'
import { createSigner, generateKeyPem } from '../../kernel/signing.ts'
import { type PayoutAddressDeps, keep, payTo, payToSetting, settleChanges } from './payout-address.ts'
import { createPayoutAddressesStore } from './payout-addresses.store.ts'

const HOUR = 3_600_000
const COOLDOWN_MS: Readonly<Record<AddressSource, number>> = { settings: 48 * HOUR, pasted: 48 * HOUR, wallet: 24 * HOUR }
const [HOME, NEXT, OTHER] = [1, 2, 3].map((byte) => toBase58(Buffer.alloc(32, byte))) as [string, string, string]

let core: TestCore
let deps: PayoutAddressDeps
beforeAll(async () => {
  core = await startTestCore()
  deps = { clock: core.clock, decide: core.decide, recordEvent: core.recordEvent, cooldownMs: (source) => COOLDOWN_MS[source] }
})
afterAll(() => core[Symbol.asyncDispose]())

const request = (nodeId: string, address: string, source: AddressSource) => transact(core.db, (tx) => payTo(deps, tx, { nodeId, address, source }))
const settle = () => settleChanges(deps, core.db)
async function look(nodeId: string) {
  const { address, pending, history } = await core.parts.wallets.show(nodeId)
  return { address, next: pending?.address ?? null, until: pending && Date.parse(pending.effectiveAt) - core.clock.now(), past: history.length }
}

test('the first address counts at once; another one waits, holds payouts back, and its owner is told', async () => {
  const { nodeId } = await core.enrol()
  await request(nodeId, HOME, 'pasted')
  expect(await look(nodeId)).toEqual({ address: HOME, next: null, until: null, past: 1 })
  await request(nodeId, NEXT, 'pasted')
  expect(await look(nodeId)).toEqual({ address: HOME, next: NEXT, until: 48 * HOUR, past: 1 })
  expect(await createPayoutAddressesStore(core.db).waiting()).toContain(nodeId)
  await core.clock.advance(48 * HOUR - 1)
  await settle()
  expect((await look(nodeId)).address).toBe(HOME)
  await core.clock.advance(1)
  await settle()
  await settle()
  expect(await look(nodeId)).toEqual({ address: NEXT, next: null, until: null, past: 2 })
  expect(await createPayoutAddressesStore(core.db).waiting()).not.toContain(nodeId)
  const told = await core.parts.agents.events(nodeId, { after: 0, limit: 10 })
  expect(told.map(({ fact }) => fact.kind === 'payout-address' && [fact.address, fact.pending?.address ?? null])).toEqual([
    [HOME, null],
    [HOME, NEXT],
    [NEXT, null],
  ])
})

test('a change is taken back by its owner, or by asking for the address there is', async () => {
  const { nodeId } = await core.enrol()
  await request(nodeId, HOME, 'pasted')
  for (const takeBack of [() => transact(core.db, (tx) => keep(deps, tx, nodeId)), () => request(nodeId, HOME, 'pasted')]) {
    await request(nodeId, NEXT, 'pasted')
    await takeBack()
    expect(await look(nodeId)).toEqual({ address: HOME, next: null, until: null, past: 1 })
  }
  expect((await core.decided('node.payout-address-kept')).filter((one) => one['nodeId'] === nodeId)).toHaveLength(2)
})

test('asking again does not begin the wait again; a wallet that signs shortens it; another address begins it anew', async () => {
  const { nodeId } = await core.enrol()
  await request(nodeId, HOME, 'pasted')
  await request(nodeId, NEXT, 'pasted')
  await core.clock.advance(HOUR)
  await request(nodeId, NEXT, 'pasted')
  expect((await look(nodeId)).until).toBe(47 * HOUR)
  await request(nodeId, NEXT, 'wallet')
  expect((await look(nodeId)).until).toBe(24 * HOUR)
  await core.clock.advance(HOUR)
  await request(nodeId, NEXT, 'pasted')
  expect((await look(nodeId)).until).toBe(23 * HOUR)
  await request(nodeId, OTHER, 'pasted')
  expect(await look(nodeId)).toMatchObject({ next: OTHER, until: 48 * HOUR })
})

test('an agent that starts again with what it was started with undoes nothing that its owner has chosen since', async () => {
  const signer = createSigner(generateKeyPem())
  const { nodeId } = await enrol(core, signer, HOME)
  await request(nodeId, NEXT, 'wallet')
  await core.clock.advance(24 * HOUR)
  await settle()
  await enrol(core, signer, HOME)
  expect(await look(nodeId)).toMatchObject({ address: NEXT, next: null })
  await transact(core.db, (tx) => payToSetting(deps, tx, { nodeId, address: OTHER }))
  expect(await look(nodeId)).toMatchObject({ address: NEXT, next: OTHER, until: 48 * HOUR })
})

test('an address that was pasted and signs later is known as proven', async () => {
  const { nodeId } = await core.enrol()
  await request(nodeId, HOME, 'pasted')
  await request(nodeId, HOME, 'wallet')
  expect(await core.parts.wallets.show(nodeId)).toMatchObject({ address: HOME, source: 'wallet', pending: null })
})

const Step = oneof(
  record({ does: constant('ask' as const), at: constantFrom(HOME, NEXT, OTHER), source: constantFrom<AddressSource>('pasted', 'wallet') }),
  record({ does: constant('wait' as const), hours: integer({ min: 1, max: 60 }) }),
  record({ does: constant('keep' as const) }),
)

test('whatever is asked for and whenever, an address takes over only after nobody said no for as long as its way in demands', async () => {
  await assert(
    asyncProperty(array(Step, { minLength: 4, maxLength: 14 }), async (steps) => {
      const { nodeId } = await core.enrol()
      await request(nodeId, toBase58(randomBytes(32)), 'pasted')
      let paid = (await look(nodeId)).address
      let asked = null as { address: string; since: number } | null
      for (const step of steps) {
        if (step.does === 'ask') await request(nodeId, step.at, step.source)
        if (step.does === 'ask' && asked?.address !== step.at) asked = step.at === paid ? null : { address: step.at, since: core.clock.now() }
        if (step.does === 'keep') {
          await transact(core.db, (tx) => keep(deps, tx, nodeId))
          asked = null
        }
        if (step.does === 'wait') await core.clock.advance(step.hours * HOUR)
        await settle()
        const { address, next } = await look(nodeId)
        if (address !== paid) {
          expect(address).toBe(asked?.address)
          expect(core.clock.now() - (asked?.since ?? Infinity)).toBeGreaterThanOrEqual(COOLDOWN_MS.wallet)
          ;[paid, asked] = [address, null]
        }
        expect(next).toBe(asked?.address ?? null)
      }
    }),
    { numRuns: 12 },
  )
})

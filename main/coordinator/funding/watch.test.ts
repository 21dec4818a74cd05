import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Chain, ChainTransaction } from '../../chain/chain.ts'
import { lamports, microUsd } from '../../../shared/units.ts'
import { openTestDatabase } from '../persistence/database.fake.ts'
import { type Db, transact } from '../persistence/database.ts'
import { generateApiKey, grantApiKey } from '../registry/api-keys.ts'
import { createFundingStore } from './funding.store.ts'
import { type WatchDeps, lookForPayments } from './watch.ts'

const US = 'our-wallet'
const NOW = 1_000_000

let db: Db
beforeEach(async () => {
  db = await openTestDatabase()
  await grantApiKey(db, { requesterId: 'r', name: 'R', apiKey: generateApiKey((bytes) => new Uint8Array(bytes)), at: 1 })
  for (const depositId of ['one', 'two']) await ask(depositId)
})
afterEach(() => db.destroy())

const ask = (depositId: string) =>
  transact(db, (tx) =>
    createFundingStore(tx).add({
      depositId,
      requesterId: 'r',
      asset: 'sol',
      microUsd: microUsd(5_000_000n),
      units: 1_000n,
      rate: 'a fixed rate',
      recipient: US,
      mint: null,
      reference: `of-${depositId}`,
      state: 'waiting',
      createdAt: NOW - 1_000,
      expiresAt: NOW + (depositId === 'one' ? 1_000 : 2_000),
    }),
  )

const paying = (amount: bigint): ChainTransaction => ({
  slot: 1,
  err: null,
  fee: lamports(0n),
  memos: [],
  blockTime: NOW / 1_000,
  changes: new Map([[US, lamports(amount)]]),
  tokenChanges: [],
})

interface Landed {
  readonly signature: string
  readonly reference: string
  /** `null`: the endpoint lists it and cannot show it. */
  readonly transaction: ChainTransaction | null
}

/** Looks once at a chain with these transactions, the newest first; tells what came of it. */
async function look(landed: readonly Landed[]): Promise<string[]> {
  const told: string[] = []
  const chain: Pick<Chain, 'historyOf' | 'transaction'> = {
    async historyOf(reference, { limit, before }) {
      const all = landed.filter((one) => one.reference === reference)
      const from = before === undefined ? 0 : all.findIndex(({ signature }) => signature === before) + 1
      return all.slice(from, from + limit).map(({ signature }) => ({ signature, slot: 1, err: null, memo: null }))
    },
    transaction: async (signature) => landed.find((one) => one.signature === signature)?.transaction ?? null,
  }
  const deps = {
    db,
    clock: { now: () => NOW },
    chain,
    credit: async () => undefined,
    decide: async () => undefined,
    credited: (depositId: string) => void told.push(`${depositId} credited`),
    held: (depositId: string) => void told.push(`${depositId} held`),
  } as unknown as WatchDeps
  await lookForPayments(deps, 'everything').catch(({ code }: { code: string }) => void told.push(code))
  return told
}

test('more of somebody’s own token than can be written down is held, and keeps no other deposit back', async () => {
  const junk = { ...paying(0n), tokenChanges: [{ account: 'a', mint: 'junk', owner: US, change: 2n ** 64n - 1n }] }
  const landed = [
    { signature: 's1', reference: 'of-one', transaction: junk },
    { signature: 's2', reference: 'of-two', transaction: paying(1_000n) },
  ]
  expect(await look(landed)).toEqual(['one held', 'two credited'])
})

test('a transaction that cannot be shown keeps no other deposit back, and is asked for again', async () => {
  const landed = [
    { signature: 's1', reference: 'of-one', transaction: null },
    { signature: 's2', reference: 'of-two', transaction: paying(1_000n) },
  ]
  expect(await look(landed)).toEqual(['two credited', 'chain.unavailable'])
  expect(await look([{ signature: 's1', reference: 'of-one', transaction: paying(1_000n) }])).toEqual(['one credited'])
})

test('a payment is found behind thousands that bear its reference and pay nothing', async () => {
  const dust = Array.from({ length: 2_500 }, (_, index) => ({ signature: `dust-${index}`, reference: 'of-one', transaction: paying(0n) }))
  expect(await look([...dust, { signature: 's1', reference: 'of-one', transaction: paying(1_000n) }])).toEqual(['one credited'])
})

test('a second payment of what is credited is among what is held', async () => {
  expect(
    await look([
      { signature: 's2', reference: 'of-one', transaction: paying(1_000n) },
      { signature: 's1', reference: 'of-one', transaction: paying(1_000n) },
    ]),
  ).toEqual(['one credited', 'one held'])
  const held = await createFundingStore(db).page({ requesterId: null, state: 'held', after: null, limit: 10 })
  expect(held.map(({ depositId, state }) => [depositId, state])).toEqual([['one', 'credited']])
})

import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import type { Viewer } from '../../../shared/domain/permissions.ts'
import { allRows, ownRows } from '../../../shared/domain/viewer.fake.ts'
import { toBase58 } from '../../../shared/domain/base58.ts'
import { createSolanaChain } from '../../chain/solana.ts'
import { createFakeClock } from '../../kernel/clock.fake.ts'
import { createSigner, generateKeyPem } from '../../kernel/signing.ts'
import { openTestDatabase } from '../persistence/database.fake.ts'
import { transact } from '../persistence/database.ts'
import { generateApiKey, grantApiKey } from '../registry/api-keys.ts'
import type { VaultDeps } from './deps.ts'
import { createVaultsStore } from './vaults.store.ts'
import { createVaults } from './vaults.ts'

const address = () => toBase58(Buffer.from(createSigner(generateKeyPem()).publicJwk.x, 'base64url'))
const [WALLET, COORDINATOR, ARBITER, MINT] = [address(), address(), address(), address()]
/** A token account: nobody has a key for it. */
const OFF_CURVE = '9jrTvdU2Am3UmgSAX8EKS9wwrSufkWRbZzEukDogqpQg'
const nothing = async () => undefined

async function setUp(changes: Partial<VaultDeps> = {}) {
  const db = await openTestDatabase()
  const clock = createFakeClock()
  for (const requesterId of ['ada', 'bob']) await grantApiKey(db, { requesterId, name: requesterId, apiKey: generateApiKey(randomBytes), at: clock.now() })
  const vaults = createVaults({
    db,
    clock,
    chain: createSolanaChain({ url: 'http://127.0.0.1:1', clock, tries: 1 }),
    wallet: { address: COORDINATOR, sign: async () => new Uint8Array(64) },
    cluster: 'localnet',
    arbiter: ARBITER,
    usdcMint: MINT,
    isTaken: async (_, jobId) => jobId === 'taken',
    verify: () => false,
    decide: nothing,
    books: { held: async () => ({ microUsdc: 0n, free: 0n }), holdUp: async () => null, fund: nothing, release: nothing, writeOff: nothing, close: nothing },
    ...changes,
  })
  const open = (jobId: string, { requesterId = 'ada', wallet = WALLET, microUsd = '5000000' } = {}) => vaults.open(requesterId, { jobId, wallet, microUsd })
  return { db, clock, vaults, open }
}

test('a vault is agreed on once; an id that means something else is refused, and nobody sees the vault of another', async () => {
  const { vaults, open } = await setUp()
  const opened = await open('render')
  expect(opened).toMatchObject({ state: 'waiting', coordinator: COORDINATOR, arbiter: ARBITER, wallet: WALLET, dueMicroUsdc: '5000000' })
  expect(await open('render')).toEqual(opened)
  expect((await open('another')).account).not.toBe(opened.account)
  for (const other of [{ microUsd: '6000000' }, { wallet: address() }, { requesterId: 'bob' }])
    await expect(open('render', other)).rejects.toMatchObject({ code: 'conflict' })
  await expect(open('taken')).rejects.toMatchObject({ code: 'conflict' })
  await expect(vaults.show(ownRows('bob'), 'render')).rejects.toMatchObject({ code: 'not-found' })
  await expect(vaults.plan(ownRows('bob'), { jobId: 'render', by: 'requester' })).rejects.toMatchObject({ code: 'not-found' })
  expect(await vaults.show(allRows(), 'render')).toEqual(opened)
})

test('what is no wallet of the requester, and what is not worth it, is refused', async () => {
  const { open } = await setUp()
  for (const wallet of [COORDINATOR, ARBITER, OFF_CURVE, 'not base58'])
    await expect(open('render', { wallet })).rejects.toMatchObject({ code: 'input.invalid', message: expect.stringContaining('wallet of your own') })
  for (const microUsd of ['999999', '1000000000001']) await expect(open('render', { microUsd })).rejects.toMatchObject({ code: 'input.invalid' })
})

test.each([{ arbiter: null }, { usdcMint: null }])('without %j no job is protected', async (missing) => {
  const { open } = await setUp(missing)
  await expect(open('render')).rejects.toThrow('protects no jobs')
})

test('a requester has twenty vaults that wait, and others have theirs', async () => {
  const { db, open } = await setUp()
  for (let vault = 0; vault < 20; vault++) await open(`job-${vault}`)
  await expect(open('job-20')).rejects.toMatchObject({ code: 'rate.limited' })
  await open('of-bob', { requesterId: 'bob' })
  const store = createVaultsStore(db)
  expect([...(await store.among('ada', ['job-1', 'of-bob', 'none']))]).toEqual(['job-1'])
  await store.setState('job-0', 'expired')
  expect(await open('job-20')).toMatchObject({ state: 'waiting' })
})

test('of a vault one release counts at a time, and another once that is dead', async () => {
  const { db, open } = await setUp()
  await open('render')
  const release = { jobId: 'render', by: 'requester', raw: 'AA==', lastHeight: 7, paid: 1n, returned: 2n ** 63n - 1n, state: 'sent', at: 1 } as const
  const add = (signature: string) => transact(db, (tx) => createVaultsStore(tx).addRelease({ ...release, signature }))
  await add('first')
  await expect(add('second')).rejects.toThrow()
  expect(await createVaultsStore(db).underWay()).toEqual([{ ...release, signature: 'first' }])
  await createVaultsStore(db).setRelease('first', 'dead')
  await add('second')
  await createVaultsStore(db).setRelease('second', 'final')
  expect([await createVaultsStore(db).liveRelease('render'), await createVaultsStore(db).underWay()]).toEqual([
    { ...release, signature: 'second', state: 'final' },
    [],
  ])
})

test('vaults are listed newest first, page by page, to each their own and to the operator all', async () => {
  const { vaults, open, clock } = await setUp()
  for (const jobId of ['one', 'two', 'three']) {
    await open(jobId)
    await open(`of-bob-${jobId}`, { requesterId: 'bob' })
    await clock.advance(1)
  }
  const idsOf = async (viewer: Viewer, after: string | null = null, limit = 2) => {
    const { items, next } = await vaults.list(viewer, { after, limit })
    return [items.map(({ jobId }) => jobId), next]
  }
  expect(await idsOf(ownRows('ada'))).toEqual([['three', 'two'], 'two'])
  expect(await idsOf(ownRows('ada'), 'two')).toEqual([['one'], null])
  expect(await idsOf(allRows(), null, 4)).toEqual([['of-bob-three', 'three', 'of-bob-two', 'two'], 'two'])
  expect(await idsOf(allRows(), 'two', 4)).toEqual([['of-bob-one', 'one'], null])
  expect(await idsOf(ownRows('eve'))).toEqual([[], null])
})

test('a vault is given up while it waits, by whose it is, and not once its money is there', async () => {
  const { db, vaults, open } = await setUp()
  await open('render')
  await expect(vaults.cancel(ownRows('bob'), 'render')).rejects.toMatchObject({ code: 'not-found' })
  for (let times = 0; times < 2; times++)
    expect(await vaults.cancel(ownRows('ada'), 'render')).toMatchObject({ state: 'cancelled', reason: expect.stringContaining('given up') })
  for (const state of ['funded', 'expired', 'releasing', 'released', 'written-off'] as const) {
    await createVaultsStore(db).setState('render', state)
    await expect(vaults.cancel(ownRows('ada'), 'render')).rejects.toMatchObject({ code: 'conflict', message: expect.stringContaining('windfall vault') })
  }
  expect(await vaults.writeOff('operator', { jobId: 'render', reason: 'again' })).toMatchObject({ state: 'written-off' })
})

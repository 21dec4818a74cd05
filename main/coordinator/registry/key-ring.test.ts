import { randomBytes } from 'node:crypto'
import * as fc from 'fast-check'
import { expect, onTestFinished, test } from 'vitest'
import { type Grants, type Permission, type Principal, beyond, grantsOf, meet } from '../../../shared/domain/permissions.ts'
import { createFakeClock } from '../../kernel/clock.fake.ts'
import { accountRoles } from '../account-roles.ts'
import { createAudit } from '../audit/audit.ts'
import { openTestDatabase } from '../persistence/database.fake.ts'
import { transact } from '../persistence/database.ts'
import { createApiKeysStore } from './api-keys.store.ts'
import { createKeyCheck, generateApiKey, grantApiKey, prefixOf } from './api-keys.ts'
import { type KeyHolder, createKeyRing, makeFirstKey } from './key-ring.ts'

const HOUR_MS = 3_600_000
const rolesOf = (account: string) => accountRoles(account, ['ops'])

async function setUp() {
  const db = await openTestDatabase()
  onTestFinished(() => db.destroy())
  const clock = createFakeClock(Date.parse('2026-03-01T12:10:00.000Z'))
  const deps = { db, clock, random: randomBytes, rolesOf, decide: createAudit(clock) }
  const check = createKeyCheck(deps)
  const fileKeys = new Map<string, string>()
  for (const requesterId of ['owner', 'ops', 'ada', 'bob']) {
    const apiKey = generateApiKey(randomBytes)
    await grantApiKey(db, { requesterId, name: requesterId, apiKey, at: clock.now() })
    fileKeys.set(requesterId, apiKey)
  }
  const holderOf = async (apiKey: string): Promise<KeyHolder & Principal> => {
    const found = (await check(apiKey)) as Principal
    return { ...found, reach: found.grants['keys.write'] ?? 'own' }
  }
  const holder = (account: string) => holderOf(fileKeys.get(account) ?? '')
  return { db, clock, check, ring: createKeyRing(deps), holder, holderOf, fileKey: (account: string) => fileKeys.get(account) ?? '' }
}

const order = (changes: { scopes?: Permission[]; requesterId?: string; own?: boolean; seconds?: number } = {}) => ({ label: 'farm', own: false, ...changes })

test('an account has several, each with its own rights, and only their hashes are stored', async () => {
  const { db, clock, ring, check, holder } = await setUp()
  const ada = await holder('ada')
  await clock.advance(1)
  const farm = await ring.create(ada, order({ scopes: ['jobs.read', 'jobs.write'] }))
  await clock.advance(1)
  const reader = await ring.create(ada, order({ scopes: ['receipts.read'], seconds: 60 }))
  expect(await check(farm.apiKey)).toEqual({
    kind: 'key',
    by: 'ada',
    account: 'ada',
    credential: farm.key.prefix,
    grants: { 'jobs.read': 'own', 'jobs.write': 'own' },
  })
  expect((await check(reader.apiKey))?.grants).toEqual({ 'receipts.read': 'own' })
  const stored = JSON.stringify([await db.selectFrom('api_key').selectAll().execute(), await db.selectFrom('decision').selectAll().execute()])
  for (const { apiKey } of [farm, reader]) expect(stored).not.toContain(apiKey.slice(12))
  const first = await ring.list(ada, { after: null, limit: 2 })
  const rest = await ring.list(ada, { after: first.next, limit: 2 })
  expect([...first.items, ...rest.items].map(({ prefix }) => prefix)).toEqual([reader.key.prefix, farm.key.prefix, ada.credential])
  expect(rest.next).toBeNull()
})

test('a key ends when it expires or is revoked, and what is said of a wrong one is the same in every case', async () => {
  const { clock, ring, check, holder } = await setUp()
  const ada = await holder('ada')
  const [short, long] = [await ring.create(ada, order({ seconds: 60 })), await ring.create(ada, order())]
  await clock.advance(59_999)
  expect(await check(short.apiKey)).not.toBeNull()
  await clock.advance(1)
  for (let times = 0; times < 2; times++) expect(await ring.revoke(ada, long.key.prefix)).toMatchObject({ state: 'revoked', revokedBy: 'ada' })
  const knownPrefix = `wf_${long.key.prefix}_${'A'.repeat(43)}`
  expect(await Promise.all([short.apiKey, long.apiKey, knownPrefix, generateApiKey(randomBytes), 'wf_nonsense', ''].map(check))).toEqual(Array(6).fill(null))
})

test('when a key was last used is known to the hour, and written once in an hour', async () => {
  const { db, clock, ring, check, holder } = await setUp()
  const { apiKey, key } = await ring.create(await holder('ada'), order())
  const lastUsed = async () => (await db.selectFrom('api_key').select('last_used_at').where('prefix', '=', key.prefix).executeTakeFirstOrThrow()).last_used_at
  expect(await lastUsed()).toBeNull()
  await check(apiKey)
  const first = await lastUsed()
  expect(first).toBe(Date.parse('2026-03-01T12:00:00.000Z'))
  await clock.advance(HOUR_MS / 2)
  await check(apiKey)
  expect(await lastUsed()).toBe(first)
  await clock.advance(HOUR_MS / 2)
  await check(apiKey)
  expect(await lastUsed()).toBe(Date.parse('2026-03-01T13:00:00.000Z'))
})

test('a key is rotated while the old one goes on, for as long as is said', async () => {
  const { clock, ring, check, holder } = await setUp()
  const ada = await holder('ada')
  const old = await ring.create(ada, order({ scopes: ['jobs.read'], seconds: 7_200 }))
  const next = await ring.rotate(ada, { prefix: old.key.prefix, overlapSeconds: 600 })
  expect((await check(next.apiKey))?.grants).toEqual((await check(old.apiKey))?.grants)
  expect(next.key.expiresAt).toBe(old.key.expiresAt)
  await clock.advance(600_000)
  expect([await check(old.apiKey), (await check(next.apiKey))?.account]).toEqual([null, 'ada'])
  await expect(ring.rotate(ada, { prefix: old.key.prefix })).rejects.toMatchObject({ code: 'conflict' })
})

test('a key that expires makes and copies none that goes on after it', async () => {
  const { clock, ring, check, holder, holderOf } = await setUp()
  const short = await ring.create(await holder('ops'), order({ seconds: 3_600 }))
  const eve = await holderOf(short.apiKey)
  await clock.advance(60_000)
  const made = [
    await ring.create(eve, order()),
    await ring.create(eve, order({ seconds: 7_200 })),
    await ring.create(eve, order({ requesterId: 'ada' })),
    await ring.rotate(eve, { prefix: short.key.prefix }),
  ]
  expect(made.map(({ key }) => key.expiresAt)).toEqual(Array(4).fill(short.key.expiresAt))
  expect((await ring.create(eve, order({ seconds: 60 }))).key.expiresAt).toBe('2026-03-01T12:12:00.000Z')
  await clock.advance(3_540_000)
  expect(await Promise.all(made.map(({ apiKey }) => check(apiKey)))).toEqual(Array(4).fill(null))
})

test('the key in the key file is replaced with the file alone, and takes no other key with it', async () => {
  const { db, clock, ring, check, holder, fileKey } = await setUp()
  const owner = await holder('owner')
  const made = await ring.create(owner, order())
  await expect(ring.revoke(owner, owner.credential)).rejects.toMatchObject({ code: 'conflict', message: expect.stringContaining('data directory') })
  await expect(ring.rotate(owner, { prefix: owner.credential })).rejects.toMatchObject({ code: 'conflict' })
  await grantApiKey(db, { requesterId: 'owner', name: 'Owner', apiKey: generateApiKey(randomBytes), at: clock.now() })
  expect([await check(fileKey('owner')), (await check(made.apiKey))?.by]).toEqual([null, 'owner'])
})

test('an account that is named as the key file is has keys that end like any other', async () => {
  const { db, clock, ring, check, holder } = await setUp()
  const apiKey = await transact(db, async (tx) => {
    await createApiKeysStore(tx).addRequester({ id: 'key-file', name: 'Eve', at: clock.now() })
    return makeFirstKey({ clock, random: randomBytes }, tx, { requesterId: 'key-file', by: 'key-file' })
  })
  expect(await ring.revoke(await holder('ops'), prefixOf(apiKey))).toMatchObject({ state: 'revoked', revokedBy: 'ops' })
  expect(await check(apiKey)).toBeNull()
})

test('a key from before keys were kept apart goes on, with all that its account may', async () => {
  const { db, check, ring, holder, fileKey } = await setUp()
  await db.updateTable('api_key').set({ created_by: null, label: null, may: null, expires_at: null, last_used_at: null }).execute()
  expect((await check(fileKey('ada')))?.grants).toEqual(grantsOf(['requester']))
  expect((await check(fileKey('ops')))?.grants).toEqual(grantsOf(['operator', 'finance']))
  const ada = await holder('ada')
  expect(await ring.revoke(ada, ada.credential)).toMatchObject({ state: 'revoked', createdBy: null })
})

test('an operator makes keys for those who ask for jobs, and for nobody who runs the coordinator', async () => {
  const { db, ring, check, holder } = await setUp()
  const ops = await holder('ops')
  const forAda = await ring.create(ops, order({ requesterId: 'ada' }))
  expect((await check(forAda.apiKey))?.grants).toEqual(grantsOf(['requester']))
  await createApiKeysStore(db).addRequester({ id: 'windfall-verification', name: 'Checks the work of nodes', at: 0 })
  for (const requesterId of ['owner', 'nobody', 'windfall-verification'])
    await expect(ring.create(ops, order({ requesterId }))).rejects.toMatchObject({ code: expect.stringMatching(/refused|not-found/) })
  await expect(ring.create(await holder('owner'), order({ requesterId: 'ops' }))).rejects.toMatchObject({ code: 'auth.refused' })
  await expect(ring.create(await holder('ada'), order({ requesterId: 'bob' }))).rejects.toMatchObject({ code: 'auth.refused' })
  await expect(ring.create(await holder('ada'), order({ scopes: ['fleet.read'] }))).rejects.toMatchObject({ code: 'auth.refused' })
  const bob = await holder('bob')
  await expect(ring.revoke(bob, forAda.key.prefix)).rejects.toMatchObject({ code: 'not-found' })
  await expect(ring.revoke(ops, (await holder('owner')).credential)).rejects.toMatchObject({ code: 'auth.refused' })
  expect((await ring.list(bob, { after: null, limit: 50 })).items.map(({ requesterId }) => requesterId)).toEqual(['bob'])
})

test('no sequence of keys made by keys may do more than the first of them, nor a revoked one anything', async () => {
  const { ring, check, holder, holderOf } = await setUp()
  const scopes: Permission[] = ['jobs.read', 'receipts.read', 'keys.write', 'keys.read', 'fleet.read', 'ledger.write', 'webhooks.write']
  const step = fc.record({
    from: fc.nat(),
    what: fc.constantFrom('create', 'create', 'rotate', 'revoke'),
    at: fc.nat(),
    scopes: fc.option(fc.subarray(scopes, { minLength: 1 }), { nil: undefined }),
    own: fc.boolean(),
    for: fc.constantFrom(undefined, undefined, 'ada', 'bob', 'ops', 'owner'),
  })
  await fc.assert(
    fc.asyncProperty(fc.constantFrom('ada', 'ops'), fc.array(step, { minLength: 4, maxLength: 10 }), async (account, steps) => {
      const first = await holder(account)
      const narrow = await ring.create(first, order({ scopes: ['keys.write', 'receipts.read'] }))
      const most: Grants = { 'keys.write': first.grants['keys.write'] ?? 'own', 'receipts.read': first.grants['receipts.read'] ?? 'own' }
      const made = [narrow]
      for (const { from, what, at, ...wish } of steps) {
        const holderKey = made[from % made.length]?.apiKey ?? ''
        if ((await check(holderKey)) === null) continue
        const by = await holderOf(holderKey)
        const prefix = made[at % made.length]?.key.prefix ?? ''
        const { for: requesterId, scopes: asked, own } = wish
        const act =
          what === 'create'
            ? ring.create(by, { label: 'x', own, ...(asked ? { scopes: asked } : {}), ...(requesterId ? { requesterId } : {}) })
            : what === 'rotate'
              ? ring.rotate(by, { prefix })
              : ring.revoke(by, prefix)
        const result = await act.catch((error: { code?: string }) => expect(error.code).toMatch(/^(?:auth\.refused|conflict|not-found)$/))
        if (result && 'apiKey' in result) made.push(result)
        // Of another account a key may do what everybody may with their own, which looking after all keys brings along.
        for (const { apiKey, key } of made) {
          const grants = (await check(apiKey))?.grants ?? {}
          expect(beyond(key.requesterId === account ? most : grantsOf(['requester']), grants)).toBeNull()
          expect(beyond(meet(grantsOf(rolesOf(key.requesterId)), grants), grants)).toBeNull()
        }
      }
    }),
    { numRuns: 8 },
  )
})

import { randomBytes } from 'node:crypto'
import { expect, onTestFinished, test } from 'vitest'
import { type Principal, grantsOf, meet } from '../../shared/domain/permissions.ts'
import { createFakeClock } from '../kernel/clock.fake.ts'
import { OWNER, accountRoles } from './account-roles.ts'
import { createAudit } from './audit/audit.ts'
import { openTestDatabase } from './persistence/database.fake.ts'
import { createKeyCheck } from './registry/api-keys.ts'
import { createRequesterAdmin } from './requester-admin.ts'

const rolesOf = (account: string) => accountRoles(account, ['ops', 'ops-2'])
const holder = (by: string, changes: Partial<Principal> = {}): Principal => ({
  kind: 'key',
  by,
  account: by,
  credential: 'x',
  grants: grantsOf(rolesOf(by)),
  ...changes,
})
const order = (requesterId: string) => ({ requesterId, name: requesterId, weight: 100 })

test('whoever adds an account that is to run the coordinator would have its key, and so be two persons: only the key file adds one', async () => {
  const clock = createFakeClock(Date.parse('2026-03-01T12:00:00.000Z'))
  const db = await openTestDatabase()
  onTestFinished(() => db.destroy())
  const deps = { db, clock, random: randomBytes, rolesOf, decide: createAudit(clock) }
  const { add, list } = createRequesterAdmin(deps)
  const owner = holder(OWNER)
  const member = (role: 'owner' | 'operator') => holder('member:1', { kind: 'member', account: null, grants: grantsOf([role]) })
  const limited = { ...owner, grants: meet(owner.grants, { 'requesters.write': 'all' }) }
  for (const adder of [holder('ops-2'), member('operator'), member('owner'), limited])
    for (const requesterId of ['ops', OWNER]) await expect(add(adder, order(requesterId))).rejects.toMatchObject({ code: 'auth.refused' })
  expect((await list({ after: null, limit: 10 })).items).toEqual([])
  const check = createKeyCheck(deps)
  const ada = await add(member('operator'), order('ada'))
  const ops = await add(owner, order('ops'))
  expect(await Promise.all([ada, ops].map(async ({ apiKey }) => (await check(apiKey))?.grants))).toEqual([
    grantsOf(['requester']),
    grantsOf(['operator', 'finance']),
  ])
})

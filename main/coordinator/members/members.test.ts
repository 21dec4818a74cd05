import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Role, grantsOf } from '../../../shared/domain/permissions.ts'
import { REQUESTER, type TestCore, startTestCore } from '../core.fake.ts'
import { createMembersStore } from './members.store.ts'

let core: TestCore
beforeEach(async () => {
  core = await startTestCore()
})
afterEach(() => core[Symbol.asyncDispose]())

const admin = (role: Role) => ({ by: 'ada', grants: grantsOf([role]) })
const members = () => core.parts.members
const invite = (email: string, role: Role = 'viewer', requesterId: string | null = null) =>
  members().invite(admin('owner'), { email, subject: null, name: null, role, requesterId })
const all = async () => (await members().list({ after: null, limit: 50 })).items
/** As if they had signed in. */
const join = ({ memberId }: { memberId: string }) =>
  createMembersStore(core.db).join(memberId, { issuer: 'https://login.example', subject: memberId, name: null, at: core.clock.now() })

test('owners invite, change and remove people, and each is in the log without a word about the person', async () => {
  const { memberId, ...invited } = await invite('ada@example.org')
  expect(invited).toMatchObject({ email: 'ada@example.org', role: 'viewer', requesterId: null, invitedBy: 'ada', joinedAt: null, lastSeenAt: null })
  expect(await members().change(admin('owner'), { memberId, role: 'requester', requesterId: REQUESTER })).toMatchObject({
    role: 'requester',
    requesterId: REQUESTER,
  })
  expect(await members().change(admin('owner'), { memberId, role: 'finance', requesterId: null })).toMatchObject({ role: 'finance', requesterId: null })
  expect(await all()).toMatchObject([{ memberId, role: 'finance' }])
  await members().remove(admin('owner'), { memberId })
  expect(await all()).toEqual([])
  expect(await core.decided('member.invited')).toEqual([{ memberId, role: 'viewer', requesterId: null, by: 'ada' }])
  expect(await core.decided('member.role-changed')).toMatchObject([
    { memberId, from: 'viewer', role: 'requester' },
    { from: 'requester', role: 'finance', by: 'ada' },
  ])
  expect(await core.decided('member.removed')).toEqual([{ memberId, role: 'finance', by: 'ada' }])
  expect(JSON.stringify(await core.db.selectFrom('decision').selectAll().execute())).not.toContain('example.org')
})

test('nobody is invited twice while they are there, nor at an account or a provider that is not', async () => {
  const { memberId } = await invite('ada@example.org')
  await expect(invite('ada@example.org')).rejects.toMatchObject({ code: 'conflict', message: expect.stringContaining(memberId) })
  await expect(invite('eve@example.org', 'requester', 'nobody')).rejects.toMatchObject({ code: 'not-found' })
  await expect(members().change(admin('owner'), { memberId, role: 'requester', requesterId: 'nobody' })).rejects.toMatchObject({ code: 'not-found' })
  const bySubject = { email: null, subject: 'subject-1', name: null, role: 'viewer', requesterId: null } as const
  await expect(members().invite(admin('owner'), bySubject)).rejects.toMatchObject({ code: 'config.invalid' })
  await members().remove(admin('owner'), { memberId })
  await expect(members().remove(admin('owner'), { memberId })).rejects.toMatchObject({ code: 'not-found' })
  expect((await invite('ada@example.org')).memberId).not.toBe(memberId)
})

test('nobody gives or takes away what they do not have themselves', async () => {
  const owner = await invite('owner@example.org', 'owner')
  const { memberId } = await invite('ada@example.org')
  const refused = { code: 'auth.refused', message: expect.stringMatching(/Only an owner/) }
  await expect(
    members().invite(admin('operator'), { email: 'eve@example.org', subject: null, name: null, role: 'owner', requesterId: null }),
  ).rejects.toMatchObject(refused)
  await expect(members().change(admin('operator'), { memberId, role: 'finance', requesterId: null })).rejects.toMatchObject(refused)
  await expect(members().change(admin('operator'), { memberId: owner.memberId, role: 'viewer', requesterId: null })).rejects.toMatchObject(refused)
  await expect(members().remove(admin('operator'), { memberId: owner.memberId })).rejects.toMatchObject(refused)
  expect((await all()).map(({ role }) => role).toSorted()).toEqual(['owner', 'viewer'])
})

test('the last owner who has signed in stays, even where two go at once', async () => {
  const [a, b] = [await invite('a@example.org', 'owner'), await invite('b@example.org', 'owner')]
  await join(a)
  const goes = (one: { memberId: string }) => members().remove(admin('owner'), { memberId: one.memberId })
  await expect(goes(a)).rejects.toMatchObject({ code: 'conflict', message: expect.stringContaining('last owner') })
  await expect(members().change(admin('owner'), { memberId: a.memberId, role: 'viewer', requesterId: null })).rejects.toMatchObject({ code: 'conflict' })
  await join(b)
  const left = await Promise.allSettled([goes(a), goes(b)])
  expect(left.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
  expect(await all()).toHaveLength(1)
})

test('members are listed by pages, oldest first', async () => {
  for (const name of ['a', 'b', 'c']) {
    await invite(`${name}@example.org`)
    await core.clock.advance(1)
  }
  const first = await members().list({ after: null, limit: 2 })
  expect(first.items.map(({ email }) => email)).toEqual(['a@example.org', 'b@example.org'])
  expect(await members().list({ after: first.next, limit: 2 })).toMatchObject({ items: [{ email: 'c@example.org' }], next: null })
})

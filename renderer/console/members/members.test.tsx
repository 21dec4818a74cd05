import { expect, test } from 'vitest'
import type { MemberView } from '../../../shared/contract/member.ts'
import { WindfallError } from '../../../shared/errors.ts'
import { NOW } from '../../lib/afternoon.fake.ts'
import { type FakeHandlers, aPerson, openConsole } from '../console.fake.tsx'

const at = new Date(NOW - 86_400_000).toISOString()

const aMember = (changes: Partial<MemberView> = {}): MemberView => ({
  memberId: 'member-2',
  email: 'lee@example.org',
  name: 'Lee',
  role: 'viewer',
  requesterId: null,
  invitedBy: 'owner',
  invitedAt: at,
  joinedAt: null,
  lastSeenAt: null,
  ...changes,
})

const handlers: FakeHandlers = {
  listMembers: () => ({ items: [aMember()], next: null }),
  listSessions: () => ({
    sessions: [
      { sessionId: 's1', client: 'browser', label: 'Firefox', createdAt: at, lastSeenAt: at, expiresAt: at, current: true },
      { sessionId: 's2', client: 'cli', label: 'laptop', createdAt: at, lastSeenAt: at, expiresAt: at, current: false },
    ],
  }),
  listRequesters: () => ({ items: [{ requesterId: 'acme', name: 'Acme', weight: 100, createdAt: at, balanceMicroUsd: '12500000' }], next: null }),
  revokeSession: () => ({}),
}

test('an owner lets somebody in; a new owner takes a second person, which is no failure', async () => {
  const { screen, coordinator } = await openConsole({ address: '#/members', me: aPerson('owner'), handlers })
  await expect.element(screen.getByRole('row', { name: /Lee.*viewer.*not yet/ })).toBeVisible()
  await screen.getByRole('button', { name: 'Invite somebody…' }).click()
  await screen.getByRole('textbox', { name: 'E-mail address' }).fill('Ada@Example.org')
  await screen.getByRole('combobox', { name: 'Role' }).selectOptions('requester')
  await screen.getByRole('button', { name: 'Let them sign in' }).click()
  await expect.element(screen.getByRole('alert').getByText(/needs the id of the account/)).toBeVisible()
  await screen.getByRole('combobox', { name: 'Role' }).selectOptions('owner')
  coordinator.fail('inviteMember', new WindfallError('approval.waiting', 'A second owner has to approve it: approval-1.'))
  await screen.getByRole('button', { name: 'Let them sign in' }).click()
  await expect.element(screen.getByRole('heading', { name: 'It waits for a second person' })).toBeVisible()
  expect(coordinator.asked.at(-1)?.name === 'inviteMember' || coordinator.asked.some(({ name }) => name === 'inviteMember')).toBe(true)
  expect(coordinator.asked.find(({ name }) => name === 'inviteMember')?.input).toEqual({
    email: 'ada@example.org',
    subject: null,
    name: null,
    role: 'owner',
    requesterId: null,
  })
})

test('a role is changed and a member removed, each after a question', async () => {
  const { screen, coordinator } = await openConsole({
    address: '#/members',
    me: aPerson('owner'),
    handlers: { ...handlers, changeMember: ({ role }) => aMember({ role }), removeMember: () => aMember() },
  })
  await screen.getByRole('button', { name: 'Role… Lee' }).click()
  await screen.getByRole('combobox', { name: 'Role' }).selectOptions('auditor')
  await screen.getByRole('button', { name: 'Change the role' }).click()
  await expect.element(screen.getByText('lee@example.org is auditor now.')).toBeVisible()
  await screen.getByRole('button', { name: 'Remove… Lee' }).click()
  await screen.getByRole('button', { name: 'Remove this member' }).click()
  await expect.element(screen.getByText('Lee may no longer sign in.')).toBeVisible()
  expect(coordinator.asked).toContainEqual({ name: 'removeMember', input: { memberId: 'member-2' } })
})

test('one ends another session of one’s own', async () => {
  const { screen, coordinator } = await openConsole({ address: '#/members', handlers })
  await expect.element(screen.getByRole('row', { name: /Firefox.*this one/ })).toBeVisible()
  await screen
    .getByRole('row', { name: /laptop/ })
    .getByRole('button', { name: 'End it' })
    .click()
  await expect.element(screen.getByText('The session is ended.')).toBeVisible()
  expect(coordinator.asked).toContainEqual({ name: 'revokeSession', input: { sessionId: 's2' } })
})

test('an operator lets a requester in and weighs them, and invites nobody', async () => {
  const { screen, coordinator } = await openConsole({
    address: '#/members',
    handlers: {
      ...handlers,
      addRequester: ({ requesterId, name, weight }) => ({
        requester: { requesterId, name, weight, createdAt: at, balanceMicroUsd: '0' },
        apiKey: 'wf_new00000_secret',
      }),
      weighRequester: ({ requesterId, weight }) => ({ requesterId, name: 'Acme', weight, createdAt: at, balanceMicroUsd: '0' }),
    },
  })
  await expect.element(screen.getByRole('row', { name: /acme.*\$12\.50.*100/ })).toBeVisible()
  expect(screen.getByRole('button', { name: 'Invite somebody…' }).query()).toBeNull()
  await screen.getByRole('button', { name: 'Weight… acme' }).click()
  await screen.getByRole('textbox', { name: 'Weight' }).fill('0')
  await screen.getByRole('button', { name: 'Change the weight' }).click()
  await expect.element(screen.getByRole('alert').getByText(/whole number from 1/)).toBeVisible()
  await screen.getByRole('textbox', { name: 'Weight' }).fill('200')
  await screen.getByRole('button', { name: 'Change the weight' }).click()
  await expect.element(screen.getByText('acme has a weight of 200 now.')).toBeVisible()
  await screen.getByRole('button', { name: 'Let somebody submit jobs…' }).click()
  await screen.getByRole('textbox', { name: 'Id' }).fill('studio')
  await screen.getByRole('textbox', { name: 'Name' }).fill('Studio')
  await screen.getByRole('button', { name: 'Make the account and its key' }).click()
  await expect.element(screen.getByText('wf_new00000_secret')).toBeVisible()
  expect(coordinator.asked).toContainEqual({ name: 'addRequester', input: { requesterId: 'studio', name: 'Studio', weight: 100 } })
})

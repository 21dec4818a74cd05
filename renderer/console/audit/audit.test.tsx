import { expect, test } from 'vitest'
import { NOW } from '../../lib/afternoon.fake.ts'
import { type FakeHandlers, aPerson, openConsole } from '../console.fake.tsx'

const at = new Date(NOW - 3_600_000).toISOString()
const hash = 'a'.repeat(64)

const handlers = (details: string | null): FakeHandlers => ({
  listActs: () => ({
    items: [{ seq: 12, at, hash, call: 'removeNode', actor: 'member:member-1', outcome: 'refused', code: 'auth.refused', about: ['node:n1'] }],
    next: null,
  }),
  getAct: () => ({ record: { seq: 12, at, kind: 'removeNode', form: 'act', body: '{}', prevHash: hash, hash }, details }),
})

test('an act is found by who and what, and shows what was asked as text', async () => {
  const details = JSON.stringify({
    network: '10.0.0.0/8',
    credential: 'wf_abcdefgh',
    input: { reason: '<img src=x onerror=alert(1)>' },
    changes: [{ decision: 88, kind: 'node.removed' }],
  })
  const { screen, coordinator } = await openConsole({
    address: '#/audit?actor=member:member-1&outcome=refused',
    me: aPerson('auditor'),
    handlers: handlers(details),
  })
  await screen.getByRole('button', { name: 'removeNode' }).click()
  await expect.element(screen.getByText(/<img src=x/)).toBeVisible()
  expect(screen.getByRole('link', { name: 'node.removed (88)' }).element().getAttribute('href')).toBe('#/decisions/88')
  expect(coordinator.asked).toContainEqual({ name: 'listActs', input: expect.objectContaining({ actor: 'member:member-1', outcome: 'refused' }) })
  expect(location.hash).toContain('act=12')
  await screen.getByRole('button', { name: 'Close' }).click()
  await expect.poll(() => location.hash).not.toContain('act=12')
})

test.each([
  ['details that are forgotten', null, 'Its details are no longer kept.'],
  ['details of another version', '{"other":1}', 'The details cannot be read here.'],
  ['details that are no JSON', '{', 'The details cannot be read here.'],
])('%s are said to be so', async (_, details, text) => {
  const { screen } = await openConsole({ address: '#/audit?act=12', me: aPerson('auditor'), handlers: handlers(details) })
  await expect.element(screen.getByText(text)).toBeVisible()
})

test('what cannot be meant is not used, and said', async () => {
  const address = '#/audit?actor=everybody!&about=everybody!'
  const { screen, coordinator } = await openConsole({ address, me: aPerson('auditor'), handlers: handlers(null) })
  // Of each filter, also where both hold the same.
  await expect.poll(() => screen.getByText(/is not looked for: write member:ID/).elements().length).toBe(2)
  expect(coordinator.asked).toContainEqual({ name: 'listActs', input: expect.objectContaining({ actor: null }) })
})

import { expect, test } from 'vitest'
import { WindfallError } from '../../../shared/errors.ts'
import { at } from '../../lib/afternoon.fake.ts'
import { aPerson, openConsole } from '../console.fake.tsx'
import { anApproval, approvalHandlers } from './approvals.fake.ts'

test('what waits says what would happen, and a second person lets it', async () => {
  const { screen, coordinator } = await openConsole({ address: '#/approvals', me: aPerson('finance'), handlers: approvalHandlers([anApproval()]) })
  await expect.element(screen.getByRole('row', { name: /pay \$250\.00 back to studio-1.*member member-2/ })).toBeVisible()
  await screen.getByRole('button', { name: /^Approve… pay/ }).click()
  const dialog = screen.getByRole('dialog', { name: 'Let this happen?' })
  await expect.element(dialog).toMatchTextContent(/pay \$250\.00 back to studio-1/)
  coordinator.answer({ ...approvalHandlers([]), approve: () => anApproval({ state: 'done' }) })
  await dialog.getByRole('button', { name: 'Approve: do it now' }).click()
  await expect.element(screen.getByText(/Approved and done: pay \$250\.00/)).toBeVisible()
  expect(coordinator.asked).toContainEqual({ name: 'approve', input: { approvalId: 'approval-1' } })
  await expect.element(screen.getByText('Nothing waits for a second person.')).toBeVisible()
  await expect.element(screen.getByRole('heading', { name: 'Approvals', level: 1 })).toHaveFocus()
})

test('nobody approves what they asked for, and may take it back with a reason', async () => {
  const { screen, coordinator } = await openConsole({
    address: '#/approvals',
    me: aPerson('finance'),
    handlers: approvalHandlers([anApproval({ askedBy: 'member:member-1' })]),
  })
  await expect.element(screen.getByText('Nobody approves what they asked for themselves.')).toBeVisible()
  expect(screen.getByRole('button', { name: /^Approve…/ }).query()).toBeNull()
  await screen.getByRole('button', { name: /^Take back…/ }).click()
  const dialog = screen.getByRole('dialog', { name: 'Take back what you asked for?' })
  await dialog.getByRole('button', { name: 'Take it back' }).click()
  await expect.element(dialog.getByRole('alert')).toMatchTextContent(/Say why/)
  expect(coordinator.asked.some(({ name }) => name === 'rejectApproval')).toBe(false)
  coordinator.answer({ rejectApproval: () => anApproval({ state: 'rejected' }) })
  await dialog.getByRole('textbox', { name: 'Reason' }).fill('Wrong amount')
  await dialog.getByRole('button', { name: 'Take it back' }).click()
  await expect.poll(() => coordinator.asked).toContainEqual({ name: 'rejectApproval', input: { approvalId: 'approval-1', reason: 'Wrong amount' } })
})

test('who may not do it themselves lets nobody else, and an auditor only reads', async () => {
  const handlers = approvalHandlers([anApproval()])
  const operator = await openConsole({ address: '#/approvals', me: aPerson('operator'), handlers })
  await expect.element(operator.screen.getByText(/Only who may credit, refund/)).toBeVisible()
  await operator.screen.unmount()
  const auditor = await openConsole({ address: '#/approvals', me: aPerson('auditor'), handlers })
  await expect.element(auditor.screen.getByText('Somebody who may approve')).toBeVisible()
  expect(auditor.screen.getByRole('button', { name: /^(?:Approve|Reject|Take back)…/ }).query()).toBeNull()
})

test('a refusal stays in the question, and the history has what came of others', async () => {
  const over = anApproval({ approvalId: 'a-0', state: 'rejected', decidedBy: 'owner', decidedAt: at(-60_000), reason: 'No <b>invoice</b>' })
  const { screen, coordinator } = await openConsole({
    address: '#/approvals?state=rejected',
    me: aPerson('finance'),
    handlers: approvalHandlers([anApproval(), over]),
  })
  await expect.element(screen.getByText('Pay back: No <b>invoice</b>')).toBeVisible()
  expect(coordinator.asked).toContainEqual({ name: 'listApprovals', input: expect.objectContaining({ waiting: false, state: 'rejected' }) as unknown })
  coordinator.fail('approve', new WindfallError('conflict', 'It has run out of time.'))
  await screen.getByRole('button', { name: /^Approve…/ }).click()
  await screen.getByRole('button', { name: 'Approve: do it now' }).click()
  await expect.element(screen.getByRole('dialog').getByRole('alert')).toMatchTextContent('Nothing was changed. It has run out of time.')
})

import { expect, test } from 'vitest'
import { at } from '../../lib/afternoon.fake.ts'
import { WindfallError } from '../../../shared/errors.ts'
import { aPerson, openConsole } from '../console.fake.tsx'
import { NODE, SIGNATURE, aBatch, aPayout, aStatus, payoutHandlers } from './payouts.fake.ts'

test('the page says whether payouts run, what there is, and how much of what may leave has', async () => {
  const { screen } = await openConsole({ address: '#/payouts', handlers: payoutHandlers() })
  await expect.element(screen.getByText('Running')).toBeVisible()
  await expect.element(screen.getByText('$250.00 of $1,000.00 (25%)')).toBeVisible()
  await expect.element(screen.getByText(/4\.2.SOL on chain · 4\.2.SOL in the books · 0\.001.SOL under way/)).toBeVisible()
})

test('pausing takes a reason, and says what it does', async () => {
  const { screen, coordinator } = await openConsole({ address: '#/payouts', me: aPerson('finance'), handlers: payoutHandlers() })
  await screen.getByRole('button', { name: 'Pause payouts…' }).click()
  const dialog = screen.getByRole('dialog', { name: 'Pause payouts?' })
  await expect.element(dialog).toMatchTextContent(/2 claims of owners will wait/)
  const paused = aStatus({ paused: { reason: 'Key rotation', by: 'member:member-1', since: at(0) } })
  coordinator.answer({ ...payoutHandlers({ status: paused }), pausePayouts: () => paused })
  await dialog.getByRole('textbox', { name: 'Reason' }).fill(' Key rotation ')
  await dialog.getByRole('button', { name: 'Pause payouts' }).click()
  await expect.element(screen.getByText(/Nothing leaves the hot wallet since .*: Key rotation/)).toBeVisible()
  expect(coordinator.asked).toContainEqual({ name: 'pausePayouts', input: { reason: 'Key rotation' } })
  await expect.element(screen.getByRole('button', { name: 'Resume payouts…' })).toBeVisible()
})

test('an operator and an auditor see the same without the acts', async () => {
  for (const role of ['operator', 'auditor'] as const) {
    const { screen } = await openConsole({ address: '#/payouts?list=rebuild', me: aPerson(role), handlers: payoutHandlers({ waiting: [aBatch()] }) })
    await expect.element(screen.getByText('Somebody who looks after money')).toBeVisible()
    await expect.element(screen.getByText(/Only who may pause and rebuild/)).toBeVisible()
    expect(screen.getByRole('button', { name: /Pause|Approve…|Reject…|Look/ }).query()).toBeNull()
    await screen.unmount()
  }
})

test('a batch that waits shows its money, and goes once a second person approves it', async () => {
  const { screen, coordinator } = await openConsole({
    address: '#/payouts',
    me: aPerson('finance'),
    handlers: payoutHandlers({ waiting: [aBatch({ approvedBy: ['member:member-2'] })] }),
  })
  await expect.element(screen.getByRole('row', { name: /412.*\$5,104\.77.*\$12\.39 each on the mean.*1 of 2: member member-2/ })).toBeVisible()
  await screen.getByRole('button', { name: 'Approve… batch batch-32' }).click()
  const dialog = screen.getByRole('dialog', { name: 'Let this batch go?' })
  await expect.element(dialog).toMatchTextContent(/\$5,104\.77 to 412 nodes.*With you enough have approved it/)
  coordinator.answer({ ...payoutHandlers(), approvePayout: () => aBatch({ approvedBy: ['member:member-2', 'member:member-1'] }) })
  await dialog.getByRole('button', { name: 'Approve $5,104.77' }).click()
  await expect.element(screen.getByText('Approved. It is signed and sent next.')).toBeVisible()
  expect(coordinator.asked).toContainEqual({ name: 'approvePayout', input: { batchId: 'batch-32' } })
  await expect.element(screen.getByRole('heading', { name: 'Payouts', level: 1 })).toHaveFocus()
})

test('who has approved a batch is no second person, and may still reject it', async () => {
  const waiting = [aBatch({ approvedBy: ['member:member-1'] })]
  const { screen, coordinator } = await openConsole({ address: '#/payouts', me: aPerson('finance'), handlers: payoutHandlers({ waiting }) })
  await expect.element(screen.getByText('You have approved it. Somebody else has to, too.')).toBeVisible()
  expect(screen.getByRole('button', { name: /^Approve…/ }).query()).toBeNull()
  coordinator.fail('rejectPayout', new WindfallError('conflict', 'Batch batch-32 is on its way already.'))
  await screen.getByRole('button', { name: /^Reject…/ }).click()
  await screen.getByRole('textbox', { name: 'Reason' }).fill('Outliers')
  await screen.getByRole('button', { name: 'Reject $5,104.77' }).click()
  await expect.element(screen.getByRole('dialog').getByRole('alert')).toMatchTextContent('Nothing was changed. Batch batch-32 is on its way already.')
})

test('payouts are narrowed by the address, and lead to the chain, the node and the entries', async () => {
  const { screen, coordinator } = await openConsole({ address: `#/payouts?state=finalized,bogus&node=${NODE}`, handlers: payoutHandlers() })
  await expect
    .element(screen.getByRole('link', { name: /on the Solana explorer/ }))
    .toHaveAttribute('href', `https://explorer.solana.com/tx/${SIGNATURE}?cluster=devnet`)
  await expect.element(screen.getByRole('link', { name: 'payout-1' })).toHaveAttribute('href', '#/ledger?about=payout%3Apayout-1')
  expect(coordinator.asked).toContainEqual({ name: 'listPayouts', input: expect.objectContaining({ state: 'finalized', node: NODE }) as unknown })
})

test('on a cluster of one’s own nothing leads to the explorer', async () => {
  const { screen } = await openConsole({ address: '#/payouts', handlers: payoutHandlers({ payouts: [aPayout({ cluster: 'localnet' })] }) })
  await expect.element(screen.getByRole('button', { name: 'Copy signature' })).toBeVisible()
  expect(screen.getByRole('link', { name: /explorer/ }).query()).toBeNull()
})

test('a rebuild looks first, and books only when asked again', async () => {
  const found = [
    { signature: SIGNATURE, memo: null, lamports: '-5000', microUsdc: '0', verdict: 'fee' as const, explanation: 'Nothing but its fee left.', rate: null },
    {
      signature: '6'.repeat(88),
      memo: '<img src=x onerror=alert(1)>',
      lamports: '-9000000',
      microUsdc: '0',
      verdict: 'unexplained' as const,
      explanation: 'Nobody is paid.',
      rate: null,
    },
  ]
  const handlers = { ...payoutHandlers(), rebuildPayouts: ({ apply = false }) => ({ applied: apply, transactions: 9, known: 7, found }) }
  const { screen, coordinator } = await openConsole({ address: '#/payouts?list=rebuild', me: aPerson('finance'), handlers })
  await screen.getByRole('button', { name: 'Look, without booking' }).click()
  await expect.element(screen.getByText('9 transactions on chain; the books know 7 and lack 2.')).toBeVisible()
  expect(coordinator.asked).toContainEqual({ name: 'rebuildPayouts', input: { apply: false, writeOff: [] } })
  await screen.getByRole('button', { name: 'Book them…' }).click()
  await expect.element(screen.getByRole('dialog')).toMatchTextContent(/1 that nothing explains are left alone/)
  await screen.getByRole('button', { name: 'Book 1 transaction' }).click()
  await expect.poll(() => coordinator.asked).toContainEqual({ name: 'rebuildPayouts', input: { apply: true, writeOff: [] } })
})

test('the transactions of the hot wallet, an error and the way back', async () => {
  const { screen, coordinator } = await openConsole({ address: '#/payouts?list=batches', handlers: payoutHandlers() })
  await expect.element(screen.getByText('$5,104.77')).toBeVisible()
  coordinator.fail('listPayouts', new WindfallError('internal', 'Payouts cannot be read.'))
  await screen.getByRole('link', { name: 'Payouts', exact: true }).last().click()
  await expect.element(screen.getByRole('alert')).toMatchTextContent(/Payouts cannot be read/)
  coordinator.answer(payoutHandlers({ payouts: [] }))
  await screen.getByRole('button', { name: 'Try again' }).click()
  await expect.element(screen.getByText('No payouts yet.')).toBeVisible()
})

test('a transaction leads to whom it pays, and a batch is no free text', async () => {
  const { screen, coordinator } = await openConsole({ address: '#/payouts', handlers: payoutHandlers({ waiting: [aBatch()] }) })
  await screen.getByRole('link', { name: '412 payouts of batch batch-32' }).click()
  await expect.poll(() => coordinator.asked).toContainEqual({ name: 'listPayouts', input: expect.objectContaining({ batch: 'batch-32' }) as unknown })
  location.hash = '#/payouts?batch=%3Cimg%3E'
  await expect.element(screen.getByText('“<img>” is not looked for: write the whole id of a batch.')).toBeVisible()
})

test('what stands in the way is said where one looks: no endpoint, and a batch that enough have approved', async () => {
  const purses = [{ asset: 'sol' as const, balance: null, booked: '4200000000', inFlight: '1000000' }]
  const refill = { needed: false, message: 'No Solana endpoint answers.' }
  const status = aStatus({ trouble: 'The Solana endpoint does not answer.', purses, refill })
  const waiting = [aBatch({ approvedBy: ['member:member-1', 'member:member-2'] })]
  const { screen } = await openConsole({ address: '#/payouts', me: aPerson('finance'), handlers: payoutHandlers({ status, waiting }) })
  await expect.element(screen.getByText('Stuck', { exact: true })).toBeVisible()
  await expect.element(screen.getByText('Unknown', { exact: true })).toBeVisible()
  await expect.element(screen.getByText(/^Approved: it is signed as soon as/)).toBeVisible()
  expect(screen.getByText('Somebody else has to, too', { exact: false }).query()).toBeNull()
  expect(screen.getByText('Enough', { exact: true }).query()).toBeNull()
})

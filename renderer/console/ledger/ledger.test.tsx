import { expect, test } from 'vitest'
import { WindfallError } from '../../../shared/errors.ts'
import { aPerson, openConsole } from '../console.fake.tsx'
import { NODE, aCheck, aTransaction, ledgerHandlers } from './ledger.fake.ts'

test('the head says whether the books reconcile, and is asked again by hand only', async () => {
  const { screen, coordinator, clock } = await openConsole({ address: '#/ledger', handlers: ledgerHandlers() })
  await expect.element(screen.getByText('Reconciles')).toBeVisible()
  await expect.element(screen.getByRole('row', { name: /lamports.*4\.2.SOL.*4\.2.SOL/ })).toBeVisible()
  coordinator.answer({ checkLedger: () => aCheck({ balanced: false, findings: ['micro-usd adds up to 7, not to 0'] }) })
  coordinator.change('ledger')
  clock.advance(60_000)
  await screen.getByRole('button', { name: 'Check now' }).click()
  await expect.element(screen.getByText('Does not reconcile')).toBeVisible()
  await expect.element(screen.getByText('micro-usd adds up to 7, not to 0')).toBeVisible()
  expect(coordinator.asked.filter(({ name }) => name === 'checkLedger')).toHaveLength(2)
})

test('a transaction shows its lines, and they lead to the job, the node and the requester', async () => {
  const { screen } = await openConsole({ address: '#/ledger', handlers: ledgerHandlers() })
  const table = screen.getByRole('table', { name: 'transactions' })
  await expect.element(table.getByRole('link', { name: /^node:n77777/ })).toHaveAttribute('href', `#/fleet/${NODE}`)
  await expect.element(table.getByRole('link', { name: 'requester:studio-1:prepaid' })).toHaveAttribute('href', '#/ledger?account=requester%3Astudio-1')
  await table.getByRole('link', { name: 'Job ended' }).click()
  await expect.element(screen.getByRole('heading', { name: 'Entries behind transaction:close:job-1' })).toBeVisible()
  await expect.element(screen.getByRole('row', { name: /platform:revenue.*\$0\.090000/ })).toBeVisible()
})

test('what is looked for is in the address; what is no account is said', async () => {
  const { screen, coordinator } = await openConsole({ address: '#/ledger?account=Nobody&kind=close,accrue&until=2026-11-21', handlers: ledgerHandlers() })
  await expect.element(screen.getByText(/“Nobody” is not looked for: write an account/)).toBeVisible()
  const asked = coordinator.asked.find(({ name }) => name === 'listTransactions')?.input
  expect(asked).toEqual({ kind: 'close,accrue', until: '2026-11-22T00:00:00.000Z', after: null, limit: 200 })
})

test('text of others is text, and the names of others are left out', async () => {
  const hostile = aTransaction({
    note: '<img src=x onerror=alert(1)> \u202eevil',
    kind: 'x'.repeat(60),
    transfers: [{ from: 'requester::prepaid', to: 'job:job-1:reserved', asset: 'micro-eur-credits', amount: '2500000' }],
  })
  const { screen } = await openConsole({ address: '#/ledger?about=job:job-1', me: aPerson('requester'), handlers: ledgerHandlers([hostile]) })
  await expect.element(screen.getByText('<img src=x onerror=alert(1)>', { exact: false })).toBeVisible()
  await expect.element(screen.getByText('somebody else’s prepaid')).toBeVisible()
})

test('a requester has the books of its own and no others', async () => {
  const { screen, coordinator } = await openConsole({
    address: '#/ledger?part=statement&month=2026-10&owner=node:somebody',
    me: aPerson('requester'),
    handlers: ledgerHandlers(),
  })
  await expect.element(screen.getByRole('row', { name: /prepaid.*\$1\.000000.*\$1\.400000/ })).toBeVisible()
  expect(coordinator.asked.filter(({ name }) => name === 'getStatement').map(({ input }) => input)).toContainEqual({
    owner: null,
    month: '2026-10',
    after: null,
    limit: 1,
  })
  expect(coordinator.asked.some(({ name }) => name === 'checkLedger')).toBe(false)
  const parts = screen.getByRole('navigation', { name: 'Parts of the ledger' })
  expect(
    parts
      .getByRole('link')
      .elements()
      .map(({ textContent }) => textContent),
  ).toEqual(['Transactions', 'Statement', 'Periods and balances', 'Community fund'])
})

test('what takes a second person is no failure', async () => {
  const { screen, coordinator } = await openConsole({ address: '#/ledger?part=requesters', me: aPerson('finance'), handlers: ledgerHandlers() })
  await screen.getByRole('button', { name: 'Pay back… for studio-1' }).click()
  const dialog = screen.getByRole('dialog', { name: 'Pay back to studio-1?' })
  await dialog.getByRole('textbox', { name: 'Amount in US dollars' }).fill('500')
  await dialog.getByRole('textbox', { name: 'Reason' }).fill('Contract ended')
  await dialog.getByRole('button', { name: 'Pay back $500.00' }).click()
  await expect.element(dialog.getByText('Only $300.00 are there to be paid back.')).toBeVisible()
  coordinator.fail('refundRequester', new WindfallError('approval.waiting', 'This takes a second person: pay $250.00 back to studio-1.'))
  await dialog.getByRole('textbox', { name: 'Amount in US dollars' }).fill('250')
  await dialog.getByRole('button', { name: 'Pay back $250.00' }).click()
  const waiting = screen.getByRole('dialog', { name: 'It waits for a second person' })
  await expect.element(waiting.getByText(/Nothing has happened yet/)).toBeVisible()
  await expect.element(waiting.getByRole('link', { name: 'To Approvals' })).toHaveAttribute('href', '#/approvals')
  await expect.element(waiting.getByRole('button', { name: 'Close' })).toHaveFocus()
  await waiting.getByRole('button', { name: 'Close' }).click()
  await expect.element(screen.getByRole('button', { name: 'Pay back… for studio-1' })).toHaveFocus()
  const sent = coordinator.asked.filter(({ name }) => name === 'refundRequester').map(({ input }) => input)
  expect(sent).toEqual([
    { requesterId: 'studio-1', refundId: expect.stringMatching(/^[0-9a-f]{32}$/) as unknown, microUsd: '250000000', reason: 'Contract ended' },
  ])
})

test('who looks after money charges back and decides disputes; who does not only sees them', async () => {
  const { screen, coordinator } = await openConsole({ address: '#/ledger?part=disputes', me: aPerson('finance'), handlers: ledgerHandlers() })
  await screen.getByRole('button', { name: 'Decide… the dispute about job-1' }).click()
  await screen.getByRole('combobox', { name: 'In favour of' }).selectOptions('requester')
  await screen.getByRole('textbox', { name: 'Reason' }).fill('Empty result')
  coordinator.answer({
    listDisputes: () => ({ items: [], next: null }),
    decideDispute: ({ jobId }) => ({ jobId, openedAt: '2026-11-20T00:00:00.000Z', heldMicroUsd: '0', reason: null, held: [], decided: null }),
  })
  await screen.getByRole('button', { name: 'Give $0.60 to the requester' }).click()
  await expect.element(screen.getByText('Nothing is in dispute.')).toBeVisible()
  expect(coordinator.asked).toContainEqual({ name: 'decideDispute', input: { jobId: 'job-1', inFavourOf: 'requester', reason: 'Empty result' } })
  await screen.unmount()
  for (const part of ['disputes', 'requesters', 'community']) {
    const operator = await openConsole({ address: `#/ledger?part=${part}`, handlers: ledgerHandlers() })
    await expect.element(operator.screen.getByText(/Result looks wrong|Studio One|Redemptions, one by one/)).toBeVisible()
    expect(operator.screen.getByRole('button', { name: /^(?:Decide|Open a dispute|Credit|Pay back|Charge back|Spend)/ }).query()).toBeNull()
    await operator.screen.unmount()
  }
})

test('the community fund is spent once, on a purpose, and no more than is verified', async () => {
  const { screen, coordinator } = await openConsole({ address: '#/ledger?part=community', me: aPerson('finance'), handlers: ledgerHandlers() })
  await screen.getByRole('button', { name: 'Spend credits…' }).click()
  await screen.getByRole('textbox', { name: 'Credits in euros' }).fill('21')
  await screen.getByRole('button', { name: 'Spend €21.00 of credits' }).click()
  await expect.element(screen.getByText('Only €20.00 are verified.')).toBeVisible()
  await screen.getByRole('textbox', { name: 'Credits in euros' }).fill('2.50')
  await screen.getByRole('textbox', { name: 'Spent on' }).fill('Trees')
  coordinator.answer({
    redeemCommunityCredits: () => ({ credits: { pending: '0', verified: '17500000', redeemed: '2500000' }, spentMicroUsd: '2700000', creditRate: null }),
  })
  await screen.getByRole('button', { name: 'Spend €2.50 of credits' }).click()
  await expect.element(screen.getByText('Spent. €17.50 are left.')).toBeVisible()
})

test('an error of the check keeps the rest of the page, and says what to do', async () => {
  const { screen, coordinator } = await openConsole({
    address: '#/ledger',
    handlers: { ...ledgerHandlers([]), checkLedger: () => Promise.reject(new WindfallError('internal', 'The books cannot be read.')) },
  })
  await expect.element(screen.getByRole('alert').getByText(/The books cannot be read/)).toBeVisible()
  await expect.element(screen.getByText('Nothing was booked yet.')).toBeVisible()
  coordinator.answer(ledgerHandlers())
  await screen.getByRole('button', { name: 'Try again' }).click()
  await expect.element(screen.getByText('Reconciles')).toBeVisible()
})

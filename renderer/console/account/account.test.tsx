import { expect, test } from 'vitest'
import { WindfallError } from '../../../shared/errors.ts'
import { at } from '../../lib/afternoon.fake.ts'
import { aPerson, openConsole } from '../console.fake.tsx'
import { ledgerHandlers } from '../ledger/ledger.fake.ts'
import { SIGNATURE, aDeposit, aVault, accountHandlers } from './account.fake.ts'

const me = aPerson('requester')

test('a requester sees what there is, what is set aside and what is owed', async () => {
  const { screen } = await openConsole({ address: '#/account', me, handlers: accountHandlers({ owedMicroUsd: '7000000' }) })
  await expect.element(screen.getByText(/^\$123\.45/)).toBeVisible()
  await expect.element(screen.getByText(/You owe \$7\.00.*No job is taken/)).toBeVisible()
  await expect.element(screen.getByRole('link', { name: 'Statement by month' })).toHaveAttribute('href', '#/ledger?part=statement&month=2026-11')
})

test('paying in makes a request that a wallet can pay, and its payment is watched', async () => {
  const { screen, coordinator, clock } = await openConsole({ address: '#/account', me, handlers: accountHandlers() })
  await screen.getByRole('button', { name: 'Pay in…' }).click()
  await screen.getByRole('button', { name: 'Make the request' }).click()
  await expect.element(screen.getByText(/Write an amount of US dollars/)).toBeVisible()
  await screen.getByRole('textbox', { name: 'Amount in US dollars' }).fill('25')
  coordinator.answer({ ...accountHandlers({ deposits: [aDeposit()] }), requestDeposit: () => aDeposit() })
  await screen.getByRole('button', { name: 'Make a request for $25.00' }).click()
  await expect.element(screen.getByRole('img', { name: /^Code for a wallet: pay 0\.166666667/ })).toBeVisible()
  expect(location.hash).toBe('#/account?deposit=deposit-1')
  await expect.element(screen.getByRole('link', { name: 'Open in a wallet' })).toHaveAttribute('href', aDeposit().url)
  const payment = { signature: SIGNATURE, state: 'credited' as const, units: '166666667', creditedMicroUsd: '25000000', reason: null, at: at(0) }
  coordinator.answer(accountHandlers({ deposits: [aDeposit({ state: 'credited', payments: [payment] })] }))
  clock.advance(5_000)
  await expect.element(screen.getByText(/arrived: credited as \$25\.00/)).toBeVisible()
  expect(screen.getByRole('img', { name: /^Code for a wallet/ }).query()).toBeNull()
})

test('nothing but a wallet’s link becomes one, and a rate that is over is said', async () => {
  const hostile = aDeposit({ url: 'javascript:alert(1)' })
  const { screen, coordinator } = await openConsole({ address: '#/account?deposit=deposit-1', me, handlers: accountHandlers({ deposits: [hostile] }) })
  await expect.element(screen.getByRole('img', { name: /^Code for a wallet/ })).toBeVisible()
  expect(screen.getByRole('link', { name: 'Open in a wallet' }).query()).toBeNull()
  coordinator.answer(accountHandlers({ deposits: [aDeposit({ expiresAt: at(-1) })] }))
  coordinator.change('ledger')
  await expect.element(screen.getByText(/The rate no longer holds/)).toBeVisible()
})

test('vaults are signed on the command line, and one without money is given up', async () => {
  const { screen, coordinator } = await openConsole({ address: '#/account?part=vaults', me, handlers: accountHandlers({ vaults: [aVault()] }) })
  await expect.element(screen.getByTitle(`windfall vault sign job-9 --keypair FILE --coordinator ${location.origin}`)).toBeVisible()
  await screen.getByRole('button', { name: 'Give up… the vault of job-9' }).click()
  coordinator.fail('cancelVault', new WindfallError('conflict', 'Its money has come.'))
  await screen.getByRole('button', { name: 'Give it up' }).click()
  await expect.element(screen.getByText('Nothing was changed. Its money has come.')).toBeVisible()
})

test('spending is added up by month from the statements', async () => {
  const { screen, coordinator } = await openConsole({ address: '#/account?part=spend', me, handlers: { ...accountHandlers(), ...ledgerHandlers() } })
  await expect.element(screen.getByRole('link', { name: '2026-06' })).toHaveAttribute('href', '#/ledger?part=statement&month=2026-06')
  expect(coordinator.asked.filter(({ name }) => name === 'getStatement')).toHaveLength(6)
})

test('who only reads pays nothing in, and who has no account is led to those of others', async () => {
  const viewer = { ...aPerson('viewer'), requesterId: 'requester-1' }
  const reader = await openConsole({ address: '#/account', me: viewer, handlers: accountHandlers() })
  await expect.element(reader.screen.getByText('Nothing was paid in on Solana yet.')).toBeVisible()
  expect(reader.screen.getByRole('button', { name: 'Pay in…' }).query()).toBeNull()
  await reader.screen.unmount()
  const { screen } = await openConsole({ address: '#/account', me: aPerson('finance') })
  await expect.element(screen.getByText('You have no account of your own here.')).toBeVisible()
})

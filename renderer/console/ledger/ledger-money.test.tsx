import { expect, test } from 'vitest'
import type { PeriodView } from '../../../shared/contract/ledger.ts'
import { decodeBase64, encodeBase64, encodeUtf8 } from '../../../shared/domain/encoding.ts'
import { at } from '../../lib/afternoon.fake.ts'
import { SIGNATURE, aDeposit } from '../account/account.fake.ts'
import { aPerson, openConsole } from '../console.fake.tsx'
import { ledgerHandlers } from './ledger.fake.ts'
import { twoPeriods } from './periods.fake.ts'

const withPeriods = (periods: readonly PeriodView[]) => ({ ...ledgerHandlers(), listPeriods: () => ({ items: [...periods], next: null }) })

test('balance sheets are checked here, and the last one says what every kind of account held', async () => {
  const { screen } = await openConsole({ address: '#/ledger?part=periods', me: aPerson('auditor'), handlers: withPeriods(await twoPeriods()) })
  await expect.element(screen.getByText(/2 sheets: signatures, sums and order/)).toBeVisible()
  await expect.element(screen.getByRole('row', { name: /external:funding.*−\$5\.000000/ })).toBeVisible()
  await expect.element(screen.getByText('Passed')).toBeVisible()
  expect(screen.getByRole('button', { name: 'Close the books…' }).query()).toBeNull()
})

test('a sheet that was changed after it was signed is found out', async () => {
  const [first, second] = await twoPeriods()
  if (!first || !second) throw new Error('There are two.')
  const text = new TextDecoder().decode(decodeBase64(second.envelope.payload) ?? new Uint8Array())
  const payload = encodeBase64(encodeUtf8(text.replace('"amount":"5000000"', '"amount":"6000000"')))
  const { screen } = await openConsole({
    address: '#/ledger?part=periods',
    handlers: withPeriods([first, { ...second, envelope: { ...second.envelope, payload } }]),
  })
  await expect.element(screen.getByText(/its signature does not hold; its balances in micro-usd add up to 1000000, not to 0/)).toBeVisible()
  await expect.element(screen.getByText('Failed')).toBeVisible()
})

test('the books are closed up to the end of a day that is over', async () => {
  const { screen, coordinator } = await openConsole({ address: '#/ledger?part=periods', me: aPerson('finance'), handlers: withPeriods([]) })
  await screen.getByRole('button', { name: 'Close the books…' }).click()
  const day = screen.getByLabelText('Last day of the period (UTC)')
  await day.fill('2026-11-22')
  await screen.getByRole('button', { name: 'Close up to the end of 2026-11-22' }).click()
  await expect.element(screen.getByText(/This day goes on/)).toBeVisible()
  await day.fill('2026-11-20')
  const periods = await twoPeriods()
  coordinator.answer({ ...withPeriods(periods), closePeriod: () => periods[1] as PeriodView })
  await screen.getByRole('button', { name: 'Close up to the end of 2026-11-20' }).click()
  await expect.element(screen.getByText('2 rows')).toBeVisible()
  expect(coordinator.asked).toContainEqual({ name: 'closePeriod', input: { until: '2026-11-21T00:00:00.000Z' } })
})

const held = { signature: SIGNATURE, state: 'held' as const, units: '100000000', creditedMicroUsd: '0', reason: 'Less than was asked for', at: at(0) }
const deposits = { ...ledgerHandlers(), listDeposits: () => ({ items: [aDeposit({ state: 'held', payments: [held] })], next: null }) }

test('a payment that is held is credited or noted as sent back, with a reason', async () => {
  const { screen, coordinator } = await openConsole({ address: '#/ledger?part=deposits&state=held', me: aPerson('finance'), handlers: deposits })
  await screen.getByRole('button', { name: /^Decide… the payment/ }).click()
  const dialog = screen.getByRole('dialog')
  await expect.element(dialog).toMatchTextContent(/0\.1.SOL from requester-1 is held: Less than was asked for/)
  await dialog.getByRole('combobox', { name: 'Decision' }).selectOptions('returned')
  await dialog.getByRole('textbox', { name: 'Reason' }).fill('Sent back by hand')
  coordinator.answer({ decideDeposit: () => aDeposit({ state: 'returned' }) })
  await dialog.getByRole('button', { name: 'Note that it was sent back' }).click()
  await expect.element(screen.getByText('Noted as sent back.')).toBeVisible()
  expect(coordinator.asked).toContainEqual({ name: 'decideDeposit', input: { signature: SIGNATURE, decision: 'returned', reason: 'Sent back by hand' } })
  expect(coordinator.asked).toContainEqual({ name: 'listDeposits', input: { of: 'everybody', state: 'held', after: null, limit: 200 } })
})

test('who moves no money sees what is held, and does not decide it', async () => {
  const { screen } = await openConsole({ address: '#/ledger?part=deposits', handlers: deposits })
  await expect.element(screen.getByText('Less than was asked for')).toBeVisible()
  expect(screen.getByRole('button', { name: /^Decide/ }).query()).toBeNull()
})

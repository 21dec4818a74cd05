import { expect, test } from 'vitest'
import { WindfallError } from '../../../shared/errors.ts'
import { SIGNATURE, aPayout, aStatus } from '../../lib/fixtures.fake.ts'
import { someBalances } from '../../lib/money.fake.ts'
import { createFakeTransport } from '../../lib/transport.fake.ts'
import { openWindow } from '../window.fake.tsx'

test('each payout with both amounts, its rate, state and cluster; only a finalized one is called paid', async () => {
  const { screen } = await openWindow({ address: '#/payouts' })
  const row = (name: RegExp) => screen.getByRole('row', { name })
  await expect.element(row(/^Planned/)).toMatchTextContent(/\$0\.00015.*0\.00000105\sSOL.*Not sent yet/)
  await expect.element(row(/^Arriving/)).toMatchTextContent(/\$1\.25.*0\.00875\sSOL.*fixed by the operator.*on localnet/)
  await expect.element(row(/^Paid/)).toMatchTextContent(/\$14\.10.*0\.0987\sSOL/)
  await expect.element(row(/^Failed/)).toMatchTextContent(/Nothing was sent; the amount stays yours/)
})

test('a signature can be copied, or is selected where the clipboard is closed', async () => {
  const transport = createFakeTransport()
  transport.answer({ listPayouts: () => ({ items: [aPayout()], next: null }) })
  const { screen } = await openWindow({ address: '#/payouts', transport })
  await screen.getByRole('button', { name: 'Copy signature' }).click()
  await expect.poll(() => document.body.textContent).toMatch(/signature copied|Selected\. Press Ctrl or ⌘ and C to copy\./)
  if (document.body.textContent?.includes('Selected.')) expect(getSelection()?.toString()).toBe(SIGNATURE)
})

test('without an address, earnings wait and the page says so', async () => {
  const transport = createFakeTransport()
  transport.answer({ getStatus: () => aStatus({ node: { ...aStatus().node, payoutAddress: null } }) })
  const { screen } = await openWindow({ address: '#/payouts', transport })
  await expect.element(screen.getByText('No payout address is set.')).toBeVisible()
})

test('an address that cannot be paid is shown with the reason', async () => {
  const transport = createFakeTransport()
  transport.answer({ getStatus: () => aStatus({ node: { ...aStatus().node, payoutRefusal: 'It is a program; SOL sent to it is lost.' } }) })
  const { screen } = await openWindow({ address: '#/payouts', transport })
  await expect.element(screen.getByText(/It is a program; SOL sent to it is lost\. Nothing is lost/)).toBeVisible()
})

test('none yet', async () => {
  const transport = createFakeTransport()
  transport.answer({ listPayouts: () => ({ items: [], next: null }) })
  const { screen } = await openWindow({ address: '#/payouts', transport })
  await expect.element(screen.getByText('No payouts yet.')).toBeVisible()
})

test('loading and failing', async () => {
  const transport = createFakeTransport()
  transport.hang('listPayouts')
  transport.fail('getStatus', new WindfallError('internal', 'Something went wrong on our side.'))
  const { screen } = await openWindow({ address: '#/payouts', transport })
  await expect.element(screen.getByText('Loading your payouts…')).toBeInTheDocument()
  await expect.element(screen.getByRole('alert')).toMatchTextContent('Could not load your balance.')
})

test('a state that becomes final is shown at once', async () => {
  const transport = createFakeTransport()
  transport.answer({ listPayouts: () => ({ items: [aPayout({ state: 'confirmed' })], next: null }) })
  const { screen } = await openWindow({ address: '#/payouts', transport })
  await expect.element(screen.getByRole('row', { name: /^Arriving/ })).toBeVisible()
  transport.answer({ listPayouts: () => ({ items: [aPayout()], next: null }) })
  transport.push('changed', { seq: 1, what: ['payouts'] })
  await expect.element(screen.getByRole('row', { name: /^Paid/ })).toBeVisible()
})

test('credits go from pending over verified to redeemed, and are redeemed once at a rate that is shown before', async () => {
  const transport = createFakeTransport()
  const rate = { creditRate: { microUsdPerEur: '1080000', source: 'fixed by the operator' } }
  transport.answer({ getBalances: () => someBalances(rate) })
  const { screen } = await openWindow({ address: '#/payouts', transport })
  const card = screen.getByRole('region', { name: 'Carbon credits, apart from money' })
  await expect.element(card).toMatchTextContent(/Pending.*€0\.0125.*Verified.*€0\.0482.*Redeemed.*€0\.00.*€1 = \$1\.08, fixed by the operator/)
  transport.fail('redeemCredits', new WindfallError('funds.insufficient', 'The platform has not earned that much yet.'))
  await card.getByRole('button', { name: 'Redeem €0.0482 for $0.052' }).click()
  await expect.element(card.getByRole('alert')).toMatchTextContent(/not earned that much yet.*cannot redeem twice/)
  const after = someBalances({ ...rate, credits: { pending: '12500', verified: '0', redeemed: '48200' } })
  transport.answer({ redeemCredits: () => after, getBalances: () => after })
  await card.getByRole('button', { name: /^Redeem/ }).click()
  await expect.element(card.getByRole('status')).toMatchTextContent(/^€0\.0482 redeemed\./)
  await expect.element(card.getByRole('button')).not.toBeInTheDocument()
  const orders = transport.asked.filter(({ name }) => name === 'redeemCredits').map(({ input }) => input)
  expect(orders).toEqual(Array.from({ length: 2 }, () => ({ redemptionId: 'after-0', microEur: '48200' })))
})

test('without a rate nothing can be redeemed, and nothing expires', async () => {
  const { screen } = await openWindow({ address: '#/payouts' })
  const card = screen.getByRole('region', { name: 'Carbon credits, apart from money' })
  await expect.element(card).toMatchTextContent(/set no rate.*do not expire/)
  await expect.element(card.getByRole('button')).not.toBeInTheDocument()
})

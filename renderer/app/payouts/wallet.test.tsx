import { describe, expect, test } from 'vitest'
import { userEvent } from 'vitest/browser'
import type { WalletView } from '../../../shared/contract/wallet.ts'
import { WindfallError } from '../../../shared/errors.ts'
import { HOUR, at } from '../../lib/afternoon.fake.ts'
import { OTHER_WALLET, WALLET, aLink, aWallet } from '../../lib/money.fake.ts'
import { createFakeTransport } from '../../lib/transport.fake.ts'
import { openWindow } from '../window.fake.tsx'

/** A coordinator that keeps the wallet, and remembers what it was told. */
function keptElsewhere(initial: WalletView) {
  let view = initial
  const transport = createFakeTransport()
  transport.answer({
    getWallet: () => view,
    beginWalletLink: () => {
      view = aWallet({ ...view, link: aLink() })
      return aLink()
    },
    cancelWalletLink: () => (view = { ...view, link: null }),
    confirmWalletLink: ({ address }) => (view = aWallet({ address })),
    cancelWalletChange: () => (view = { ...view, pending: null }),
    setPayoutAddress: ({ address }) => (view = { ...view, pending: { address, source: 'pasted', requestedAt: at(0), effectiveAt: at(24 * HOUR) } }),
  })
  let seq = 0
  const become = (next: WalletView) => {
    view = next
    transport.push('changed', { seq: ++seq, what: ['payouts'] })
  }
  return { transport, become }
}

describe('linking a wallet', () => {
  test('opens a page elsewhere, with the same code on both, as a link and for a phone; then the owner says that it is theirs', async () => {
    const { transport, become } = keptElsewhere(aWallet({ address: null, source: null, since: null }))
    const { screen } = await openWindow({ address: '#/payouts', transport })
    const card = screen.getByRole('region', { name: 'Where payouts go' })
    await card.getByRole('button', { name: 'Link a wallet' }).click()
    await expect.element(card.getByRole('heading', { name: 'Sign with your wallet' })).toHaveFocus()
    await expect.element(card.getByText('K7QM-2XRD')).toBeVisible()
    await expect.element(card.getByRole('img', { name: /QR code for a phone/ })).toBeVisible()
    const page = card.getByRole('link', { name: 'Open in the browser' })
    await expect.element(page).toHaveAttribute('href', aLink().url)
    await expect.element(page).toHaveAttribute('target', '_blank')
    await expect.element(card).toMatchTextContent(/It is good for 9:00, once\./)

    become(aWallet({ address: null, source: null, since: null, link: aLink({ state: 'signed', address: OTHER_WALLET }) }))
    await expect.element(card.getByRole('heading', { name: 'Is this your wallet?' })).toBeVisible()
    await expect.element(card.getByText(OTHER_WALLET)).toBeVisible()
    await card.getByRole('button', { name: 'Yes, pay to it' }).click()
    await expect.poll(() => transport.asked.find(({ name }) => name === 'confirmWalletLink')?.input).toEqual({ linkId: 'link-1', address: OTHER_WALLET })
    await expect.element(card).toMatchTextContent(/linked: its key signed for this machine/)
  })

  test('is asked for while it is open, and can be ended; an attempt that is over says what it changed: nothing', async () => {
    const { transport, become } = keptElsewhere(aWallet({ link: aLink({ reachable: false }) }))
    const { screen } = await openWindow({ address: '#/payouts', transport })
    const card = screen.getByRole('region', { name: 'Where payouts go' })
    await expect.element(card.getByText(/in a browser on this computer that has your wallet/)).toBeVisible()
    await expect.element(card.getByRole('img')).not.toBeInTheDocument()
    const asked = () => transport.asked.filter(({ name }) => name === 'getWallet').length
    await expect.poll(asked).toBeGreaterThan(1)
    await card.getByRole('button', { name: 'Cancel' }).click()
    await expect.element(card.getByRole('button', { name: 'Link another wallet' })).toBeVisible()
    become(aWallet({ link: aLink({ state: 'expired' }) }))
    await expect.element(card).toMatchTextContent('The last attempt to link a wallet ran out of time. Nothing was changed.')
    become(aWallet({ link: aLink({ state: 'declined' }) }))
    await expect.element(card).toMatchTextContent('The wallet said no. Nothing was changed.')
  })

  test('that does not begin says why', async () => {
    const { transport } = keptElsewhere(aWallet())
    transport.fail('beginWalletLink', new WindfallError('config.invalid', 'This coordinator does not know under which address wallets reach it.'))
    const { screen } = await openWindow({ address: '#/payouts', transport })
    await screen.getByRole('button', { name: 'Link another wallet' }).click()
    await expect
      .element(screen.getByRole('alert'))
      .toMatchTextContent('Linking did not begin: This coordinator does not know under which address wallets reach it.')
  })
})

describe('a pasted address', () => {
  test('is judged before it is sent, waits in place of another one, and can be taken back until then', async () => {
    const { transport } = keptElsewhere(aWallet())
    const { screen } = await openWindow({ address: '#/payouts', transport })
    const card = screen.getByRole('region', { name: 'Where payouts go' })
    await card.getByRole('button', { name: 'Paste an address' }).click()
    await expect.element(card.getByLabelText('Solana address')).toHaveFocus()
    await userEvent.keyboard('0OIl{Enter}')
    await expect.element(card.getByRole('alert')).toMatchTextContent(/This is no Solana address/)
    expect(transport.asked.some(({ name }) => name === 'setPayoutAddress')).toBe(false)
    await card.getByLabelText('Solana address').fill(` ${OTHER_WALLET} `)
    await card.getByRole('button', { name: 'Pay to this address' }).click()
    await expect
      .element(card)
      .toMatchTextContent(
        new RegExp(`${OTHER_WALLET} takes over tomorrow 14:41.*typed in.*Until then nothing is paid out by itself, and a claim goes to the present address`),
      )
    await expect.element(card.getByText(WALLET)).toBeVisible()
    await card.getByRole('button', { name: 'Keep the present address' }).click()
    await expect.element(card.getByText(/takes over/)).not.toBeInTheDocument()
  })

  test('that cannot be paid is refused in the coordinator’s words', async () => {
    const { transport } = keptElsewhere(aWallet())
    transport.fail('setPayoutAddress', new WindfallError('input.invalid', 'It is a program. Use the address of a wallet.'))
    const { screen } = await openWindow({ address: '#/payouts', transport })
    await screen.getByRole('button', { name: 'Paste an address' }).click()
    await screen.getByLabelText('Solana address').fill(OTHER_WALLET)
    await screen.getByRole('button', { name: 'Pay to this address' }).click()
    await expect.element(screen.getByRole('alert')).toMatchTextContent('The address was not taken: It is a program. Use the address of a wallet.')
  })
})

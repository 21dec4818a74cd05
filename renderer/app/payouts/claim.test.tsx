import { describe, expect, test } from 'vitest'
import type { PayoutClaims } from '../../../shared/contract/agent-money.ts'
import { WindfallError } from '../../../shared/errors.ts'
import { at } from '../../lib/afternoon.fake.ts'
import { SIGNATURE } from '../../lib/fixtures.fake.ts'
import { OTHER_WALLET, aClaim, aQuote, aWallet, someBalances, someTerms } from '../../lib/money.fake.ts'
import { createFakeTransport } from '../../lib/transport.fake.ts'
import { openWindow } from '../window.fake.tsx'

/** A coordinator that keeps quote and claims, whatever windows come and go. */
function keptElsewhere(quote = aQuote()) {
  let known: PayoutClaims = { claims: [], quote: null }
  const transport = createFakeTransport()
  transport.answer({
    getPayoutClaims: () => known,
    quotePayout: () => {
      known = { ...known, quote }
      return quote
    },
    dropQuote: () => (known = { ...known, quote: null }),
    claimPayout: () => {
      known = { claims: [aClaim({ quote })], quote: null }
      return aClaim({ quote })
    },
  })
  let seq = 0
  const become = (next: PayoutClaims) => {
    known = next
    transport.push('changed', { seq: ++seq, what: ['payouts'] })
  }
  return { transport, become }
}

const steps = /Review.*Accepted.*Sent.*Arriving.*Paid/

describe('a claim', () => {
  test('says which address it goes to while another one waits to take over', async () => {
    const { transport } = keptElsewhere()
    const pending = { address: OTHER_WALLET, source: 'pasted', requestedAt: at(0), effectiveAt: at(86_400_000) } as const
    transport.answer({ getWallet: () => aWallet({ pending }) })
    const { screen } = await openWindow({ address: '#/payouts', transport })
    const card = screen.getByRole('region', { name: 'Claim' })
    const told = /A claim goes to 7Np4…T4K2, the present address\. Gh9Z….* takes over only tomorrow 14:41/
    await expect.element(card).toMatchTextContent(told)
    await card.getByRole('button', { name: 'Claim $14.72' }).click()
    await expect.element(card.getByRole('heading', { name: 'Review your claim' })).toBeVisible()
    await expect.element(card).toMatchTextContent(told)
  })

  test('goes from its quote, with fee, rate and what arrives, over sent to paid', async () => {
    const { transport, become } = keptElsewhere()
    const { screen } = await openWindow({ address: '#/payouts', transport })
    const card = screen.getByRole('region', { name: 'Claim' })
    await card.getByRole('button', { name: 'Claim $14.72' }).click()
    await expect.element(card.getByRole('heading', { name: 'Review your claim' })).toHaveFocus()
    for (const line of [
      steps,
      /Taken from confirmed.*\$14\.720000/,
      /Network fee.*at most.*− \$0\.000750/,
      /Rate.*1 SOL = 150\.000000 USD, fixed by the operator/,
    ])
      await expect.element(card).toMatchTextContent(line)
    expect(
      card
        .getByRole('definition')
        .elements()
        .map(({ textContent }) => textContent),
    ).not.toContain('')
    await expect.element(card).toMatchTextContent(/You receive in SOL.*7Np4…T4K2 on devnet.*0\.098128333\sSOL/)
    await expect.element(card).toMatchTextContent('It binds the coordinator for 2:00.')
    await card.getByRole('button', { name: /^Claim \$14\.72, pay 0\.098128333\sSOL to 7Np4…T4K2$/ }).click()
    await expect.element(card).toMatchTextContent(/on its way to 7Np4…T4K2.*You can close this window: it goes on without it\./)
    expect(transport.asked.filter(({ name }) => name === 'claimPayout').map(({ input }) => input)).toEqual([{ quoteId: 'quote-1' }])

    become({ claims: [aClaim({ state: 'sent', signature: SIGNATURE })], quote: null })
    await expect.element(card.getByRole('listitem').filter({ hasText: 'Sent' })).toHaveAttribute('aria-current', 'step')
    await expect
      .element(card.getByRole('link', { name: 'Open in the explorer' }))
      .toHaveAttribute('href', `https://explorer.solana.com/tx/${SIGNATURE}?cluster=devnet`)
    become({ claims: [aClaim({ state: 'finalized', signature: SIGNATURE })], quote: null })
    await expect.element(card).toMatchTextContent(/0\.098128333\sSOL paid to 7Np4…T4K2\. The transfer is final on Solana\./)
    await expect.element(card.getByRole('button', { name: 'Claim $14.72' })).toBeVisible()
  })

  test.each([
    ['at the quote', { claims: [], quote: aQuote() }, /Review your claim/],
    ['once it was taken', { claims: [aClaim()], quote: null }, /has taken your claim/],
    ['once it was sent', { claims: [aClaim({ state: 'sent', signature: SIGNATURE })], quote: null }, /was sent to Solana/],
    ['while it arrives', { claims: [aClaim({ state: 'confirmed', signature: SIGNATURE })], quote: null }, /final in a few seconds/],
  ] as const)('is where it was for a window that was closed and opened again %s', async (_, known, text) => {
    const { transport, become } = keptElsewhere()
    become({ claims: [...known.claims], quote: known.quote })
    const first = await openWindow({ address: '#/payouts', transport })
    await expect.element(first.screen.getByRole('region', { name: 'Claim' })).toMatchTextContent(text)
    await first.screen.unmount()
    const { screen } = await openWindow({ address: '#/payouts', transport })
    await expect.element(screen.getByRole('region', { name: 'Claim' })).toMatchTextContent(text)
    await expect.element(screen.getByRole('button', { name: 'Claim $14.72', exact: true })).not.toBeInTheDocument()
  })

  test('a quote that expires says so while one looks, and only a new one can be taken', async () => {
    const { transport, become } = keptElsewhere()
    become({ claims: [], quote: aQuote({ expiresAt: at(1_500) }) })
    const { screen, clock } = await openWindow({ address: '#/payouts', transport })
    await expect.element(screen.getByRole('button', { name: /^Claim \$14\.72, pay/ })).toBeVisible()
    await expect
      .poll(() => {
        clock.advance(1_000)
        return document.body.textContent
      })
      .toContain('This quote has expired.')
    await expect.element(screen.getByRole('button', { name: /^Claim \$14\.72, pay/ })).not.toBeInTheDocument()
    await screen.getByRole('button', { name: 'Get a new quote' }).click()
    await expect.poll(() => transport.asked.some(({ name }) => name === 'quotePayout')).toBe(true)
    await screen.getByRole('button', { name: 'Back' }).click()
    await expect.element(screen.getByRole('button', { name: 'Claim $14.72', exact: true })).toBeVisible()
  })

  test('an answer that is lost does not end it: the owner is told, and asking again is the same claim', async () => {
    const { transport, become } = keptElsewhere()
    become({ claims: [], quote: aQuote() })
    transport.fail('claimPayout', new WindfallError('conflict', 'The coordinator cannot be reached.'))
    const { screen } = await openWindow({ address: '#/payouts', transport })
    await screen.getByRole('button', { name: /^Claim \$14\.72, pay/ }).click()
    await expect.element(screen.getByRole('alert')).toMatchTextContent(/not confirmed to this window: The coordinator cannot be reached\. .*cannot pay twice/)
    await screen.getByRole('button', { name: /^Claim \$14\.72, pay/ }).click()
    await expect.poll(() => transport.asked.filter(({ name }) => name === 'claimPayout')).toHaveLength(2)
    expect(new Set(transport.asked.filter(({ name }) => name === 'claimPayout').map(({ input }) => JSON.stringify(input))).size).toBe(1)
  })

  test('one that failed says that nothing was lost, and a new one can be made', async () => {
    const { transport, become } = keptElsewhere()
    become({ claims: [aClaim({ state: 'failed' })], quote: null })
    const { screen } = await openWindow({ address: '#/payouts', transport })
    await expect.element(screen.getByText('The claim of $14.72 failed.')).toBeVisible()
    await expect.element(screen.getByRole('button', { name: 'Claim $14.72', exact: true })).toBeVisible()
  })

  test('rent of a new USDC account is shown before anything is confirmed', async () => {
    const { transport, become } = keptElsewhere()
    become({ claims: [], quote: aQuote({ asset: 'usdc', rentMicroUsd: '306000', amount: '14413250' }) })
    const { screen } = await openWindow({ address: '#/payouts', transport })
    const card = screen.getByRole('region', { name: 'Claim' })
    await expect.element(card).toMatchTextContent(/Rent of your USDC account.*− \$0\.306000.*1 USDC for each dollar.*14\.41325\sUSDC/)
  })
})

describe('what stands in the way of a claim is said where the button is', () => {
  test.each([
    ['no address', someTerms({ address: null }), /No payout address is set\. Link a wallet or paste an address below\./],
    ['a pause', someTerms({ paused: 'The operator checks the books.' }), /Payouts are paused: The operator checks the books\. Your money waits/],
    ['nothing to claim', someTerms({ confirmedMicroUsd: '0' }), /Nothing is waiting for a claim\./],
  ])('%s', async (_, terms, text) => {
    const transport = createFakeTransport()
    transport.answer({ getPayoutTerms: () => terms })
    const { screen } = await openWindow({ address: '#/payouts', transport })
    const button = screen.getByRole('button', { name: /^Claim/ })
    await expect.element(button).toHaveAttribute('aria-disabled', 'true')
    await expect.element(button).toHaveAccessibleDescription(text)
    await button.click({ force: true })
    expect(transport.asked.some(({ name }) => name === 'quotePayout')).toBe(false)
  })

  test('the coordinator is away: what failed, and that it can be tried again', async () => {
    const transport = createFakeTransport()
    transport.fail('getPayoutTerms', new WindfallError('not-found', 'No coordinator is set.'))
    const { screen } = await openWindow({ address: '#/payouts', transport })
    await expect
      .element(screen.getByRole('region', { name: 'Claim' }).getByRole('alert'))
      .toMatchTextContent(/Could not load how you are paid\. ?No coordinator is set\./)
  })
})

test('in what, and whether by itself, is the owner’s choice, with what each costs', async () => {
  const { screen, transport } = await openWindow({ address: '#/payouts' })
  await expect.element(screen.getByText(/A wallet that has never held USDC needs an account for it, whose rent on Solana/)).toBeVisible()
  await screen.getByRole('radio', { name: /^USDC/ }).click()
  await expect.poll(() => transport.asked.findLast(({ name }) => name === 'setPayoutTerms')?.input).toEqual({ asset: 'usdc' })
  await screen.getByRole('switch', { name: 'Pay by itself, payouts' }).click()
  await expect.poll(() => transport.asked.findLast(({ name }) => name === 'setPayoutTerms')?.input).toEqual({ automatic: false })
})

test('carbon credits stand apart from money, and nowhere if there are none', async () => {
  const { screen, transport } = await openWindow({ address: '#/payouts' })
  const card = screen.getByRole('region', { name: 'Carbon credits, apart from money' })
  await expect.element(card).toMatchTextContent(/Pending.*€0\.0125.*Verified.*€0\.0482.*Redeemed.*€0\.00/)
  transport.answer({ getBalances: () => someBalances({ credits: { pending: '0', verified: '0', redeemed: '0' } }) })
  transport.push('changed', { seq: 1, what: ['money'] })
  await expect.element(card).not.toBeInTheDocument()
})

test('a payout is the sum of its parts: what it took, fee, rent, rate, what arrived, where, and every earning in it', async () => {
  const { screen, transport } = await openWindow({ address: '#/payouts' })
  await screen
    .getByRole('row', { name: /^Arriving/ })
    .getByRole('link')
    .click()
  const card = screen.getByRole('region', { name: 'The sum' })
  await expect
    .element(card)
    .toMatchTextContent(/Taken from your earnings.*\$1\.250000.*Network fee.*the coordinator pays it.*\$0\.000000.*Arrives.*0\.00875\sSOL/)
  await expect.element(screen.getByText('localnet, which no public explorer sees')).toBeVisible()
  await expect.element(screen.getByRole('region', { name: 'What it is made of' })).toMatchTextContent(/Galaxy cluster fit, block 11.*\$1\.25.*of \$1\.26/)
  const fees = {
    asset: 'usdc',
    microUsdc: '943000',
    feeMicroUsd: '1000',
    rentMicroUsd: '306000',
    lamports: '0',
    cluster: 'mainnet-beta',
    state: 'finalized',
  } as const
  transport.answer({
    getPayout: ({ payoutId }) => ({ payoutId, microUsd: '1250000', rate: '1:1', signature: SIGNATURE, address: someTerms().address ?? '', at: at(0), ...fees }),
  })
  transport.push('changed', { seq: 1, what: ['payouts'] })
  await expect.element(card).toMatchTextContent(/because you asked for this payout.*− \$0\.001000.*Rent.*− \$0\.306000.*Arrived.*0\.943\sUSDC/)
  await expect.element(screen.getByRole('link', { name: 'Open in the explorer' })).toHaveAttribute('href', `https://explorer.solana.com/tx/${SIGNATURE}`)
})

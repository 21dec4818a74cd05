import type { Page } from '@playwright/test'
import type { PayoutClaims } from '../../shared/contract/agent-money.ts'
import { OTHER_WALLET, moneyAt } from '../../shared/contract/money.fake.ts'
import { expectAccessible } from '../support/axe.ts'
import { doubleOf, engine } from '../support/desktop-app.ts'
import { expect, test } from '../support/fixtures.ts'
import type { SampleAgent } from '../support/sample-agent.ts'

const facts = moneyAt(Date.now())
const SIGNATURE = '5VERv8NMvzbJMEkV8xnrLkEaWRtSz9CosKDYjCJjBRnbJLgp8uirBgmQpjKhoR4tjF3ZpRzrFmBV6UjKdiSZkQUW'

async function open(window: Page, hash: string): Promise<void> {
  await window.evaluate((target) => {
    location.hash = target
  }, hash)
}

/** A coordinator behind the agent: it keeps quote and claims, whatever windows come and go. */
function keepClaims(agent: SampleAgent) {
  let known: PayoutClaims = { claims: [], quote: null }
  const quote = facts.aQuote({ expiresAt: new Date(Date.now() + 3_600_000).toISOString() })
  const become = (next: PayoutClaims) => {
    known = next
    agent.answer({})
  }
  agent.answer({
    getPayoutClaims: () => known,
    quotePayout: () => {
      known = { ...known, quote }
      return quote
    },
    claimPayout: () => {
      known = { claims: [facts.aClaim({ quote })], quote: null }
      return facts.aClaim({ quote })
    },
  })
  return { become, quote, claims: () => known.claims }
}

test('a claim is made with the keyboard alone, and survives the window at every step', async ({ agent, app, window, launchApp }) => {
  const { become, quote, claims } = keepClaims(agent)
  /** Closed, and opened again by starting the application a second time. */
  const reopened = async (): Promise<Page> => {
    await app.evaluate(({ BrowserWindow, dialog }) => {
      dialog.showMessageBox = async () => ({ response: 0, checkboxChecked: false })
      BrowserWindow.getAllWindows()[0]?.close()
    })
    await expect.poll(() => app.windows().length).toBe(0)
    const next = app.waitForEvent('window')
    const second = await launchApp()
    await second.exited
    return next
  }
  await open(window, '#/payouts')
  await window.getByRole('button', { name: 'Claim $14.72' }).focus()
  await window.keyboard.press('Enter')
  await expect(window.getByRole('heading', { name: 'Review your claim' })).toBeFocused()
  await expectAccessible(window)
  const atReview = await reopened()
  const confirm = atReview.getByRole('button', { name: /^Claim \$14\.72, pay 0\.098128333/ })
  await confirm.focus()
  await atReview.keyboard.press('Enter')
  await expect(atReview.getByText('You can close this window: it goes on without it.')).toBeVisible()
  expect(claims()).toHaveLength(1)

  const taken = await reopened()
  await expect(taken.getByRole('list', { name: 'Steps of the claim' })).toMatchAriaSnapshot(`
    - list "Steps of the claim":
      - listitem: Review , done
      - listitem: Accepted
      - listitem: Sent
      - listitem: Arriving
      - listitem: Paid
  `)
  become({ claims: [facts.aClaim({ quote, state: 'confirmed', signature: SIGNATURE })], quote: null })
  const arriving = await reopened()
  await expect(arriving.getByText('It is final in a few seconds.')).toBeVisible()
  become({ claims: [facts.aClaim({ quote, state: 'finalized', signature: SIGNATURE })], quote: null })
  await expect(arriving.getByText(/paid to 7Np4…T4K2/)).toBeVisible()
  expect(claims()).toHaveLength(1)
})

test('the page on which a wallet signs opens in the owner’s browser, and no other page of that site', async ({ agent, app, window }) => {
  test.skip(engine !== 'double', 'what opens outside is recorded by the double')
  const link = facts.aLink({ expiresAt: new Date(Date.now() + 600_000).toISOString() })
  agent.answer({ getWallet: () => facts.aWallet({ link }) })
  await open(window, '#/payouts')
  await expect(window.getByText(link.code)).toBeVisible()
  await expectAccessible(window)
  await window.evaluate(
    (url) => {
      const other = Object.assign(document.createElement('a'), { href: url, target: '_blank', rel: 'noopener' })
      document.body.append(other)
      other.click()
      other.remove()
    },
    `${new URL(link.url).origin}/v1/keys`,
  )
  await window.getByRole('link', { name: 'Open in the browser' }).click()
  const opened = () =>
    doubleOf(app).evaluate(({ electronDouble }) => electronDouble.effects.filter(({ what }) => what === 'shell.openExternal').map(({ detail }) => detail))
  await expect.poll(opened).toEqual([link.url])
  agent.answer({ getWallet: () => facts.aWallet({ link: { ...link, state: 'signed', address: OTHER_WALLET } }) })
  await expect(window.getByRole('heading', { name: 'Is this your wallet?' })).toBeVisible()
  await expectAccessible(window)
})

test('a month is opened from the earnings, line by line, with the keyboard alone', async ({ window }) => {
  await open(window, '#/earnings')
  await window.getByRole('link', { name: /^Statement of / }).focus()
  await window.keyboard.press('Enter')
  await expect(window.getByRole('heading', { level: 1, name: /^Statement of / })).toBeFocused()
  await window.locator('summary', { hasText: 'Job ended' }).focus()
  await window.keyboard.press('Enter')
  await expect(window.getByRole('table', { name: 'Entries of this transaction' })).toContainText('what was set aside for the job')
  await expectAccessible(window)
})

const PAGES = {
  earnings: '#/earnings',
  'one earning': '#/earnings/earning-0',
  'a statement': `#/statements/${facts.aStatement().month}`,
  payouts: '#/payouts',
  'one payout': '#/payouts/payout-31',
} as const

for (const [name, hash] of Object.entries(PAGES))
  test(`${name} fits 320 px at twice the text`, async ({ agent, window }) => {
    const pending = {
      address: OTHER_WALLET,
      source: 'pasted',
      requestedAt: new Date().toISOString(),
      effectiveAt: new Date(Date.now() + 7_200_000).toISOString(),
    } as const
    agent.answer({
      getPayoutClaims: () => ({ claims: [facts.aClaim({ state: 'sent', signature: SIGNATURE })], quote: null }),
      getWallet: () => facts.aWallet({ pending }),
    })
    await open(window, hash)
    await expect(window.getByRole('heading', { level: 1 })).toBeVisible()
    await expect(window.locator('[aria-busy="true"]')).toHaveCount(0)
    const overflow = () => window.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
    for (const width of [320, 640, 1080])
      for (const text of ['100%', '200%']) {
        await window.setViewportSize({ width, height: 720 })
        await window.evaluate((size) => {
          document.documentElement.style.fontSize = size
        }, text)
        expect(await overflow(), `${width} px, text ${text}`).toBeLessThanOrEqual(0)
      }
  })

test('in forced colours the chosen period is still told from the others', async ({ window }) => {
  await window.emulateMedia({ forcedColors: 'active' })
  await open(window, '#/earnings')
  const borderOf = (name: string) =>
    window
      .getByRole('radio', { name })
      .locator('..')
      .evaluate((label) => getComputedStyle(label).borderTopColor)
  await expect(window.getByRole('radio', { name: '7 days' })).toBeChecked()
  expect(await borderOf('7 days')).not.toBe(await borderOf('14 days'))
})

test('the keyboard reaches everything about money in reading order, is never trapped, and always sees where it is', async ({ window }) => {
  await open(window, '#/payouts')
  await expect(window.getByRole('region', { name: 'History' }).getByRole('link')).toHaveCount(1)
  await window.getByRole('heading', { level: 1 }).focus()
  const names: string[] = []
  for (let step = 0; step < 60; step++) {
    await window.keyboard.press('Tab')
    const stop = await window.evaluate(() => {
      const at = document.activeElement
      if (!(at instanceof HTMLElement) || !document.querySelector('main')?.contains(at)) return null
      const { outlineStyle } = getComputedStyle(at)
      const box = at.getBoundingClientRect()
      const ring = outlineStyle !== 'none' || at.closest('label, summary') !== null
      return { name: (at.getAttribute('aria-label') ?? at.textContent ?? '').trim(), seen: ring && box.width > 0 && box.bottom > 0 && box.top < innerHeight }
    })
    if (stop === null) break
    expect(stop.seen, stop.name).toBe(true)
    names.push(stop.name)
  }
  const order = ['Claim $14.72', 'Pay by itself, payouts', 'Copy payout address', 'Link another wallet', 'Paste an address', 'Copy signature']
  expect(names.filter((name) => order.includes(name))).toEqual(order)
})

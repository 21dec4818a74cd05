import type { Page } from '@playwright/test'
import type { WalletLink } from '../../shared/contract/wallet.ts'
import { expectAccessible } from '../support/axe.ts'
import { type WalletBehaviour, injectWallet } from '../support/injected-wallet.ts'
import { expect, test as base } from '../support/fixtures.ts'
import { type LinkingCoordinator, type LinkingNode, startLinkingCoordinator } from '../support/linking-node.ts'

interface Fixtures {
  node: LinkingNode
  opened: (behaviour: WalletBehaviour | null) => Promise<{ page: Page; link: WalletLink }>
}

const test = base.extend<Fixtures, { coordinator: LinkingCoordinator }>({
  coordinator: [
    // oxlint-disable-next-line no-empty-pattern -- Playwright reads the wanted fixtures from the pattern
    async ({}, provide) => {
      await using coordinator = await startLinkingCoordinator()
      await provide(coordinator)
    },
    { scope: 'worker' },
  ],
  node: async ({ coordinator }, provide) => provide(await coordinator.enrol()),
  /** The page of a new attempt, in a browser that has a wallet which behaves so. */
  opened: async ({ node, sharedBrowser }, provide) => {
    const context = await sharedBrowser.newContext()
    await provide(async (behaviour) => {
      const page = await context.newPage()
      const violations: string[] = []
      page.on('console', (message) => message.text().includes('Content Security Policy') && violations.push(message.text()))
      page.on('pageerror', (error) => violations.push(error.message))
      if (behaviour) await injectWallet(page, node.wallet, behaviour)
      const link = await node.begin()
      await page.goto(link.url)
      await expect(page.getByText(link.code)).toBeVisible()
      expect(violations).toEqual([])
      return { page, link }
    })
    await context.close()
  },
})

const sign = (page: Page) => page.getByRole('button', { name: 'Sign with Test Wallet' }).click()
const status = (page: Page) => page.getByRole('status')

for (const behaviour of ['signs in', 'signs messages', 'signs in its own words'] as const) {
  test(`a wallet that ${behaviour} is linked once the machine says yes`, async ({ node, opened }) => {
    const { page, link } = await opened(behaviour)
    await sign(page)
    await expect(status(page)).toContainText('has signed. Now say yes on your machine')
    expect(await node.view()).toMatchObject({ address: null, link: { state: 'signed', address: node.wallet.address, code: link.code } })
    await node.confirm(link.linkId)
    await expect(status(page)).toContainText(`Done: ${node.wallet.address} is linked`)
    expect(await node.view()).toMatchObject({ address: node.wallet.address, source: 'wallet' })
  })
}

for (const [behaviour, said] of [
  ['declines', 'You said no in your wallet. Nothing was linked'],
  ['signs with another key', 'The signature is not of that wallet'],
  ['signs another text', 'signed another text'],
] as const) {
  test(`a wallet that ${behaviour} links nothing, and the owner may try again`, async ({ node, opened }) => {
    const { page } = await opened(behaviour)
    await sign(page)
    await expect(status(page)).toContainText(said)
    await expect(page.getByRole('button', { name: 'Sign with Test Wallet' })).toBeEnabled()
    expect(await node.view()).toMatchObject({ address: null, link: { state: 'waiting' } })
  })
}

test('a page that was answered, or is too old, says so and takes no other wallet', async ({ node, opened }) => {
  const { page, link } = await opened('signs in')
  await sign(page)
  await expect(status(page)).toContainText('has signed')
  await page.reload()
  await expect(status(page)).toContainText('has signed')
  await expect(page.getByRole('button', { name: 'Sign with Test Wallet' })).toBeHidden()
  const body = { address: node.wallet.address, signedMessage: 'AAAA', signature: 'AAAA' }
  const replayed = await page.request.post(link.url.replace('/link/', '/v1/links/'), { data: body })
  expect([replayed.status(), await replayed.json()]).toMatchObject([409, { detail: expect.stringContaining('already answered') }])
  await node.wait(10 * 60_000)
  await page.reload()
  await expect(status(page)).toContainText('older than ten minutes')
  expect(await node.view()).toMatchObject({ address: null, link: null })
})

test('without a wallet the page offers those of a phone, and whoever says no ends it', async ({ node, opened }) => {
  const { page, link } = await opened(null)
  await expect(page.getByRole('img', { name: /QR code/ })).toBeVisible()
  expect(await page.getByRole('img', { name: /QR code/ }).evaluate((image: HTMLImageElement) => image.naturalWidth)).toBeGreaterThan(0)
  const phantom = await page.getByRole('link', { name: /Phantom/ }).getAttribute('href')
  expect(phantom).toBe(`https://phantom.app/ul/browse/${encodeURIComponent(link.url)}?ref=${encodeURIComponent(new URL(link.url).origin)}`)
  await expectAccessible(page)
  await page.getByRole('button', { name: 'Do not link a wallet' }).click()
  await expect(status(page)).toContainText('Nothing was linked')
  expect(await node.view()).toMatchObject({ address: null, link: null })
})

test('the page runs nothing but its own, is shown in no frame, and tells nobody its address', async ({ opened, request }) => {
  const { link } = await opened('signs in')
  const headers = (await request.get(link.url)).headers()
  expect(headers['content-security-policy']).toMatch(/default-src 'none'.*frame-ancestors 'none'.*require-trusted-types-for 'script'/)
  expect(headers['content-security-policy']).not.toContain('unsafe')
  expect(headers).toMatchObject({ 'referrer-policy': 'no-referrer', 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' })
})

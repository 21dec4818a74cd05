import { readFile } from 'node:fs/promises'
import type { JobView } from '../../shared/contract/job.ts'
import { expect, keyWith, test } from '../support/console-fixtures.ts'
import { answer } from '../support/windfall.ts'

test('a key opens the console, leaves the address bar, and is forgotten when asked', async ({ house }) => {
  const page = await house.open(house.apiKey, '#/fleet')
  await expect(page.getByRole('heading', { name: 'Fleet' })).toBeVisible()
  expect(page.url()).not.toContain(house.apiKey)
  await expect(page.getByText('Live', { exact: true })).toBeVisible()
  await page.getByRole('button', { name: 'Forget this key' }).click()
  await expect(page.getByRole('heading', { name: 'Windfall console' })).toBeVisible()
  await page.reload()
  await expect(page.getByRole('heading', { name: 'Windfall console' })).toBeVisible()
  await page.close()
})

test('a key that is pasted into the address of an open console takes the place of the one before, and leaves the address bar', async ({ house }) => {
  const page = await house.open(house.apiKey, '#/fleet')
  await expect(page.getByRole('link', { name: 'Jobs' })).toBeVisible()
  const apiKey = await keyWith(house, ['self.read', 'fleet.read'])
  await page.evaluate((key) => void (location.hash = `key=${key}`), apiKey)
  await expect(page.getByRole('link', { name: 'Jobs' })).toBeHidden()
  await expect(page.getByRole('link', { name: 'Fleet' })).toBeVisible()
  expect(page.url()).not.toContain(apiKey)
  await page.close()
})

test('whoever has no key, or one that ends, sees nothing', async ({ house }) => {
  const page = await house.open('wf_00000000_nothing', '#/fleet')
  await expect(page.getByRole('alert').getByText(/not accepted here/)).toBeVisible()
  const apiKey = await keyWith(house, ['self.read', 'fleet.read'])
  await page.getByRole('textbox', { name: 'API key' }).fill(apiKey)
  await page.getByRole('button', { name: 'Use this key' }).click()
  await expect(page.getByRole('heading', { name: 'Fleet' })).toBeVisible()
  await house.client.call('revokeApiKey', { prefix: apiKey.split('_')[1] ?? '' })
  await expect(page.getByRole('alert').getByText(/not accepted here/)).toBeVisible()
  await page.close()
})

test('what happens is shown without anybody asking: a job from its submission to its receipt', async ({ house }) => {
  const page = await house.open(house.apiKey, '#/jobs')
  await expect(page.getByRole('table')).toBeVisible()
  const job = await answer<JobView>(['job', 'submit', '--sample', 'wasm', '--data', house.dataDirectory])
  await expect(page.locator(`a[href="#/jobs/${job.jobId}"]`).first()).toBeVisible()
  await page.goto(`${house.url}/console/#/jobs/${job.jobId}`)
  await expect(page.getByText('Completed', { exact: true }).first()).toBeVisible()
  await page.locator('a[href^="#/receipts/"]').first().click()
  await expect(page.getByText('Valid', { exact: true })).toBeVisible()
  await page.close()
})

test('a list goes into a file as it is shown, and is walked by its keys', async ({ house }) => {
  const page = await house.open(house.apiKey, '#/receipts')
  await expect(page.getByRole('table').first()).toBeVisible()
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'CSV' }).first().click()])
  const text = await readFile(await download.path(), 'utf8')
  expect(text.split('\r\n')[0]).toContain('Receipt,Issued,Job')
  expect(text).toContain(house.known.receiptId)
  await page.locator('main').focus()
  await page.keyboard.press('j')
  await expect(page.locator('tr[data-index="0"] a').first()).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(/#\/receipts\/./)
  await page.close()
})

test('a requester sees a smaller console, of what is theirs', async ({ house }) => {
  const { apiKey } = await house.client.call('addRequester', { requesterId: 'acme', name: 'Acme', weight: 100 })
  const page = await house.open(apiKey, '#/jobs')
  await expect(page.getByRole('heading', { name: 'Jobs' })).toBeVisible()
  const menu = page.getByRole('navigation')
  for (const label of ['Jobs', 'Zones', 'Receipts', 'Account', 'API keys']) await expect(menu.getByRole('link', { name: label, exact: true })).toBeVisible()
  for (const label of ['Fleet', 'Audit', 'Members', 'Payouts', 'Approvals', 'Profitability'])
    await expect(menu.getByRole('link', { name: label, exact: true })).toHaveCount(0)
  await expect(page.locator(`a[href="#/jobs/${house.known.jobId}"]`)).toHaveCount(0)
  await page.goto(`${house.url}/console/#/jobs/${house.known.jobId}`)
  await expect(page.getByRole('alert').first()).toBeVisible()
  await page.close()
})

test('the console may do what it needs, and nothing else', async ({ house, request }) => {
  const home = await request.get(`${house.url}/console/`)
  expect(home.headers()).toMatchObject({
    'content-security-policy': expect.stringContaining("default-src 'none'"),
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
  })
  for (const path of ['/console/../package.json', '/console/%2e%2e/%2e%2e/package.json', '/console/.vite', '/console/assets/nothing.js'])
    expect((await request.get(`${house.url}${path}`)).status(), path).toBe(404)
  expect((await request.get(house.url, { maxRedirects: 0 })).headers()['location']).toBe('/console/')
})

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Page } from '@playwright/test'
import { MAX_BUNDLE_BYTES } from '../../shared/domain/open-bundle.ts'
import { packageRoot } from '../../main/kernel/paths.ts'
import { toFile } from '../receipts/mutants.ts'
import { planReceipt } from '../receipts/plan.ts'
import { sealPlan } from '../receipts/seal.ts'
import { expectAccessible } from '../support/axe.ts'
import { expect, test as base } from '../support/fixtures.ts'

const PAGE = join(packageRoot, 'dist/verify/verify.html')

/** The page from the disk, in a browser that notes whatever it asks for, and whatever its own policy forbids. */
const test = base.extend<{ verifyPage: Page }>({
  verifyPage: async ({ sharedBrowser }, provide) => {
    const context = await sharedBrowser.newContext()
    const page = await context.newPage()
    const asked: string[] = []
    page.on('request', (request) => asked.push(request.url()))
    page.on('pageerror', (error) => asked.push(error.message))
    page.on('console', (message) => message.type() === 'error' && asked.push(message.text()))
    await page.goto(pathToFileURL(PAGE).href)
    await provide(page)
    expect(asked.filter((url) => url !== 'data:,')).toEqual([pathToFileURL(PAGE).href])
    await context.close()
  },
})

/** A node with a P-256 key, a change of key and the sun on its roof, so that nothing the format has is missing. */
const plan = planReceipt('receipt 29')
const valid = toFile(sealPlan(plan))
const keys = JSON.stringify({ receiptKey: plan.receiptKey.jwk, logKey: plan.logKey.jwk })
const tampered = toFile(sealPlan({ ...plan, statement: { ...plan.statement, predicate: { ...plan.statement.predicate, emissionsG: 0 } } }))

const choose = (page: Page, name: string, buffer: Buffer) => page.getByLabel(/^Choose (?:a|another) receipt$/).setInputFiles({ name, mimeType: '', buffer })
/** What is dropped may be made in the page: a large file takes long to bring there. */
async function drop(page: Page, name: string, content: { text: string } | { bytes: number }): Promise<void> {
  const given = { name, content }
  const dataTransfer = await page.evaluateHandle((file) => {
    const data = new DataTransfer()
    data.items.add(new File(['text' in file.content ? file.content.text : new Uint8Array(file.content.bytes)], file.name))
    return data
  }, given)
  await page.dispatchEvent('h1', 'drop', { dataTransfer })
}

const verdict = (page: Page) => page.getByRole('region', { name: 'Checked on this computer, without the network' })
const steps = (page: Page) => verdict(page).getByRole('listitem')

test('a receipt from the disk: every step with its outcome, whose it is, and where its figures come from', async ({ verifyPage: page }) => {
  await choose(page, 'mine.wfreceipt', valid)
  await expect(verdict(page).getByRole('status')).toContainText('Valid')
  await expect(steps(page)).toHaveCount(11)
  await expect(page.getByText('Anyone can make a file that is.')).toBeVisible()
  await page.getByLabel('Key', { exact: true }).fill(keys)
  await expect(page.getByText('The receipt and its log have to be signed by one of these 2 keys.')).toBeVisible()
  await expect(steps(page).filter({ hasText: 'Coordinator’s key' })).toHaveText(/^Passed/)
  await expect(page.getByText('Anyone can make a file that is.')).toHaveCount(0)
  const claims = page.getByRole('region', { name: 'What it states' })
  await expect(claims).toContainText('Attributed saving')
  await expect(claims).toContainText(/live|recorded|modelled/)
  await expect(page.getByRole('table', { name: 'Intervals of the receipt' }).getByRole('row')).toHaveCount(plan.statement.predicate.intervals.length + 1)
  await expectAccessible(page)
})

test('a receipt whose figures do not follow: the failing step, and a mark on what it states', async ({ verifyPage: page }) => {
  await choose(page, 'mine.wfreceipt', tampered)
  await expect(verdict(page).getByRole('status')).toContainText('Not valid')
  await expect(steps(page).filter({ hasText: /^Failed/ })).toHaveText(/emissions/)
  await expect(page.getByText('These figures come from a receipt that failed its check.')).toBeVisible()
})

test('a receipt of somebody else, and a key that is none', async ({ verifyPage: page }) => {
  await page
    .getByLabel('Choose a file with the key')
    .setInputFiles({ name: 'keys.json', mimeType: '', buffer: Buffer.from(JSON.stringify(planReceipt('receipt 8').receiptKey.jwk)) })
  await choose(page, 'mine.wfreceipt', valid)
  await expect(steps(page).filter({ hasText: /^Failed/ })).toHaveText(/Coordinator’s key/)
  await page.getByLabel('Key', { exact: true }).fill('my key')
  await expect(page.getByText('This holds no public key of kind Ed25519 or P-256. The check goes on without it.')).toBeVisible()
  await expect(verdict(page).getByRole('status')).toContainText('Valid')
})

test('what is no receipt is called unreadable, however large it is; the next file is checked all the same', async ({ verifyPage: page }) => {
  for (const garbage of [Buffer.alloc(0), Buffer.from('{}'), Buffer.from([0xff, 0xfe])]) {
    await choose(page, 'garbage.wfreceipt', garbage)
    await expect(page.getByText('This is not a receipt file')).toBeVisible()
    await expect(verdict(page)).toHaveCount(0)
  }
  await drop(page, 'huge.wfreceipt', { bytes: MAX_BUNDLE_BYTES + 1 })
  await expect(page.getByText('This is not a receipt file: it is larger than 16 MiB.')).toBeVisible()
  await choose(page, 'mine.wfreceipt', valid)
  await expect(verdict(page).getByRole('status')).toContainText('Valid')
  await expect(page.getByText('This is not a receipt file')).toHaveCount(0)
})

test('a dropped file is checked like a chosen one', async ({ verifyPage: page }) => {
  await drop(page, 'dropped.wfreceipt', { text: valid.toString() })
  await expect(page.getByText('dropped.wfreceipt')).toBeVisible()
  await expect(verdict(page).getByRole('status')).toContainText('Valid')
})

test('whoever prefers German or French reads the page in it, from the same file', async ({ sharedBrowser }) => {
  for (const [locale, heading, sums] of [
    ['de-AT', 'Beleg prüfen', 'Jede Zahl folgt aus der gemessenen Energie und der angegebenen Intensität.'],
    ['fr-CA', 'Vérifier un reçu', 'Chaque chiffre découle de l’énergie mesurée et de l’intensité indiquée.'],
  ] as const) {
    const page = await sharedBrowser.newPage({ locale })
    await page.goto(pathToFileURL(PAGE).href)
    await expect(page.getByRole('heading', { level: 1 })).toHaveText(heading)
    expect(await page.evaluate(() => document.documentElement.lang)).toBe(locale.slice(0, 2))
    await page.locator('input[type="file"]').first().setInputFiles({ name: 'mine.wfreceipt', mimeType: '', buffer: valid })
    await expect(page.getByText(sums)).toBeVisible()
    await page.close()
  }
})

test('the page allows nothing but the program and the style in it', () => {
  const text = readFileSync(PAGE, 'utf8')
  expect(/http-equiv="Content-Security-Policy" content="([^"]+)"/.exec(text)?.[1]).toMatch(
    /^default-src 'none'; script-src 'sha256-[A-Za-z0-9+/]{43}='; style-src 'sha256-[A-Za-z0-9+/]{43}='; img-src data:; base-uri 'none'; form-action 'none'/,
  )
  expect(text.match(/^<script>/gm)).toHaveLength(1)
})

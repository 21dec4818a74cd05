/** A real coordinator that has done a job, and its console in a real browser. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Browser, type Page, test as base, chromium, expect } from '@playwright/test'
import { coordinatorContract } from '../../shared/contract/coordinator.ts'
import { type Client, connect } from '../../shared/contract/define.ts'
import type { Permission } from '../../shared/domain/permissions.ts'
import { createHttpTransport } from '../../main/kernel/contract-http.ts'
import { CHROMIUM_ARGS, chromiumPath } from './chromium.ts'
import { startService, temporaryDirectory, until } from './windfall.ts'

export interface ConsoleHouse {
  readonly url: string
  /** Of the owner. */
  readonly apiKey: string
  readonly client: Client<typeof coordinatorContract>
  readonly dataDirectory: string
  /** One of each kind that a page is about. */
  readonly known: { readonly jobId: string; readonly receiptId: string; readonly nodeId: string; readonly incidentId: string }
  /** Opens the console by a key; nothing that the page must not do goes unseen. */
  readonly open: (apiKey: string, hash?: string) => Promise<Page>
}

const clientOf = (url: string, apiKey: string): Client<typeof coordinatorContract> =>
  connect(
    coordinatorContract,
    createHttpTransport(coordinatorContract, { baseUrl: url, authorize: async () => ({ authorization: `Bearer ${apiKey}` }), timeoutMs: 20_000 }),
  )

/** Waits until the sample job has its receipt, and makes up an incident. */
async function becomeKnown(client: ConsoleHouse['client']): Promise<ConsoleHouse['known']> {
  const receipts = await until(
    () => client.call('listReceipts', { after: null, limit: 1 }),
    ({ items }) => items.length > 0,
    { what: 'the first receipt' },
  )
  const [receipt] = receipts.items
  if (!receipt) throw new Error('a list that is not empty has a first row')
  const { jobId, receiptId, nodeId, zone } = receipt
  await client.call('simulateEvent', { zone, event: { cause: 'intensity-spike', percent: 500 }, seconds: 3_600 })
  const incidents = await until(
    () => client.call('listIncidents', { which: 'all', after: null, limit: 1 }),
    ({ items }) => items.length > 0,
    { what: 'an incident' },
  )
  return { jobId, receiptId, nodeId, incidentId: incidents.items[0]?.incidentId ?? '' }
}

async function openConsole(browser: Browser, url: string, { apiKey, hash }: { readonly apiKey: string; readonly hash: string }): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 720 } })
  const wrong: string[] = []
  page.on('pageerror', (error) => wrong.push(error.message))
  page.on('console', (message) => message.text().includes('Content Security Policy') && wrong.push(message.text()))
  page.on('close', () => expect(wrong).toEqual([]))
  await page.goto(`${url}/console/#key=${apiKey}`)
  await page.waitForURL((address) => !address.hash.startsWith('#key='))
  await page.evaluate((target) => {
    location.hash = target
  }, hash)
  return page
}

export const test = base.extend<object, { house: ConsoleHouse }>({
  house: [
    // oxlint-disable-next-line no-empty-pattern -- Playwright reads the wanted fixtures from the pattern
    async ({}, provide) => {
      using data = temporaryDirectory()
      const browser = await chromium.launch({ executablePath: await chromiumPath(), args: CHROMIUM_ARGS })
      const service = await startService<unknown>(['up', '--no-window', '--data', data.path])
      const { coordinator } = JSON.parse(readFileSync(join(data.path, 'windfall.json'), 'utf8')) as { coordinator: { url: string; apiKey: string } }
      const { url, apiKey } = coordinator
      const client = clientOf(url, apiKey)
      const open: ConsoleHouse['open'] = (key, hash = '#/') => openConsole(browser, url, { apiKey: key, hash })
      await provide({ url, apiKey, client, dataDirectory: data.path, known: await becomeKnown(client), open })
      await browser.close()
      await service.stop()
    },
    { scope: 'worker', timeout: 240_000 },
  ],
})

/** A key with these rights and no others. */
export async function keyWith({ client }: ConsoleHouse, scopes: readonly Permission[], own = false): Promise<string> {
  const { apiKey } = await client.call('createApiKey', { label: `only ${scopes.join(' ')}`.slice(0, 80), scopes: [...scopes], own })
  return apiKey
}

export { expect }

/** One window beside one agent that knows something of everything, for specs which only look: they leave it as it was. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { OTHER_WALLET, moneyAt } from '../../shared/contract/money.fake.ts'
import { testBundle, testLogKey, testReceiptKey } from '../../shared/domain/receipt-bundle.fake.ts'
import { RENDERER, launchDesktop } from './desktop-app.ts'
import { test as base, expect, loadedWindow } from './fixtures.ts'
import { type SampleAgent, startSampleAgent } from './sample-agent.ts'
import { SAMPLE_RECEIPT } from './sample-facts.ts'

export interface SharedWindow {
  readonly page: Page
  readonly agent: SampleAgent
}

export const test = base.extend<object, { shared: SharedWindow }>({
  shared: [
    async ({ sharedBrowser }, provide) => {
      const directory = mkdtempSync(join(tmpdir(), 'wf-window-'))
      const dataDirectory = join(directory, 'data')
      const agent = await startSampleAgent(dataDirectory, RENDERER)
      await knowEverything(agent)
      const app = await launchDesktop({
        dataDirectory,
        trayHost: true,
        browser: sharedBrowser,
        programs: join(directory, 'bin'),
        keyring: join(directory, 'keyring'),
      })
      const page = await loadedWindow(app)
      const errors: string[] = []
      page.on('pageerror', (error) => errors.push(error.message))
      await provide({ page, agent })
      await app.close()
      await agent.stop()
      rmSync(directory, { recursive: true, force: true })
      expect(errors).toEqual([])
    },
    { scope: 'worker' },
  ],
})

/** A receipt that verifies, a claim on its way, a change of wallet that waits. */
async function knowEverything(agent: SampleAgent): Promise<void> {
  const facts = moneyAt(Date.now())
  const bundle = await testBundle()
  const pending = {
    address: OTHER_WALLET,
    source: 'pasted',
    requestedAt: new Date().toISOString(),
    effectiveAt: new Date(Date.now() + 7_200_000).toISOString(),
  } as const
  agent.answer({
    getReceipt: () => ({ bundle, pinnedKeys: [testReceiptKey.keyId, testLogKey.keyId] }),
    getPinnedKeys: () => ({ pinnedKeys: [testReceiptKey.keyId, testLogKey.keyId] }),
    listReceipts: () => ({ items: Array.from({ length: 40 }, (_, n) => ({ ...SAMPLE_RECEIPT, receiptId: `receipt-${n + 1}` })), next: null }),
    getPayoutClaims: () => ({ claims: [facts.aClaim({ state: 'sent', signature: 'S'.repeat(88) })], quote: null }),
    getWallet: () => facts.aWallet({ pending }),
  })
}

export { expect }

/** What a screen reader is told: the pages on which money, proof and consent are, word for word in their order. */
import type { Page } from '@playwright/test'
import { A_NEW_OWNER, setupHandlers } from '../../shared/contract/first-run.fake.ts'
import type { AgentStatus } from '../../shared/contract/agent.ts'
import { moneyAt } from '../../shared/contract/money.fake.ts'
import { testBundle, testLogKey, testReceiptKey } from '../../shared/domain/receipt-bundle.fake.ts'
import { overflowing } from '../support/appearance.ts'
import { expectAccessible, setSizes } from '../support/axe.ts'
import { openPage } from '../support/every-page.ts'
import { expect, loadedWindow, test } from '../support/fixtures.ts'
import { SAMPLE_GPU, SAMPLE_RECEIPT, SAMPLE_STATUS } from '../support/sample-facts.ts'

const NOTHING_RUNS = { job: null, running: [], busyDevices: [] }
const DISPLAYS: Readonly<Record<AgentStatus['display'], Partial<AgentStatus>>> = {
  earning: {},
  ready: { ...NOTHING_RUNS, display: 'ready' },
  waiting: {
    ...NOTHING_RUNS,
    display: 'waiting',
    policy: 'waiting',
    mayRunAnyway: true,
    reasons: [
      { code: 'owner-present', message: 'You are using the computer.', until: null },
      { code: 'carbon', message: 'The grid is not green enough.', until: null },
    ],
  },
  finishing: { display: 'finishing', finishing: true },
  paused: { ...NOTHING_RUNS, display: 'paused', policy: 'off', reasons: [{ code: 'user', message: 'You paused Windfall.', until: null }] },
  'action-needed': { ...NOTHING_RUNS, display: 'action-needed', reasons: [{ code: 'blocked', message: 'The driver is too old.', until: null }] },
}

/** Nothing stands out to the side in a narrow window with text twice as large. */
async function expectToFit(window: Page): Promise<void> {
  await setSizes(window, { width: 320, text: 200 })
  expect(await overflowing(window)).toEqual([])
  await setSizes(window, { width: 1280, text: 100 })
}

test('Home, in every state of the machine', async ({ agent, window }) => {
  await openPage(window, '#/')
  await expect(window.getByRole('region', { name: 'Earnings' })).toMatchAriaSnapshot({ name: 'home-earnings.aria.yml' })
  const now = window.getByRole('region', { name: 'Right now' })
  for (const [display, status] of Object.entries(DISPLAYS)) {
    agent.become({ ...SAMPLE_STATUS, ...status })
    await expect(now).toMatchAriaSnapshot({ name: `home-${display}.aria.yml` })
    await expectToFit(window)
  }
})

test('Home and the jobs, while several run', async ({ agent, window }) => {
  const resting = { leaseId: 'lease-2', code: 'ceiling', message: 'It is at 84 °C; you allow 80 °C.', deviceIds: [SAMPLE_GPU.deviceId] }
  agent.become({ running: SAMPLE_STATUS.running.flatMap((job) => [job, { ...job, ...resting }]) })
  await expect(window.getByRole('table', { name: 'Jobs that run now' })).toBeVisible()
  await expectAccessible(window)
  await expectToFit(window)
  await openPage(window, '#/jobs')
  await expect(window.getByRole('main').getByText('so far').first()).toBeVisible()
  await expectAccessible(window)
  await expectToFit(window)
})

test('the receipts and one of them', async ({ agent, window }) => {
  const bundle = await testBundle()
  agent.answer({
    // So long ago that its date is written in full, whenever this runs.
    listReceipts: () => ({ items: [{ ...SAMPLE_RECEIPT, issuedAt: '2024-03-18T10:00:00.000Z' }], next: null }),
    getReceipt: () => ({ bundle, pinnedKeys: [testReceiptKey.keyId, testLogKey.keyId] }),
  })
  await openPage(window, '#/receipts')
  await expect(window.getByRole('main')).toMatchAriaSnapshot({ name: 'receipts.aria.yml' })
  await openPage(window, '#/receipts/receipt-1')
  await expect(window.getByRole('status').filter({ hasText: 'Valid' })).toBeVisible()
  await expect(window.getByRole('region', { name: 'Checked on this computer' })).toMatchAriaSnapshot({ name: 'receipt.aria.yml' })
})

test('a claim, at every step', async ({ agent, window }) => {
  const facts = moneyAt(Date.now())
  const now = new Date().toISOString()
  const expiresAt = new Date(Date.now() + 3_600_000).toISOString()
  const quote = facts.aQuote({ expiresAt, rate: '1 SOL = 150.000000 USD, fixed by the operator, 2024-03-18T10:00:00.000Z' })
  const claim = window.getByRole('region', { name: 'Claim', exact: true })
  await openPage(window, '#/payouts')
  await expect(claim).toMatchAriaSnapshot({ name: 'claim-ready.aria.yml' })
  agent.answer({ getPayoutClaims: () => ({ claims: [], quote }) })
  await expect(claim).toMatchAriaSnapshot({ name: 'claim-review.aria.yml' })
  await expectToFit(window)
  for (const state of ['planned', 'sent', 'confirmed', 'finalized', 'failed'] as const) {
    const signature = state === 'planned' || state === 'failed' ? null : 'S'.repeat(88)
    agent.answer({ getPayoutClaims: () => ({ claims: [facts.aClaim({ quote, state, signature, createdAt: now, updatedAt: now })], quote: null }) })
    await expect(claim).toMatchAriaSnapshot({ name: `claim-${state}.aria.yml` })
    await expectToFit(window)
  }
})

test('the first steps, one after the other', async ({ agent, launchApp }) => {
  agent.answer(setupHandlers(Date.now(), A_NEW_OWNER))
  agent.become({ ...NOTHING_RUNS, display: 'paused', job: null })
  const window = await loadedWindow(await launchApp())
  for (const next of ['This computer', 'Power', 'Estimate', 'Consent', null]) {
    const step = await window.locator('h2[tabindex="-1"]').innerText()
    await expect(window.locator('[aria-busy="true"]')).toHaveCount(0)
    await expect(window.getByRole('main')).toMatchAriaSnapshot({ name: `first-${step.toLowerCase().replaceAll(' ', '-')}.aria.yml` })
    await expectToFit(window)
    if (next === null) break
    await window.getByRole('button', { name: `Next: ${next}` }).click()
    await expect(window.getByRole('heading', { name: next, level: 2 })).toBeFocused()
  }
})

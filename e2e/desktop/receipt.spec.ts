import { expectAccessible } from '../support/axe.ts'
import { finishRun } from '../support/finished-run.ts'
import { expect, loadedWindow, test } from '../support/fixtures.ts'
import { startRealAgent } from '../support/real-agent.ts'

test('the receipt of a real run is verified in the window, step by step', async ({ dataDirectory, launchApp }) => {
  const { receipt } = await finishRun(dataDirectory)
  const { stop } = await startRealAgent(dataDirectory)
  const window = await loadedWindow(await launchApp())
  await window.getByRole('link', { name: 'Receipts', exact: true }).click()
  await window.getByRole('main').getByRole('link').first().click()
  await expect.poll(() => new URL(window.url()).hash).toBe(`#/receipts/${receipt.id}`)
  await expect(window.getByRole('status').filter({ hasText: 'Valid' })).toContainText(/every step/i)
  const steps = window.getByRole('main').getByRole('listitem')
  await expect(steps.filter({ hasText: /^Failed/ })).toHaveCount(0)
  expect(await steps.filter({ hasText: /^Passed/ }).count()).toBeGreaterThanOrEqual(9)
  await expectAccessible(window)
  await stop()
})

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { expectAccessible } from '../support/axe.ts'
import { expect, loadedWindow, test } from '../support/fixtures.ts'
import { startFleet, submitSample } from '../support/fleet.ts'
import { statusIn } from '../support/own-agent.ts'

const step = (window: Page, name: string) => window.getByRole('heading', { name, level: 2, exact: true })
const next = (window: Page, name: string) => window.getByRole('button', { name: `Next: ${name}` }).click()

/** Asks the agent to work although nobody has agreed to anything. */
const resume = (window: Page) => window.evaluate(() => windfall.invoke('resume', {}))

test('from the first start through five steps, with a restart in between, to a first receipt that is verified here', async ({
  launchApp,
  dataDirectory,
}, info) => {
  await using fleet = await startFleet(info.outputPath('fleet'))
  const coordinator = await fleet.startCoordinator()
  const first = await launchApp()
  const before = await loadedWindow(first)
  await expect(step(before, 'Welcome')).toBeVisible()
  expect(await statusIn(before)).toMatchObject({
    display: 'action-needed',
    reasons: expect.arrayContaining([expect.objectContaining({ code: 'consent' })]),
    running: [],
  })
  expect(await resume(before)).toMatchObject({ ok: false, problem: { code: 'conflict' } })
  await expectAccessible(before)
  await next(before, 'This computer')
  const found = before.getByRole('list', { name: 'What was found' })
  await expect(found.getByText('Sandbox')).toBeVisible()
  await expect(found.getByText('No sandbox works here')).toHaveCount(0)
  await before.getByRole('textbox', { name: 'Address of the coordinator' }).fill(coordinator.ready.url)
  await before.getByRole('button', { name: 'Use this coordinator' }).click()
  await expect(before.getByText(`This computer works for ${coordinator.ready.url}.`)).toBeVisible()
  await expect.poll(async () => (await statusIn(before)).coordinator).toMatchObject({ state: 'connected', url: coordinator.ready.url })
  await expectAccessible(before)
  await next(before, 'Power')
  await expect(step(before, 'Power')).toBeFocused()
  await before.getByRole('combobox', { name: 'Grid zone' }).selectOption('GB-12')
  await expect.poll(async () => (await statusIn(before)).node.zone).toBe('GB-12')
  await first.close()

  const agent = { askFirst: true, gate: { kind: 'always' }, policy: { dedicated: true, allowBattery: true } }
  writeFileSync(join(dataDirectory, 'settings.json'), JSON.stringify({ agent }))
  const window = await loadedWindow(await launchApp())
  await expect(step(window, 'Power')).toBeVisible()
  expect((await statusIn(window)).node.zone).toBe('GB-12')
  expect((await statusIn(window)).coordinator.url).toBe(coordinator.ready.url)
  await next(window, 'Estimate')
  await expect(window.getByText('There is no estimate of your earnings yet.')).toBeVisible()
  await next(window, 'Consent')
  await expect(window.getByText('Run jobs of others')).toBeVisible()
  await expectAccessible(window)
  expect((await statusIn(window)).display).toBe('action-needed')
  await window.getByRole('button', { name: 'Start earning' }).click()
  await expect(step(window, 'On the way to your first receipt')).toBeVisible()

  await submitSample(fleet.directory('coordinator'), 'wasm', ['96', '72', '1'])
  await expect(step(window, 'Your first receipt')).toBeVisible()
  await expect(window.getByRole('status').filter({ hasText: 'Valid' })).toBeVisible()
  await expectAccessible(window)
  await window.getByRole('button', { name: 'Done', exact: true }).click()
  await expect(window.getByRole('heading', { name: 'Home', level: 1 })).toBeVisible()
  await expect(window.getByText('Your first receipt is on its way.')).toHaveCount(0)
})

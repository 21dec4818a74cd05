import { expect, loadedWindow, test } from '../support/fixtures.ts'
import { startRealAgent } from '../support/real-agent.ts'

test('the window works on the real agent, and a pause outlives it', async ({ dataDirectory, launchApp }) => {
  const first = await startRealAgent(dataDirectory)
  const window = await loadedWindow(await launchApp())
  await window
    .getByRole('button', { name: /^pause/i })
    .first()
    .click()
  await window.getByRole('button', { name: 'Until I resume' }).click()
  await expect(window.getByText(/^paused/i).first()).toBeVisible()
  await first.stop()

  const second = await startRealAgent(dataDirectory)
  await expect(window.getByRole('button', { name: /^resume/i }).first()).toBeVisible()
  expect(await second.agent.server.dispatch('getStatus', {}, undefined)).toMatchObject({ display: 'paused' })
  await second.stop()
})

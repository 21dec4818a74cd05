import { describe, expect, test } from 'vitest'
import { userEvent } from 'vitest/browser'
import { WindfallError } from '../../../shared/errors.ts'
import { NOW } from '../../lib/afternoon.fake.ts'
import { createFakeTransport } from '../../lib/transport.fake.ts'
import { openWindow } from '../window.fake.tsx'

const disk = new WindfallError('storage.failed', 'The agent could not read its database: the disk is full.')

describe('pausing', () => {
  test.each([
    ['For 30 minutes', new Date(NOW + 30 * 60_000).toISOString(), 'Paused until 15:11'],
    ['For 1 hour', new Date(NOW + 60 * 60_000).toISOString(), 'Paused until 15:41'],
    ['Until tomorrow', new Date(2026, 10, 22).toISOString(), 'Paused until tomorrow 00:00'],
    ['Until I resume', null, 'Paused until you resume'],
  ])('%s', async (choice, until, headline) => {
    const { screen, transport } = await openWindow()
    await screen.getByRole('button', { name: 'Pause…' }).click()
    await screen.getByRole('button', { name: new RegExp(`^${choice}`) }).click()
    await expect.element(screen.getByText(headline).first()).toBeVisible()
    expect(transport.asked).toContainEqual({ name: 'pause', input: { until } })
    await expect.element(screen.getByRole('button', { name: 'Resume' })).toHaveFocus()
    await userEvent.keyboard('{Enter}')
    await expect.element(screen.getByRole('button', { name: 'Pause…' })).toHaveFocus()
    await expect.element(screen.getByRole('region', { name: 'Right now' })).toMatchTextContent('Earning')
  })

  test('says when it does not work, and changes nothing', async () => {
    const transport = createFakeTransport()
    transport.fail('pause', disk)
    const { screen } = await openWindow({ transport })
    await screen.getByRole('button', { name: 'Pause…' }).click()
    await screen.getByRole('button', { name: /^For 1 hour/ }).click()
    await expect.element(screen.getByRole('alert')).toMatchTextContent('That did not work: The agent could not read its database: the disk is full.')
    await expect.element(screen.getByRole('region', { name: 'Right now' })).toMatchTextContent('Earning')
  })

  test('needs the agent, and says so on the spot', async () => {
    const { screen, transport } = await openWindow()
    await expect.element(screen.getByRole('button', { name: 'Pause…' })).toBeEnabled()
    transport.setLink({ state: 'lost', since: NOW })
    await expect.element(screen.getByRole('button', { name: 'Pause…' })).toBeDisabled()
    await expect.element(screen.getByText('Needs the agent, which does not answer.')).toBeVisible()
  })
})

import { expect, test } from 'vitest'
import { userEvent } from 'vitest/browser'
import { at } from '../lib/afternoon.fake.ts'
import { createFakeTransport } from '../lib/transport.fake.ts'
import { openWindow } from '../app/window.fake.tsx'

const hour = (estimated = false) => {
  const transport = createFakeTransport()
  const readings = Array.from({ length: 3_600 }, (_, second) => ({
    at: at((second - 3_599) * 1_000),
    watts: second < 3_000 ? 40 : 172,
    temperatureC: second < 3_000 ? 48 : 63,
  }))
  transport.answer({ getPower: () => ({ method: estimated ? 'estimate' : 'counter', readings }) })
  return transport
}

test('the last minutes grow to an hour: a picture with its sentence, which names the range and the temperature', async () => {
  const { screen } = await openWindow({ transport: hour() })
  const picture = screen.getByRole('img', { name: /^Power over time/ })
  await expect.element(picture).toHaveAccessibleName(/172\sW now, between 172\sW and 172\sW over the last 2\smin; the hottest device is at 63\s°C/)
  await screen.getByRole('radio', { name: '1 h' }).click()
  await expect.element(picture).toHaveAccessibleName(/between 40\sW and 172\sW over the last 1\sh/)
  await screen.getByText('Show the readings as a table').click()
  await expect.element(screen.getByRole('region', { name: 'Show the readings as a table' })).toMatchTextContent(/Temperature.*63\s°C/)
})

test('the arrow keys read one moment after the other, and End goes back to now', async () => {
  const { screen } = await openWindow({ transport: hour() })
  const cursor = screen.getByRole('slider', { name: 'Power, moment by moment' })
  await expect.element(cursor).toBeVisible()
  cursor.element().focus()
  await userEvent.keyboard('{ArrowLeft}{ArrowLeft}')
  await expect.element(cursor).toHaveAttribute('aria-valuetext', expect.stringMatching(/:58: 172\sW, 63\s°C$/))
  await userEvent.keyboard('{End}')
  await expect.element(cursor).toHaveAttribute('aria-valuetext', expect.stringMatching(/:00: 172\sW/))
})

test('an estimate says so in the picture, the sentence and the table', async () => {
  const { screen, transport } = await openWindow({ transport: hour(true) })
  transport.push('power', { at: at(1_000), watts: 61, temperatureC: null })
  await expect.element(screen.getByText('Power, estimated')).toBeVisible()
  await expect.element(screen.getByRole('figure', { name: 'Estimated power over time' })).toMatchTextContent(/≈ 61\sW now/)
})

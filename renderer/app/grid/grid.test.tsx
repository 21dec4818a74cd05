import { expect, test } from 'vitest'
import { aGrid } from '../../lib/fixtures.fake.ts'
import { createFakeTransport } from '../../lib/transport.fake.ts'
import { openWindow } from '../window.fake.tsx'

test('the grid shows its hours, its green windows with what they emit, and the owner’s threshold', async () => {
  const { screen, transport } = await openWindow({ address: '#/grid' })
  await expect.element(screen.getByRole('slider', { name: 'Carbon intensity, hour by hour' })).toBeVisible()
  await expect.element(screen.getByRole('heading', { name: 'Green windows' })).toBeVisible()
  await expect.element(screen.getByText(/about \d+\sg/).first()).toBeVisible()
  await screen.getByRole('radio', { name: 'At any time.' }).click()
  await expect.poll(() => transport.asked.findLast(({ name }) => name === 'setRules')?.input).toMatchObject({ rules: { gate: { kind: 'always' } } })
  await expect.element(screen.getByText('At any time.', { exact: true }).first()).toBeVisible()
})

test('without a forecast the page says what Windfall does meanwhile', async () => {
  const transport = createFakeTransport()
  transport.answer({ getGrid: () => ({ ...aGrid(), signal: null, now: null, greenWindows: [], state: 'missing', message: 'No forecast has arrived yet.' }) })
  const { screen } = await openWindow({ address: '#/grid', transport })
  await expect.element(screen.getByText('No green window in the forecast.').first()).toBeVisible()
  await expect.element(screen.getByText(/There is no forecast for this zone\./)).toBeVisible()
})

import { expect, test } from 'vitest'
import { WindfallError } from '../../../shared/errors.ts'
import { NOW } from '../../lib/afternoon.fake.ts'
import { aPerson, openConsole } from '../console.fake.tsx'
import { aZone, zoneHandlers } from './zones.fake.ts'

test('each zone is shown with where its numbers come from, and what has no number says why', async () => {
  const stale = aZone('PL', { state: 'stale', ageSeconds: 7_800, inSixHours: { at: new Date(NOW).toISOString(), gPerKWh: 640, forecast: true } })
  const missing = aZone('IT', { state: 'missing', now: null, inSixHours: null, origin: null, ageSeconds: null, reason: 'No provider answered.' })
  const modelled = aZone('ES', { origin: 'modelled' })
  const { screen } = await openConsole({ address: '#/zones', handlers: zoneHandlers([aZone('DE'), stale, missing, modelled]) })
  await expect.element(screen.getByRole('row', { name: /DE.*148.g\/kWh.*96.g\/kWh.*cleaner.*live.*2 of 3/ })).toBeVisible()
  await expect.element(screen.getByRole('row', { name: /PL.*less clean.*out of date, 2.h 10.min old/ })).toBeVisible()
  await expect.element(screen.getByRole('row', { name: /IT.*No provider answered/ })).toBeVisible()
  await expect.element(screen.getByRole('row', { name: /ES.*modelled, not measured/ })).toBeVisible()
  await expect.element(screen.getByRole('img', { name: /Map of the zones/ })).toBeVisible()
  await expect.element(screen.getByText('Energy-Charts, CC BY 4.0')).toBeVisible()
})

test('what is looked for is in the address', async () => {
  const { screen, coordinator, clock } = await openConsole({ address: '#/zones?which=all', handlers: zoneHandlers([aZone('DE'), aZone('FR')]) })
  await expect.element(screen.getByText('2 rows')).toBeVisible()
  expect(coordinator.asked).toContainEqual({ name: 'getZoneOverview', input: { all: true } })
  await screen.getByRole('searchbox', { name: 'Search' }).fill('fr')
  clock.advance(300)
  await expect.element(screen.getByText('1 row')).toBeVisible()
  expect(location.hash).toBe('#/zones?which=all&find=fr')
})

test('a requester sees the zones, but neither nodes nor rehearsals', async () => {
  const { screen } = await openConsole({ address: '#/zones', me: aPerson('requester'), handlers: zoneHandlers([aZone('DE', { nodes: null })]) })
  await screen.getByRole('link', { name: 'DE' }).click()
  await expect.element(screen.getByRole('heading', { name: 'Zone DE' })).toBeVisible()
  await expect.element(screen.getByText('Nobody publishes the renewable share of this zone.')).toBeVisible()
  await expect.element(screen.getByText('energy-charts, then entsoe')).toBeVisible()
  expect(screen.getByRole('heading', { name: 'Rehearse an event' }).query()).toBeNull()
})

test('an operator rehearses an event, and is told what comes of it', async () => {
  const { screen, coordinator } = await openConsole({ address: '#/zones/DE', handlers: zoneHandlers([aZone('DE')]) })
  await screen.getByLabelText('What happens').selectOptions('frequency')
  await screen.getByRole('button', { name: 'Begin the rehearsal' }).click()
  await expect.element(screen.getByRole('alert').getByText(/The test has no answer/)).toBeVisible()
  await screen.getByRole('button', { name: 'Close' }).click()
  coordinator.answer({
    simulateEvent: ({ zone, event, seconds }) => ({
      simulationId: 'sim-1',
      zone,
      event,
      from: new Date(NOW).toISOString(),
      to: new Date(NOW + seconds * 1_000).toISOString(),
    }),
  })
  await screen.getByRole('button', { name: 'Begin the rehearsal' }).click()
  await expect.element(screen.getByText(/Rehearsal in DE until \d\d:\d\d:\d\dZ/)).toBeVisible()
  expect(coordinator.asked).toContainEqual({ name: 'simulateEvent', input: { zone: 'DE', event: { cause: 'frequency', hz: 49.6 }, seconds: 1_800 } })
})

test('a zone that nobody knows says so', async () => {
  const { screen, coordinator } = await openConsole({ address: '#/zones/XX', handlers: zoneHandlers([aZone('DE')]) })
  coordinator.fail('getSignalOf', new WindfallError('grid.unknown-zone', 'There is no zone XX.'))
  await expect.element(screen.getByText('No zone of this name is known.')).toBeVisible()
})

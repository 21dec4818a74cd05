import { expect, test } from 'vitest'
import type { IncidentView } from '../../../shared/contract/incident.ts'
import { WindfallError } from '../../../shared/errors.ts'
import { NOW } from '../../lib/afternoon.fake.ts'
import { type FakeHandlers, aPerson, openConsole } from '../console.fake.tsx'

const at = (ms: number): string => new Date(NOW + ms).toISOString()

const anIncident = (changes: Partial<IncidentView> = {}): IncidentView => ({
  incidentId: 'incident-7',
  cause: 'stale-source',
  zone: 'PL',
  nodeId: null,
  simulated: false,
  state: 'EVALUATING',
  summary: 'The forecast of PL is 2 h 10 min old. <img src=x onerror=alert(1)>',
  detectedAt: at(-7_800_000),
  acknowledged: null,
  clearing: null,
  ended: null,
  transitions: [{ at: at(-7_800_000), from: 'MONITORING', to: 'ANOMALY_DETECTED', reason: 'No answer for 2 h' }],
  actions: [{ at: at(-60_000), jobId: 'job-1', action: 'hold', reason: 'Its carbon rule needs a forecast' }],
  ...changes,
})

function incidentHandlers(first: IncidentView): FakeHandlers {
  let incident = first
  return {
    listIncidents: () => {
      const { transitions: _transitions, actions: _actions, ...summary } = incident
      return { items: [summary], next: null }
    },
    getIncident: () => incident,
    acknowledgeIncident: () => (incident = { ...incident, acknowledged: { at: at(0), by: 'member:member-1' } }),
    closeIncident: ({ note }) => (incident = { ...incident, state: 'RESOLVED', ended: { at: at(0), how: 'closed', by: 'member:member-1', note } }),
  }
}

test('an incident is found by its address, seen to, and closed with a note', async () => {
  const { screen, coordinator } = await openConsole({ address: '#/incidents?cause=stale-source', handlers: incidentHandlers(anIncident()) })
  await screen.getByRole('link', { name: 'Grid data out of date' }).click()
  await expect.element(screen.getByText(/<img src=x/)).toBeVisible()
  await screen.getByRole('button', { name: 'I look after it' }).click()
  await expect.element(screen.getByText('You look after this incident now.')).toBeVisible()
  await screen.getByRole('button', { name: 'Close with a note…' }).click()
  await screen.getByLabelText(/Note, for whoever/).fill('Provider is back')
  await screen.getByRole('button', { name: 'Close the incident' }).click()
  await expect.element(screen.getByText(/closed by hand .*Provider is back/)).toBeVisible()
  expect(screen.getByRole('button', { name: 'Close with a note…' }).query()).toBeNull()
  expect(coordinator.asked).toContainEqual({ name: 'closeIncident', input: { incidentId: 'incident-7', note: 'Provider is back' } })
})

test('a viewer sees the same and does nothing', async () => {
  const { screen } = await openConsole({
    address: '#/incidents/incident-7',
    me: aPerson('viewer'),
    handlers: incidentHandlers(anIncident({ simulated: true })),
  })
  await expect.element(screen.getByRole('heading', { name: 'Grid data out of date, simulated' })).toBeVisible()
  await expect.element(screen.getByRole('row', { name: /job-1.*Held.*carbon rule/ })).toBeVisible()
  expect(screen.getByRole('button', { name: 'I look after it' }).query()).toBeNull()
})

test('nothing open is good news', async () => {
  const { screen, coordinator } = await openConsole({ address: '#/incidents', handlers: { listIncidents: () => ({ items: [], next: null }) } })
  await expect.element(screen.getByText('No incident is open.')).toBeVisible()
  await screen.getByRole('combobox', { name: 'Show' }).selectOptions('all')
  await expect.poll(() => coordinator.asked.at(-1)).toMatchObject({ name: 'listIncidents', input: { which: 'all' } })
})

test('incidents about a node are found by its id; what is no id narrows nothing, and says so', async () => {
  const node = `n${'7'.repeat(42)}`
  const { screen, coordinator } = await openConsole({
    address: `#/incidents?which=all&node=${node}`,
    handlers: incidentHandlers(anIncident({ cause: 'node-loss', nodeId: node })),
  })
  await expect.element(screen.getByRole('link', { name: 'Node lost' })).toBeVisible()
  expect(coordinator.asked).toContainEqual({ name: 'listIncidents', input: expect.objectContaining({ which: 'all', node }) as unknown })
  location.hash = '#/incidents?node=short'
  await expect.element(screen.getByText('“short” is not looked for: write the whole id of a node', { exact: false })).toBeVisible()
  expect(coordinator.asked.at(-1)?.input).not.toHaveProperty('node')
})

test('an act that waits for a second person is said as what it is, and no problem', async () => {
  const { screen, coordinator } = await openConsole({ address: '#/incidents/incident-7', handlers: incidentHandlers(anIncident()) })
  coordinator.fail('acknowledgeIncident', new WindfallError('approval.waiting', 'Somebody else has to approve it.'))
  await screen.getByRole('button', { name: 'I look after it' }).click()
  await expect.element(screen.getByRole('status').filter({ hasText: 'Somebody else has to approve it.' })).toBeVisible()
  expect(screen.getByRole('alert').query()).toBeNull()
})

import { expect, test } from 'vitest'
import type { OutputOf } from '../../../shared/contract/define.ts'
import type { ReplicaView, replicaCalls } from '../../../shared/contract/replica.ts'
import { WindfallError } from '../../../shared/errors.ts'
import { at } from '../../lib/afternoon.fake.ts'
import { type FakeHandlers, aPerson, openConsole } from '../console.fake.tsx'
import { aNode, fleetHandlers } from '../fleet/fleet.fake.ts'
import { aJob, jobsHandlers, someFigures } from '../jobs/jobs.fake.ts'
import { aZone, zoneHandlers } from '../zones/zones.fake.ts'

const none = () => ({ items: [], next: null })

const aReplica = (replicaId: string, changes: Partial<ReplicaView> = {}): ReplicaView => ({
  replicaId,
  url: `https://${replicaId}.example`,
  version: '0.1.0',
  startedAt: at(-3_600_000),
  seenAt: at(-1_000),
  isThere: true,
  isThis: false,
  shards: [],
  ...changes,
})

type Coordinators = OutputOf<typeof replicaCalls.listReplicas>
const coordinators = (replicas: readonly ReplicaView[] = [aReplica('a')], wrong: Partial<Coordinators['health']> = {}): Coordinators => ({
  replicas: [...replicas],
  unowned: [],
  health: { isReady: true, database: null, shards: null, draining: null, disk: null, sockets: 2, requests: 1, ...wrong },
  intake: { messages: 0, bytes: 0, underway: 0, lastBatch: 0 },
})

const handlers: FakeHandlers = {
  ...fleetHandlers([aNode(1), aNode(2)]),
  ...jobsHandlers([aJob(1)]),
  ...zoneHandlers([aZone('DE'), aZone('PL', { state: 'stale', reason: 'The source does not answer.' })]),
  listIncidents: () => ({
    items: [
      {
        incidentId: 'incident-7',
        cause: 'stale-source',
        zone: 'PL',
        nodeId: null,
        simulated: false,
        state: 'ADAPTING',
        summary: 'The forecast is 2 h old <img src=x onerror=alert(1)>',
        detectedAt: at(-3_600_000),
        acknowledged: null,
        clearing: null,
        ended: null,
      },
    ],
    next: null,
  }),
  listApprovals: none,
  getPayoutStatus: () => ({
    cluster: 'localnet',
    hotWallet: '1'.repeat(32),
    paused: { reason: 'The rate looks wrong', by: 'member:otto', since: at(-60_000) },
    trouble: null,
    purses: [],
    refill: { needed: false, message: '' },
    waiting: { claims: 0, approvals: 2, open: 1 },
    caps: {
      hour: { usedMicroUsd: '0', maxMicroUsd: '1000000' },
      day: { usedMicroUsd: '250000', maxMicroUsd: '5000000' },
      recipientDayMicroUsd: '100',
      approvalAboveMicroUsd: null,
    },
  }),
  checkLedger: () => ({
    balanced: true,
    sums: [],
    entries: 88_412,
    confirmedMicroUsd: '0',
    paidMicroUsd: '0',
    paidLamports: '0',
    periods: 0,
    chain: null,
    findings: [],
  }),
  listReplicas: () => coordinators(),
  listReceipts: none,
  getAccount: () => ({ requesterId: 'requester-1', balanceMicroUsd: '5000000', reservedMicroUsd: '200000', owedMicroUsd: '0' }),
}

test('an operator sees what needs them, and each part leads to its list with its filter', async () => {
  const { screen } = await openConsole({ handlers })
  await expect.element(screen.getByRole('heading', { name: 'Overview' })).toBeVisible()
  await expect.element(screen.getByRole('link', { name: '312' })).toHaveAttribute('href', '#/jobs?state=queued%2Cplanned')
  await expect
    .element(screen.getByRole('region', { name: 'Fleet' }).getByRole('link', { name: '2', exact: true }))
    .toHaveAttribute('href', '#/fleet?presence=online')
  await expect.element(screen.getByText('1 incident open, 1 of them seen by nobody.')).toBeVisible()
  await expect.element(screen.getByText('The rate looks wrong', { exact: false })).toBeVisible()
  await expect.element(screen.getByText('They reconcile')).toBeVisible()
  await expect.element(screen.getByRole('link', { name: '1 zone' })).toHaveAttribute('href', '#/zones?known=stale%2Cmissing')
  expect(document.querySelector('img[src="x"]')).toBeNull()
})

test('a requester sees what is theirs, and nothing else is asked for', async () => {
  const { screen, coordinator } = await openConsole({ me: aPerson('requester'), handlers: { ...handlers, getJobSummary: () => someFigures('own') } })
  await expect.element(screen.getByText('$5.00')).toBeVisible()
  await expect.element(screen.getByRole('region', { name: 'Your jobs now' }).getByRole('link', { name: 'Frame 1' })).toBeVisible()
  const asked = new Set(coordinator.asked.map(({ name }) => name))
  for (const name of ['getFleetSummary', 'listApprovals', 'getPayoutStatus', 'checkLedger', 'listIncidents', 'listReplicas']) expect(asked).not.toContain(name)
})

test('whoever has nothing to spend is told what comes first', async () => {
  const account = { requesterId: 'requester-1', balanceMicroUsd: '0', reservedMicroUsd: '0', owedMicroUsd: '0' }
  const { screen } = await openConsole({
    me: aPerson('requester'),
    handlers: { ...handlers, getJobSummary: () => someFigures('own'), getAccount: () => account },
  })
  await expect.element(screen.getByRole('link', { name: 'pay in' })).toHaveAttribute('href', '#/account')
})

test('one part that cannot be had leaves the others, and live changes are asked for alone', async () => {
  const { screen, coordinator } = await openConsole({ handlers })
  await expect.element(screen.getByText('They reconcile')).toBeVisible()
  coordinator.answer({ ...fleetHandlers([aNode(1), aNode(2), aNode(3)]) })
  const before = coordinator.asked.length
  coordinator.change('nodes')
  await expect.element(screen.getByRole('region', { name: 'Fleet' }).getByRole('link', { name: '3', exact: true })).toBeVisible()
  expect(new Set(coordinator.asked.slice(before).map(({ name }) => name))).toEqual(new Set(['getFleetSummary', 'listReplicas']))
})

test('a part that fails says so and can be tried again', async () => {
  const { screen, coordinator } = await openConsole({
    handlers: { ...handlers, checkLedger: () => Promise.reject(new WindfallError('internal', 'The books are locked.')) },
  })
  await expect.element(screen.getByRole('alert').getByText(/The books are locked/)).toBeVisible()
  await expect.element(screen.getByRole('link', { name: '312' })).toBeVisible()
  coordinator.answer(handlers)
  await screen.getByRole('alert').filter({ hasText: 'The books are locked' }).getByRole('button', { name: 'Try again' }).click()
  await expect.element(screen.getByText('They reconcile')).toBeVisible()
})

test('money that waits for operators is not called nothing, and leads to where it is let go', async () => {
  const { screen } = await openConsole({ handlers })
  await expect
    .element(screen.getByRole('region', { name: 'Approvals' }).getByRole('link', { name: '2 batches of payouts wait' }))
    .toHaveAttribute('href', '#/payouts')
  await expect.element(screen.getByRole('region', { name: 'Payouts' }).getByRole('link', { name: '2 batches', exact: true })).toBeVisible()
})

test('where no live source answers, it is said that recordings and models stand in, and which zones', async () => {
  const { screen, coordinator } = await openConsole({ handlers: { ...handlers, ...zoneHandlers([aZone('DE')]) } })
  const part = screen.getByRole('region', { name: 'Zones' })
  await expect.element(part.getByText('The grid is known live in the one zone with machines.')).toBeVisible()
  coordinator.answer(zoneHandlers([aZone('DE'), aZone('ES', { origin: 'modelled' })]))
  coordinator.change('zones')
  await expect.element(part.getByText(/1 zone of 2 on recordings or models/)).toBeVisible()
  await expect.element(part.getByRole('link', { name: 'ES', exact: true })).toHaveAttribute('href', '#/zones/ES')
})

test('a coordinator that is not well says what is wrong and what to do, and an upgrade shows both versions', async () => {
  const { screen, coordinator } = await openConsole({ handlers })
  const part = screen.getByRole('region', { name: 'Coordinator' })
  await expect.element(part.getByText('Ready')).toBeVisible()
  coordinator.answer({ listReplicas: () => coordinators([aReplica('a')], { disk: 'Only 1.2 GB of 20.0 GB are free. Make room.' }) })
  await part.getByRole('button', { name: 'Check again' }).click()
  await expect.element(part.getByText('Only 1.2 GB of 20.0 GB are free. Make room.')).toBeVisible()
  await expect.element(part.getByText('Needs a look')).toBeVisible()
  const upgrading = [aReplica('a'), aReplica('b', { version: '0.2.0' }), aReplica('c', { isThere: false, seenAt: at(-60_000) })]
  coordinator.answer({ listReplicas: () => coordinators(upgrading, { isReady: false, database: 'The disk of the database is full.' }) })
  coordinator.change('nodes')
  await expect.element(part.getByText('Not ready')).toBeVisible()
  await expect.element(part.getByText('The disk of the database is full.')).toBeVisible()
  await expect.element(part.getByText('0.1.0 at 1 coordinator, 0.2.0 at 1 coordinator')).toBeVisible()
  await expect.element(part.getByText(/https:\/\/c\.example was last seen/)).toBeVisible()
})

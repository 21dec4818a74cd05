import { expect, test } from 'vitest'
import { at } from '../../lib/afternoon.fake.ts'
import { WindfallError } from '../../../shared/errors.ts'
import { aPerson, openConsole } from '../console.fake.tsx'
import { aJob, jobIdOf } from '../jobs/jobs.fake.ts'
import { aNodeView, nodeHandlers, someCapabilities } from './node.fake.ts'

const node = aNodeView({ state: 'quarantined', reason: '2 results unlike others <img src=x onerror=alert(1)>', quarantinedUntil: at(3_600_000) })
const address = `#/fleet/${node.nodeId}`

test('a node says where it stands and why, what its trust is made of, and what has changed about it', async () => {
  const { screen } = await openConsole({
    address,
    handlers: {
      ...nodeHandlers(node),
      getNodeHistory: () => ({
        items: [
          { version: 2, recordedAt: at(-60_000), capabilities: someCapabilities },
          { version: 1, recordedAt: at(-90_000), capabilities: { ...someCapabilities, agentVersion: '1.3.0' } },
        ],
        next: null,
      }),
      browseJobs: () => ({ items: [aJob(7)], next: null }),
      listSoftSignals: () => ({
        items: [
          { signalId: 's-1', nodeId: node.nodeId, proofId: 'proof-1', jobId: 'job-9', kind: 'above-card', message: 'Its power did not move.', at: at(-60_000) },
        ],
        next: null,
      }),
    },
  })
  await expect.element(screen.getByText('2 results unlike others <img', { exact: false })).toBeVisible()
  expect(document.querySelector('img[src="x"]')).toBeNull()
  await expect.element(screen.getByText('30.5 for it, 0.5 against it', { exact: false })).toBeVisible()
  await expect.element(screen.getByText('failed jobs: 1')).toBeVisible()
  await expect.element(screen.getByText('3 of 40', { exact: false })).toBeVisible()
  await expect.element(screen.getByText('Agent: 1.3.0 → 1.4.0')).toBeVisible()
  await expect.element(screen.getByText('Its power did not move.')).toBeVisible()
  await expect.element(screen.getByRole('link', { name: 'Frame 7' })).toHaveAttribute('href', `#/jobs/${jobIdOf(7)}`)
  await expect.element(screen.getByRole('link', { name: 'Receipts of its work' })).toHaveAttribute('href', `#/receipts?node=${node.nodeId}`)
})

test('it is released with a reason and trusted at once where somebody says so', async () => {
  let now = node
  const { screen, coordinator } = await openConsole({
    address,
    handlers: {
      ...nodeHandlers(node),
      getNode: () => now,
      releaseNode: () => {
        now = { ...node, state: 'active', reason: null, quarantinedUntil: null }
        return now
      },
    },
  })
  await screen.getByRole('button', { name: 'Release…' }).click()
  const dialog = screen.getByRole('dialog', { name: 'Release 1 node?' })
  await dialog.getByRole('textbox', { name: 'Reason' }).fill('The driver was repaired')
  await dialog.getByRole('checkbox', { name: /Trust it at once/ }).click()
  await dialog.getByRole('button', { name: 'Release 1 node' }).click()
  await expect.element(screen.getByRole('button', { name: 'Quarantine…' })).toBeVisible()
  expect(coordinator.asked).toContainEqual({ name: 'releaseNode', input: { nodeId: node.nodeId, reason: 'The driver was repaired', trusted: true } })
  await expect.poll(() => document.activeElement?.tagName).not.toBe('BODY')
})

test('what was refused keeps the question open', async () => {
  const { screen } = await openConsole({
    address,
    handlers: {
      ...nodeHandlers(node),
      removeNode: () => {
        throw new WindfallError('conflict', 'It holds a lease.')
      },
    },
  })
  await screen.getByRole('button', { name: 'Remove…' }).click()
  const dialog = screen.getByRole('dialog')
  await dialog.getByRole('textbox', { name: 'Reason' }).fill('Sold')
  await dialog.getByRole('button', { name: 'Remove 1 node' }).click()
  await expect.element(dialog.getByRole('alert').getByText(/It holds a lease/)).toBeVisible()
})

test('whoever only looks sees the same without acts', async () => {
  const { screen } = await openConsole({ address, me: aPerson('viewer'), handlers: nodeHandlers(node) })
  await expect.element(screen.getByRole('heading', { name: 'Trust' })).toBeVisible()
  expect(screen.getByRole('button', { name: 'Release…' }).query()).toBeNull()
})

test('of a British machine the site is shown, with where that is from', async () => {
  const site = {
    nodeId: node.nodeId,
    mpan: '1200023305967',
    msid: null,
    amsid: null,
    gspGroup: '_C',
    bmUnit: null,
    supplierId: null,
    settlementMeter: null,
    referencePrice: null,
    saidBy: 'operator',
    saidAt: at(0),
  }
  const { screen } = await openConsole({ address, handlers: { ...nodeHandlers({ ...node, zone: 'GB-13' }), getSite: () => site } })
  await expect.element(screen.getByText('1200023305967')).toBeVisible()
  await expect.element(screen.getByText('evidence, not settlement', { exact: false })).toBeVisible()
})

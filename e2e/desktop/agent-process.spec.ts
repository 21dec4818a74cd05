import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { expect, loadedWindow, test } from '../support/fixtures.ts'
import { ended, startFleet, submitSample } from '../support/fleet.ts'
import { statusIn } from '../support/own-agent.ts'

/** Whoever holds a data directory writes their process id beside the lock. */
const holder = (dataDirectory: string) => Number(readFileSync(join(dataDirectory, 'agent.pid'), 'utf8'))

const runsContainers = (window: Page) =>
  window.evaluate(async () => {
    const answer = await windfall.invoke('getMachineFacts', {})
    return (
      answer.ok && (answer.value as { runtimes: { name: string; available: boolean }[] }).runtimes.some(({ name, available }) => name === 'docker' && available)
    )
  })

const settle = async (window: Page) => (await statusIn(window)).running.map(({ jobId, state }) => `${jobId} ${state}`)

test('an agent that is killed comes back by itself, and the owner is told both', async ({ launchApp, dataDirectory }) => {
  const window = await loadedWindow(await launchApp())
  const { node } = await statusIn(window)
  const first = holder(dataDirectory)
  process.kill(first, 'SIGKILL')
  await expect(window.getByText(/agent.*stopped unexpectedly/i).first()).toBeVisible()
  await expect.poll(() => statusIn(window).then((status) => status.node.nodeId, String)).toBe(node.nodeId)
  await expect(window.getByText(/agent.*stopped unexpectedly/i)).toHaveCount(0)
  expect(holder(dataDirectory)).not.toBe(first)
})

test('a job in whose middle the agent is killed is done all the same, and proven once', async ({ launchApp, dataDirectory }, info) => {
  await using fleet = await startFleet(info.outputPath('fleet'))
  const coordinator = await fleet.startCoordinator()
  const agent = { coordinatorUrl: coordinator.ready.url, askFirst: false, gate: { kind: 'always' }, policy: { dedicated: true, allowBattery: true } }
  writeFileSync(join(dataDirectory, 'settings.json'), JSON.stringify({ agent }))
  const window = await loadedWindow(await launchApp({ environment: { WINDFALL_OFFLINE: '1' } }))
  await statusIn(window)
  test.skip(!(await runsContainers(window)), 'this machine has no container engine')
  const { jobId } = await submitSample(fleet.directory('coordinator'), 'docker', ['100', '2'])
  await expect.poll(() => settle(window)).toEqual([`${jobId} running`])

  process.kill(holder(dataDirectory), 'SIGKILL')
  await expect(window.getByText(/agent.*stopped unexpectedly/i).first()).toBeVisible()
  const job = await ended(fleet.directory('coordinator'), jobId)
  expect(job).toMatchObject({ state: 'completed', receiptId: expect.any(String) })
  expect(job.attempts.filter(({ state }) => state === 'succeeded')).toHaveLength(1)
  await expect.poll(() => statusIn(window).then(({ today }) => today.receipts, String)).toBe(1)
})

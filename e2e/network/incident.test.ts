import { expect, test } from 'vitest'
import type { IncidentSummary, IncidentView } from '../../shared/contract/incident.ts'
import type { JobView } from '../../shared/contract/job.ts'
import type { ReceiptBundle } from '../../shared/domain/carbon-receipt.ts'
import { ended, startFleet, submitSample } from '../support/fleet.ts'
import { answer, temporaryDirectory, until, windfall } from '../support/windfall.ts'

const ZONE = 'GB-13'

const adapting = (items: readonly IncidentSummary[]) => items.find(({ cause, state }) => cause === 'stale-source' && state === 'ADAPTING')

test('a simulated event is an incident that survives its coordinator’s death, changes plans by name, and reaches no receipt', async () => {
  using root = temporaryDirectory()
  await using fleet = await startFleet(root.path)
  const data = fleet.directory('coordinator')
  const coordinator = await fleet.startCoordinator()
  await fleet.startAgent('node', coordinator.ready.url)
  const incident = (...args: string[]) => answer<{ items: IncidentSummary[] }>(['incident', ...args, '--data', data])
  const open = () => incident('list').then(({ items }) => items)

  const { stdout } = await windfall(['zone', 'simulate', ZONE, '--stale', '--for', '2h', '--data', data])
  expect(stdout).toMatch(/^SIMULATED stale-source in GB-13 /)
  await answer(['zone', 'simulate', ZONE, '--spike', '40%', '--for', '2h', '--data', data])
  const before = adapting(await until(open, (items) => adapting(items) !== undefined && items.length === 2, { what: 'both simulated incidents' }))
  expect(before).toMatchObject({ zone: ZONE, simulated: true })

  await coordinator.kill()
  await fleet.startCoordinator()
  expect((await open()).map(({ incidentId }) => incidentId)).toContain(before?.incidentId)

  const { jobId } = await submitSample(data, 'wasm', ['96', '72', '1'])
  const job: JobView = await ended(data, jobId)
  expect(job).toMatchObject({ state: 'completed', plan: { source: expect.stringMatching(/^SIMULATED intensity-spike on /), origin: 'modelled' } })
  const bundle = (await (await fetch(`${coordinator.ready.url}/v1/receipts/${job.receiptId}`)).json()) as ReceiptBundle
  const receipt = Buffer.from(bundle.receipt.payload, 'base64').toString()
  expect(receipt).toContain('"recorded"')
  expect(receipt).not.toContain('SIMULATED')

  for (const { incidentId } of await open()) {
    const closed = await answer<IncidentView>(['incident', 'close', incidentId, '--reason', 'Seen enough.', '--data', data])
    expect(closed).toMatchObject({ state: 'RESOLVED', simulated: true, ended: { how: 'closed', note: 'Seen enough.' } })
  }
  const { jobId: second } = await submitSample(data, 'wasm', ['96', '72', '1'])
  expect((await ended(data, second)).plan?.source).not.toContain('SIMULATED')
})

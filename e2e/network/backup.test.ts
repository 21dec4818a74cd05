import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { databases, postgresPlace } from '../../main/coordinator/persistence/databases.fixture.ts'
import type { Restored } from '../../main/coordinator/restoring.ts'
import type { JobView } from '../../shared/contract/job.ts'
import { type Books, ended, startFleet, submitSample } from '../support/fleet.ts'
import { answer, temporaryDirectory, until, windfall } from '../support/windfall.ts'

const SAMPLE = ['wasm', ['64', '48', '1']] as const

const paid = (data: string): Promise<Books> =>
  until(
    () => answer<Books>(['ledger', 'check', '--data', data]),
    ({ confirmedMicroUsd, paidMicroUsd }) => confirmedMicroUsd !== '0' && confirmedMicroUsd === paidMicroUsd,
    { what: 'payment of everything' },
  )

/** The installation moves from SQLite to what is named. */
describe.each(databases)('to $name', ({ name }) => {
  test('a coordinator that burned down goes on from its backup: books balance, decisions follow from each other, a job that waited is done and paid', async () => {
    using root = temporaryDirectory()
    await using fleet = await startFleet(root.path)
    const [before, after, backup] = [fleet.directory('coordinator'), fleet.directory('moved'), join(root.path, 'backup')]
    const coordinator = await fleet.startCoordinator()
    const agent = await fleet.startAgent('node', coordinator.ready.url)
    const done = await ended(before, (await submitSample(before, ...SAMPLE)).jobId)
    expect(done).toMatchObject({ state: 'completed' })
    await agent.stop()
    // A restored coordinator pays nobody if the chain knows of a payout that its backup does not.
    await paid(before)
    const waiting = await submitSample(before, ...SAMPLE)
    expect(await answer(['coordinator', 'backup', backup, '--data', before])).toMatchObject({ directory: backup, blobs: 'included' })
    const tooLate = await submitSample(before, ...SAMPLE)
    await coordinator.kill()

    const place = name === 'PostgreSQL' ? await postgresPlace({ template: false }) : null
    const env = place === null ? {} : { WINDFALL_DATABASE_URL: place }
    const restored = await answer<Restored>(['coordinator', 'restore', backup, '--data', after], env)
    expect(restored).toMatchObject({ ledger: { balanced: true }, decisions: { brokenAt: null } })
    const again = await windfall(['coordinator', 'restore', backup, '--data', after], env)
    expect([again.code, again.stderr]).toEqual([expect.any(Number), expect.stringMatching(/nothing is ever restored over something else/)])
    expect(again.code).not.toBe(0)

    const moved = await fleet.startCoordinator('moved', env)
    await fleet.startAgent('node', moved.ready.url)
    expect(await ended(after, waiting.jobId)).toMatchObject({ state: 'completed' })
    expect(await answer<JobView>(['job', 'show', done.jobId, '--data', after])).toMatchObject({ state: 'completed', receiptId: done.receiptId })
    const { code } = await windfall(['job', 'show', tooLate.jobId, '--data', after])
    expect(code).not.toBe(0)
    expect(await paid(after)).toMatchObject({ balanced: true, findings: [] })
  })
})

import { expect, test } from 'vitest'
import type { Presence } from '../../../shared/contract/node.ts'
import { startTestCore } from '../core.fake.ts'

const MINUTE_MS = 60_000
const running = (state: 'running' | 'waiting'): Presence['running'] => [{ leaseId: 'lease', token: 1, state }]
const total = (text: string | undefined) => (JSON.parse(text ?? '[]') as number[]).reduce((sum, ms) => sum + ms, 0)

test('what counts as the owner letting it work: being ready, a job that runs, a gate that only waits for cleaner power', async () => {
  await using core = await startTestCore()
  const said: readonly (readonly [Presence | null, number])[] = [
    [{ ready: true, reasons: [], running: [] }, 1],
    [{ ready: false, reasons: ['carbon'], running: [] }, 1],
    [{ ready: false, reasons: ['cooldown'], running: running('running') }, 1],
    [{ ready: false, reasons: ['game'], running: running('waiting') }, 0],
    [{ ready: false, reasons: ['user'], running: [] }, 0],
    [null, 0],
  ]
  const nodes = []
  for (const [presence, share] of said) nodes.push({ presence, share, ...(await core.enrol()) })
  const stop = new AbortController()
  const learning = core.registry.learn(stop.signal)
  for (let minute = 0; minute < 32; minute += 1) {
    for (const { nodeId, presence } of nodes) if (presence) core.registry.report(nodeId, presence)
    await core.clock.advance(MINUTE_MS)
  }
  stop.abort()
  await learning
  const rows = await core.db.selectFrom('node_availability').selectAll().execute()
  const watched = (nodeId: string) => rows.find((row) => row.node_id === nodeId)
  expect(nodes.map(({ nodeId }) => Math.round(total(watched(nodeId)?.willing) / total(watched(nodeId)?.watched)))).toEqual(said.map(([, share]) => share))
  // Nobody is called absent before the coordinator has waited for five minutes.
  expect(total(watched(nodes.at(-1)?.nodeId ?? '')?.watched)).toBeLessThan(29 * MINUTE_MS)
})

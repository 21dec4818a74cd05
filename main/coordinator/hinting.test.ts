import { expect, test } from 'vitest'
import { createFakeClock } from '../kernel/clock.fake.ts'
import { type TestCore, startTestCore } from './core.fake.ts'
import { createHints } from './hinting.ts'
import { transact } from './persistence/database.ts'

const FACT = { kind: 'proof-refused', proofId: 'p', jobId: 'j', code: 'proof.lease', message: 'The lease has ended.' } as const

/** Hints over real rows, to agents that are connected as the test says. */
function start(core: TestCore, connected: string[]) {
  const clock = createFakeClock(0)
  const sent: [string, number][] = []
  const asked: number[] = []
  const hub = {
    connected: () => (asked.push(connected.length), connected),
    send: (nodeId: string, frame: { type: string }) => {
      if (!connected.includes(nodeId) || frame.type !== 'events') return false
      sent.push([nodeId, (frame as unknown as { lastEvent: number }).lastEvent])
      return true
    },
  }
  return { clock, sent, asked, hints: createHints({ db: core.db, hub, clock }) }
}

const lastEvent = (core: TestCore, nodeId: string) => core.registry.lastEvent(nodeId)

test('who is connected and has no news is neither asked for nor told, and who has is told once', async () => {
  await using core = await startTestCore()
  const [one, other] = [await core.enrol(), await core.enrol()]
  const { sent, asked, hints } = start(core, [one.nodeId, other.nodeId])
  await transact(core.db, (tx) => core.recordEvent(tx, one.nodeId, FACT))
  const seq = await lastEvent(core, one.nodeId)
  hints.recorded(one.nodeId, seq)
  await hints.hint()
  await hints.hint()
  expect(sent).toEqual([[one.nodeId, seq]])
  expect(asked).toEqual([])
})

test('what is not committed yet is told when it is', async () => {
  await using core = await startTestCore()
  const node = await core.enrol()
  const { sent, hints } = start(core, [node.nodeId])
  const before = await lastEvent(core, node.nodeId)
  hints.recorded(node.nodeId, before + 1)
  await hints.hint()
  expect(sent.map(([, seq]) => seq)).not.toContain(before + 1)
  await transact(core.db, (tx) => core.recordEvent(tx, node.nodeId, FACT))
  await hints.hint()
  expect(sent.at(-1)).toEqual([node.nodeId, before + 1])
})

test('what another coordinator recorded is told within a while', async () => {
  await using core = await startTestCore()
  const node = await core.enrol()
  const { clock, sent, hints } = start(core, [node.nodeId])
  await transact(core.db, (tx) => core.recordEvent(tx, node.nodeId, FACT))
  await hints.hint()
  expect(sent).toEqual([])
  await clock.advance(15_000)
  await hints.hint()
  expect(sent).toEqual([[node.nodeId, await lastEvent(core, node.nodeId)]])
})

import * as fc from 'fast-check'
import { expect, onTestFinished, test } from 'vitest'
import { createFakeClock } from '../../kernel/clock.fake.ts'
import { testCapabilities } from '../test-work.fake.ts'
import { type Tx, transact } from '../persistence/database.ts'
import { openTestDatabase } from '../persistence/database.fake.ts'
import { createCapabilitiesStore } from './capabilities.store.ts'
import { type DirectoryEntry, createDirectory } from './directory.ts'
import { createNodesStore } from './nodes.store.ts'
import { newStanding, nextDay, withFault, withProof } from './standing.ts'
import { createStandingStore } from './standing.store.ts'

const NODES = 6
const idOf = (node: number): string => `n${node}`.padEnd(43, '-')

const withoutReputation = ({ nodeId, capabilities, standing }: DirectoryEntry) => ({ nodeId, capabilities, onProbation: standing?.onProbation })

type Change = (tx: Tx, nodeId: string, now: number) => Promise<void>
const setState =
  (state: 'active' | 'probation' | 'quarantined' | 'removed'): Change =>
  (tx, nodeId, at) =>
    createNodesStore(tx).setState(nodeId, { state, reason: null, at })
const judged =
  (change: 'good' | 'bad'): Change =>
  async (tx, nodeId, now) => {
    const before = (await createStandingStore(tx).get(nodeId)) ?? newStanding(now)
    const after = change === 'good' ? withProof(before, { energyJ: 1, solarJ: 0 }, now) : withFault(before, 'failed', now)
    await createStandingStore(tx).save(nodeId, after)
  }
const able =
  (ramBytes: number): Change =>
  (tx, nodeId, at) =>
    createCapabilitiesStore(tx).setCapabilities(nodeId, { ...testCapabilities, ramBytes }, at)
const CHANGES: readonly Change[] = [
  setState('active'),
  setState('probation'),
  setState('quarantined'),
  setState('removed'),
  judged('good'),
  judged('bad'),
  able(1),
  able(2),
]

const steps = fc.array(
  fc.record({ node: fc.nat(NODES - 1), change: fc.nat(CHANGES.length - 1), ms: fc.oneof(fc.constant(0), fc.nat(20_000)), looks: fc.boolean() }),
  { maxLength: 25 },
)

test('whoever has looked before sees what somebody sees who looks for the first time', async () => {
  const db = await openTestDatabase()
  onTestFinished(() => db.destroy())
  const clock = createFakeClock()
  await transact(db, async (tx) => {
    for (let node = 0; node < NODES; node++) {
      await createNodesStore(tx).add({ nodeId: idOf(node), publicJwk: { kty: 'OKP', crv: 'Ed25519', x: 'x'.repeat(43) }, at: clock.now() - node })
      await able(0)(tx, idOf(node), clock.now())
    }
  })
  await fc.assert(
    fc.asyncProperty(steps, async (changes) => {
      const look = createDirectory({ db, clock })
      await look()
      for (const { node, change, ms, looks } of changes) {
        await transact(db, async (tx) => CHANGES[change]?.(tx, idOf(node), clock.now()))
        await clock.advance(ms)
        if (!looks) continue
        const [seen, anew] = [await look(), await createDirectory({ db, clock })()]
        expect(seen.map(withoutReputation)).toEqual(anew.map(withoutReputation))
        // What fades is told when something else changes, or in five minutes.
        for (const [index, { standing }] of anew.entries())
          expect(Math.abs((seen[index]?.standing?.reputation ?? 0) - (standing?.reputation ?? 0))).toBeLessThanOrEqual(0.0501)
      }
    }),
    { numRuns: 25 },
  )
})

test('what did not change is the same object, and those who enrolled first come first', async () => {
  const db = await openTestDatabase()
  onTestFinished(() => db.destroy())
  const clock = createFakeClock()
  await transact(db, async (tx) => {
    for (const [nodeId, at] of [
      [idOf(1), 20],
      [idOf(2), 10],
    ] as const) {
      await createNodesStore(tx).add({ nodeId, publicJwk: { kty: 'OKP', crv: 'Ed25519', x: 'x'.repeat(43) }, at })
      await able(0)(tx, nodeId, at)
    }
  })
  const look = createDirectory({ db, clock })
  const first = await look()
  expect(first.map(({ nodeId }) => nodeId)).toEqual([idOf(2), idOf(1)])
  expect(await look()).toBe(first)
  await transact(db, (tx) => able(7)(tx, idOf(1), clock.now()))
  const second = await look()
  expect([second[0] === first[0], second[1]?.capabilities.ramBytes]).toEqual([true, 7])
})

test('a node that has had its results of the day rests until the next one', async () => {
  const db = await openTestDatabase()
  onTestFinished(() => db.destroy())
  const clock = createFakeClock()
  const nodeId = idOf(1)
  await transact(db, async (tx) => {
    await createNodesStore(tx).add({ nodeId, publicJwk: { kty: 'OKP', crv: 'Ed25519', x: 'x'.repeat(43) }, at: clock.now() })
    await able(0)(tx, nodeId, clock.now())
  })
  const look = createDirectory({ db, clock })
  const isResting = async () => (await look())[0]?.standing?.atQuota ?? false
  expect(await isResting()).toBe(false)
  const bad = { ...newStanding(clock.now()), quota: 2 }
  await transact(db, (tx) => createStandingStore(tx).save(nodeId, withFault(bad, 'failed', clock.now())))
  expect(await isResting()).toBe(true)
  await clock.advance(nextDay(clock.now()) - clock.now() + 300_000)
  expect(await isResting()).toBe(false)
})

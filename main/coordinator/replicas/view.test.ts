import { expect, onTestFinished, test } from 'vitest'
import { replicaCalls } from '../../../shared/contract/replica.ts'
import { openTestDatabase } from '../persistence/database.fake.ts'
import { transact } from '../persistence/database.ts'
import { createNeighboursStore } from './neighbours.store.ts'
import { createShardsStore } from './shards.store.ts'
import { viewReplicas } from './view.ts'

const NOW = Date.parse('2026-03-01T12:00:00.000Z')
const replica = (replicaId: string, seenAt: number) => ({
  replicaId,
  session: `${replicaId} 1`,
  url: `http://${replicaId}`,
  version: '1.2.3',
  shared: {},
  startedAt: NOW - 60_000,
  seenAt,
})

test('an operator sees who is there, who runs what under which epoch, and what nobody runs', async () => {
  const db = await openTestDatabase()
  onTestFinished(() => db.destroy())
  await transact(db, async (tx) => {
    await createNeighboursStore(tx).join(replica('here', NOW - 1_000))
    await createNeighboursStore(tx).join(replica('lost', NOW - 30_000))
    await createShardsStore(tx).save({ shard: 'planning', owner: 'here', epoch: 7, until: NOW + 5_000 })
    await createShardsStore(tx).save({ shard: 'payouts', owner: 'lost', epoch: 2, until: NOW - 20_000 })
  })
  const deps = { db, databaseNow: async () => NOW, replicaId: 'here' }
  const shown = replicaCalls.listReplicas.output.omit({ health: true, intake: true }).parse(await viewReplicas({ ...deps, ttlMs: 10_000 }))
  expect(shown.replicas.map(({ replicaId, isThere, isThis, shards }) => [replicaId, isThere, isThis, shards])).toEqual([
    ['here', true, true, [{ shard: 'planning', epoch: 7 }]],
    ['lost', false, false, []],
  ])
  expect(shown.unowned.map(({ shard }) => shard)).toEqual(['proofs', 'payouts', 'upkeep'])
  // Alone over its own database, what it took stays its own without a word.
  const [alone] = (await viewReplicas({ ...deps, databaseNow: async () => NOW + 86_400_000, ttlMs: 0 })).replicas
  expect(alone).toMatchObject({ isThere: true, shards: [{ shard: 'planning', epoch: 7 }] })
})

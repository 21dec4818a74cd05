import { expect, test } from 'vitest'
import { world } from './issuing.fake.ts'
import { openTestDatabase } from '../persistence/database.fake.ts'
import { energySince } from './node-day.store.ts'

test('what a node has used since is what its receipts say', async () => {
  await using db = await openTestDatabase()
  const { issue, clock } = world(db)
  const [first, second] = [await issue(), await issue()]
  const { nodeId } = first.summary
  expect(await energySince(db, [nodeId, 'another'], clock.now())).toEqual(new Map([[nodeId, first.summary.energyWh + second.summary.energyWh]]))
  expect(await energySince(db, [nodeId], clock.now() + 1)).toEqual(new Map())
  expect(await energySince(db, [], 0)).toEqual(new Map())
})

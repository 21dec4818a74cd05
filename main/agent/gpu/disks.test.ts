import { tmpdir } from 'node:os'
import { expect, test } from 'vitest'
import { diskSpace } from './disks.ts'

test('a folder that exists has a size and at most that much free', async () => {
  const space = await diskSpace(tmpdir())
  expect(space?.totalBytes).toBeGreaterThan(0)
  expect(space?.freeBytes).toBeLessThanOrEqual(space?.totalBytes ?? 0)
})

test('a folder that does not exist has none, rather than 0', async () => {
  expect(await diskSpace('/nowhere/at/all')).toBeNull()
})

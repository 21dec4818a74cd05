import { tmpdir } from 'node:os'
import { expect, test } from 'vitest'
import { littleRoom, readRoom } from './disk-room.ts'

test.each([
  ['the system does not tell', null, null],
  ['a small disk with a fifth left', { freeBytes: 4e9, sizeBytes: 20e9 }, null],
  ['a large disk with a hundredth left, which is enough', { freeBytes: 40e9, sizeBytes: 4_000e9 }, null],
  ['a small disk that is nearly full', { freeBytes: 1.24e9, sizeBytes: 20e9 }, /^Only 1\.2 GB of 20\.0 GB are free .* Make room/],
  ['a small disk that is full', { freeBytes: 0, sizeBytes: 20e9 }, /^Only 0 MB of 20\.0 GB are free/],
  ['a large disk that is nearly full', { freeBytes: 9e9, sizeBytes: 4_000e9 }, /^Only 9\.0 GB of 4000\.0 GB are free/],
])('%s', (_, room, said) => {
  if (said === null) expect(littleRoom(room)).toBeNull()
  else expect(littleRoom(room)).toMatch(said)
})

test('a disk tells its room, and a folder that is not there nothing', async () => {
  const { freeBytes, sizeBytes } = (await readRoom(tmpdir())) ?? { freeBytes: 1, sizeBytes: 0 }
  expect(freeBytes).toBeLessThanOrEqual(sizeBytes)
  expect(await readRoom('/nowhere/at/all')).toBeNull()
})

import { expect, test } from 'vitest'
import { createProcessFreezer } from './process-freezer.ts'

test.each([
  ['Windows', 4711, 'win32'],
  ['a process that never started', undefined, 'linux'],
] as const)('on %s nothing can be frozen, and nothing is pretended', async (_, pid, platform) => {
  using freezer = createProcessFreezer(pid, platform)
  await expect(freezer.freeze()).rejects.toMatchObject({ code: 'runtime.failed' })
  await expect(freezer.thaw()).rejects.toMatchObject({ code: 'runtime.failed' })
})

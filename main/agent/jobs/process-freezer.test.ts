import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, onTestFinished, test, vi } from 'vitest'
import { createProcessFreezer } from './process-freezer.ts'

test.each([
  ['Windows', 4711, 'win32'],
  ['a process that never started', undefined, 'linux'],
] as const)('on %s nothing can be frozen, and nothing is pretended', async (_, pid, platform) => {
  const kill = vi.fn(() => true)
  using freezer = createProcessFreezer({ pid, kill }, platform)
  await expect(freezer.freeze()).rejects.toMatchObject({ code: 'runtime.failed' })
  await expect(freezer.thaw()).rejects.toMatchObject({ code: 'runtime.failed' })
  expect(kill).not.toHaveBeenCalled()
})

test.skipIf(process.platform === 'win32')('what has ended is left alone, whoever has its process id by now', async () => {
  const child = spawn(process.execPath, ['-e', ''], { stdio: 'ignore' })
  await once(child, 'exit')
  const byId = vi.spyOn(process, 'kill')
  onTestFinished(() => byId.mockRestore())
  using freezer = createProcessFreezer(child)
  await freezer.freeze()
  await freezer.thaw()
  expect(byId).not.toHaveBeenCalled()
})

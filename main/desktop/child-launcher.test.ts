import { spawn } from 'node:child_process'
import { EventEmitter, once } from 'node:events'
import { join } from 'node:path'
import type { utilityProcess } from 'electron'
import { expect, onTestFinished, test, vi } from 'vitest'
import { createChildLauncher } from './child-launcher.ts'

type Fork = typeof utilityProcess.fork

class FakeUtility extends EventEmitter {
  pid: number | undefined = undefined
  readonly posted: unknown[] = []
  readonly kill = vi.fn(() => false)
  postMessage(message: unknown) {
    this.posted.push(structuredClone(message))
  }
}

const PROGRAM = { name: 'nvml-child', file: '/sources/nvml-child.ts', args: ['/lib/libnvidia-ml.so.1'], environment: { PATH: '/usr/bin' } }

function launch(fork: (utility: FakeUtility) => unknown = (utility) => utility) {
  const utility = new FakeUtility()
  const calls: Parameters<Fork>[] = []
  const launcher = createChildLauncher({
    fork: ((...call: Parameters<Fork>) => (calls.push(call), fork(utility))) as Fork,
    directory: join('/app', 'dist', 'children'),
  })
  return { utility, calls, child: launcher(PROGRAM) }
}

test('runs the bundle of that name, with its own environment and nothing of ours', () => {
  expect(launch().calls).toEqual([
    [
      join('/app', 'dist', 'children', 'nvml-child.mjs'),
      ['/lib/libnvidia-ml.so.1'],
      { serviceName: 'Windfall nvml-child', stdio: 'ignore', env: { PATH: '/usr/bin' } },
    ],
  ])
})

test('carries messages both ways, and says which could not be sent', () => {
  const { utility, child } = launch()
  const heard: unknown[] = []
  const failed = vi.fn()
  child?.onMessage((message) => heard.push(message))
  child?.send({ id: 1 }, failed)
  utility.emit('message', { id: 1, reply: 'yes' })
  expect(utility.posted).toEqual([{ id: 1 }])
  expect(heard).toEqual([{ id: 1, reply: 'yes' }])
  expect(failed).not.toHaveBeenCalled()
  child?.send(() => 'a function is no message', failed)
  expect(failed).toHaveBeenCalledOnce()
})

test('tells its end once, also to whoever asks afterwards', async () => {
  const { utility, child } = launch()
  const early = vi.fn()
  child?.onEnd(early)
  utility.emit('exit', 1)
  await new Promise<void>((resolve) => child?.onEnd(resolve))
  expect(early).toHaveBeenCalledOnce()
})

test('where the system has no room for another process there is no child', () => {
  const { child } = launch(() => {
    throw new Error('spawn EAGAIN')
  })
  expect(child).toBeNull()
})

const DEAF = `process.on('SIGTERM', () => undefined); setInterval(() => undefined, 60_000); console.log('deaf')`

test.each(['before it has started', 'while it runs'])('is ended at once %s, even if it does not listen', async (when) => {
  const { utility, child } = launch()
  const real = spawn(process.execPath, ['--eval', DEAF], { stdio: ['ignore', 'pipe', 'ignore'] })
  onTestFinished(() => void real.kill('SIGKILL'))
  await once(real.stdout, 'data')
  if (when === 'while it runs') utility.pid = real.pid
  child?.kill()
  utility.pid = real.pid
  utility.emit('spawn')
  expect(await once(real, 'exit')).toEqual([null, 'SIGKILL'])
})

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { expect, onTestFinished, test } from 'vitest'
import { systemClock } from '../../kernel/clock.ts'
import { createWasmRuntime } from './wasm.ts'

const CHILD = join(import.meta.dirname, 'wasm-child.ts')

test.each([
  ['without the permission model', []],
  ['with one that allows it to write', ['--permission', '--allow-worker', '--allow-fs-read=*', '--allow-fs-write=*']],
  ['with one that allows it to start programs', ['--permission', '--allow-worker', '--allow-fs-read=*', '--allow-child-process']],
])('the process a job would run in does nothing %s', async (_, flags) => {
  const child = spawn(process.execPath, ['--no-warnings', ...flags, CHILD], { env: {}, stdio: ['pipe', 'ignore', 'pipe', 'pipe'] })
  child.stdin?.on('error', () => undefined)
  const [said, frames, [code]] = await Promise.all([text(child.stderr as Readable), text(child.stdio[3] as Readable), once(child, 'exit')])
  expect({ said, frames, code }).toEqual({ said: expect.stringContaining('so it runs nothing'), frames: '', code: 78 })
})

test('inside Electron, whose binary is no Node, the runtime is not there and says what to do', async () => {
  Object.defineProperty(process.versions, 'electron', { value: '45.4.1', configurable: true, enumerable: true })
  onTestFinished(() => void Reflect.deleteProperty(process.versions, 'electron'))
  const never = new AbortController().signal
  expect(await createWasmRuntime({ clock: systemClock }).probe(never)).toEqual({ available: false, reason: expect.stringContaining('windfall agent') })
})

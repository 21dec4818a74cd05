import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
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

test('a Node that comes along is started as our own would be, and may read its one file', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'wf-'))
  onTestFinished(() => rmSync(directory, { recursive: true }))
  const [node, childFile, heard] = [join(directory, 'node'), join(directory, 'child.mjs'), join(directory, 'heard.json')]
  writeFileSync(
    node,
    `#!${process.execPath}
const { argv, env } = process
require('node:fs').writeFileSync(${JSON.stringify(heard)}, JSON.stringify({ flags: argv.slice(2), environment: Object.keys(env), cwd: process.cwd() }))`,
    { mode: 0o755 },
  )
  const runtime = createWasmRuntime({ clock: systemClock, sandbox: async () => ({ node, childFile, v8: '13' }) })
  expect(await runtime.probe(new AbortController().signal)).toMatchObject({ available: false })
  expect(JSON.parse(readFileSync(heard, 'utf8'))).toEqual({
    flags: ['--permission', '--allow-worker', '--no-warnings', '--wasm-max-committed-code-mb=256', `--allow-fs-read=${childFile}`, childFile],
    environment: [],
    cwd: realpathSync(directory),
  })
})

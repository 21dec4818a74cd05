import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { systemClock } from '../../../kernel/clock.ts'
import { type Failure, failureOf, failureOfResult } from '../failure.ts'
import { type RunRequest, digestOf } from '../runtime.ts'
import { assemble } from '../wat.fixture.ts'
import { createWasmRuntime } from '../wasm.ts'

const NEVER = new AbortController().signal
const MIB = 1_048_576
/** A module that ends by itself has time for that on any machine, however long its process takes to start. */
export const LIMITS = { wallSeconds: 200, memoryBytes: 4 * MIB, outputBytes: MIB, cpus: 1 }

export interface Fought {
  /** What its owner and its requester are told; `null` if the job is to be proven and paid. */
  readonly failure: Failure | null
  readonly said: string
  readonly lines: readonly string[]
  readonly output: Uint8Array
}

/** Runs a hostile module as a job, as the agent would. With `childFile`, which is removed then, the process it runs in is hostile itself. */
export async function fight(module: Uint8Array, change: Partial<RunRequest> = {}, childFile?: string): Promise<Fought> {
  const runtime = createWasmRuntime({ clock: systemClock, ...(childFile === undefined ? {} : { childFile }) })
  const image = digestOf(module)
  const lines: string[] = []
  const nothing = { said: '', lines, output: new Uint8Array() }
  try {
    await runtime.prepare({ runtime: { name: 'wasm', image, archive: image }, fetchArchive: async () => module }, () => undefined, NEVER)
    const request = { attemptId: 'a', jobId: 'j', leaseId: 'l', image, args: [], env: {}, limits: LIMITS, gpuUuids: [], ...change }
    const result = await runtime.run(request, { onStarted: () => undefined, onLog: (line) => lines.push(line) }, NEVER)
    return { failure: failureOfResult(result, NEVER), said: result.logTail.trim(), lines, output: result.output }
  } catch (error) {
    return { ...nothing, failure: failureOf(error, NEVER) }
  } finally {
    if (childFile !== undefined) rmSync(dirname(childFile), { recursive: true })
  }
}

const importOf = (name: string, type: string) => `(import "wasi_snapshot_preview1" "${name}" (func $${name} ${type}))`
const FILES = [
  importOf('path_open', '(param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)'),
  importOf('path_create_directory', '(param i32 i32 i32) (result i32)'),
  importOf('path_symlink', '(param i32 i32 i32 i32 i32) (result i32)'),
  importOf('path_link', '(param i32 i32 i32 i32 i32 i32 i32) (result i32)'),
  importOf('path_rename', '(param i32 i32 i32 i32 i32 i32) (result i32)'),
  importOf('path_readlink', '(param i32 i32 i32 i32 i32 i32) (result i32)'),
  importOf('fd_write', '(param i32 i32 i32 i32) (result i32)'),
  importOf('fd_pwrite', '(param i32 i32 i32 i64 i32) (result i32)'),
  importOf('fd_allocate', '(param i32 i64 i64) (result i32)'),
  importOf('fd_seek', '(param i32 i64 i32 i32) (result i32)'),
  importOf('fd_close', '(param i32) (result i32)'),
  importOf('fd_renumber', '(param i32 i32) (result i32)'),
  importOf('random_get', '(param i32 i32) (result i32)'),
  importOf('environ_sizes_get', '(param i32 i32) (result i32)'),
  importOf('environ_get', '(param i32 i32) (result i32)'),
  importOf('sock_send', '(param i32 i32 i32 i32 i32) (result i32)'),
  importOf('poll_oneoff', '(param i32 i32 i32 i32) (result i32)'),
].join('\n')

/**
 * A module with the WASI calls above, whose `_start` is `body`. `$text` says the `length` bytes at `address`; a vector of 4 KiB at 1024 is
 * at 0, `result` at 32, a file descriptor of `/job/out/result` is what `$result` returns. `data` is laid at 256.
 */
export const attack = (body: string, { data = '', memory = '1', extra = '' } = {}): Uint8Array =>
  assemble(`(module ${FILES} (memory (export "memory") ${memory})
    (data (i32.const 0) "\\00\\04\\00\\00\\00\\10\\00\\00") (data (i32.const 32) "result") (data (i32.const 256) "${data}")
    (func $result (result i32)
      (drop (call $path_open (i32.const 4) (i32.const 0) (i32.const 32) (i32.const 6) (i32.const 9) (i64.const -1) (i64.const -1) (i32.const 0) (i32.const 16)))
      (i32.load (i32.const 16)))
    (func $say (param $errno i32)
      (i32.store8 (i32.const 64) (i32.add (i32.const 0x30) (i32.div_u (local.get $errno) (i32.const 10))))
      (i32.store8 (i32.const 65) (i32.add (i32.const 0x30) (i32.rem_u (local.get $errno) (i32.const 10))))
      (i32.store8 (i32.const 66) (i32.const 10))
      (i32.store (i32.const 48) (i32.const 64)) (i32.store (i32.const 52) (i32.const 3))
      (drop (call $fd_write (i32.const 1) (i32.const 48) (i32.const 1) (i32.const 56))))
    ${extra} (func (export "_start") ${body}))`)

/** A module without imports. */
export const bare = (parts: string): Uint8Array => assemble(`(module ${parts})`)

/** A valid module made large by one section of its own. */
export function padded(bytes: number): Uint8Array {
  const section = Buffer.alloc(bytes + 7)
  const size = bytes + 2
  for (let i = 0; i < 4; i++) section[1 + i] = ((size >>> (7 * i)) & 0x7f) | (i < 3 ? 0x80 : 0)
  section[5] = 1
  return Buffer.concat([bare('(memory (export "memory") 1) (func (export "_start"))'), section])
}

/** A process in place of the sandbox's, as if a module had broken out of V8. `$frame(kind, bytes)` writes to its agent. */
export function hostileChild(script: string): string {
  const file = join(mkdtempSync(join(tmpdir(), 'wf-child-')), 'child.mjs')
  const frame = `(kind, payload, length = payload.length) => { const head = Buffer.alloc(5); head[0] = kind; head.writeUInt32LE(length, 1); fs.writeSync(3, Buffer.concat([head, payload])) }`
  writeFileSync(
    file,
    `import fs from 'node:fs'\nconst $frame = ${frame}\nconst $end = (end) => $frame(4, Buffer.from(typeof end === 'string' ? end : JSON.stringify(end)))\n${script}`,
  )
  return file
}

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { constants, getPriority, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createFakeClock } from '../../kernel/clock.fake.ts'
import { systemClock } from '../../kernel/clock.ts'
import { LIVE_LOG_BYTES } from './log-lines.ts'
import { type RunHooks, type RunRequest, type RunResult, digestOf } from './runtime.ts'
import { assemble, job } from './wat.fixture.ts'
import { type WasmRuntimeDeps, createWasmRuntime } from './wasm.ts'

const NEVER = new AbortController().signal
const MIB = 1_048_576
const LIMITS = { wallSeconds: 60, memoryBytes: 4 * MIB, outputBytes: MIB, cpus: 1 }
const ENDLESS = job('(loop $forever (br $forever))')

interface Run {
  readonly deps?: Partial<WasmRuntimeDeps>
  readonly hooks?: Partial<RunHooks>
  readonly signal?: AbortSignal
  readonly request?: Partial<RunRequest>
}

async function run(module: Uint8Array, { deps, hooks, signal = NEVER, request }: Run = {}): Promise<RunResult & { readonly lines: readonly string[] }> {
  const runtime = createWasmRuntime({ clock: systemClock, ...deps })
  const image = digestOf(module)
  await runtime.prepare({ runtime: { name: 'wasm', image, archive: image }, fetchArchive: async () => module }, () => undefined, NEVER)
  const lines: string[] = []
  const result = await runtime.run(
    { attemptId: 'a', jobId: 'j', leaseId: 'l', image, args: [], env: {}, limits: LIMITS, gpuUuids: [], ...request },
    { onStarted: () => undefined, onLog: (line) => lines.push(line), ...hooks },
    signal,
  )
  return { ...result, lines }
}

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString()

test('the sandbox is there', async () => {
  expect(await createWasmRuntime({ clock: systemClock }).probe(NEVER)).toEqual({ available: true, version: expect.stringMatching(/^V8 /) })
})

test('a sandbox that cannot start is explained', async () => {
  expect(await createWasmRuntime({ clock: systemClock, childFile: '/nonexistent/child.mjs' }).probe(NEVER)).toEqual({
    available: false,
    reason: expect.stringMatching(/sandbox ended without an answer \(exit code 1\): Error: .*nonexistent/),
  })
})

test('a sandbox that hangs is said to be slow, not broken', async () => {
  const clock = createFakeClock()
  const { node } = programOf('exec cat >/dev/null')
  const availability = createWasmRuntime({ clock, sandbox: async () => ({ node, childFile: null, v8: '0' }) }).probe(NEVER)
  await clock.advance(60_000)
  expect(await availability).toEqual({ available: false, reason: expect.stringMatching(/did not start within 60 s.*tries again/) })
})

test.skipIf(process.platform !== 'linux')(
  'a job lets everything else go first; to see whether jobs can run takes its turn, however busy the machine is',
  async () => {
    // Its request is written once its priority is set.
    const { node, seen } = programOf(
      `until read -t 0; do :; done; read -ra stat < /proc/$$/stat; echo "\${stat[18]}" >> "$seen"; exec "${process.execPath}" "$@"`,
    )
    const sandbox: WasmRuntimeDeps['sandbox'] = async () => ({ node, childFile: null, v8: '0' })
    expect(await createWasmRuntime({ clock: systemClock, sandbox }).probe(NEVER)).toMatchObject({ available: true })
    await run(job(''), { deps: { sandbox } })
    expect(readFileSync(seen, 'utf8').trim().split('\n').map(Number)).toEqual([getPriority(), constants.priority.PRIORITY_LOW])
  },
)

/** A script in place of Node; `$seen` in it is a file. */
function programOf(script: string) {
  const folder = mkdtempSync(join(tmpdir(), 'windfall-wasm-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const [node, seen] = [join(folder, 'node'), join(folder, 'seen')]
  writeFileSync(node, `#!/bin/bash\nseen='${seen}'\n${script}\n`, { mode: 0o700 })
  return { node, seen }
}

/** Stores the WASI error of opening the input named at 128 with these rights. */
const tryToOpen = (rights: number, at: number) =>
  `(i32.store8 (i32.const ${at}) (call $path_open (i32.const 3) (i32.const 0) (i32.const 128) (i32.const 5) (i32.const 0) (i64.const ${rights}) (i64.const 0) (i32.const 0) (i32.const 12)))`

describe('a module', () => {
  test('writes a result, and its output is shown', async () => {
    let started = 0
    const module = job('(call $put (i32.const 1) (i32.const 64) (i32.const 6)) (call $put (call $open) (i32.const 64) (i32.const 5))', {
      extra: '(data (i32.const 64) "hello\\n")',
    })
    const said: number[] = []
    const result = await run(module, { hooks: { onStarted: () => (started += 1), onOutput: (bytes) => said.push(...bytes) } })
    expect(Buffer.from(said).toString()).toBe('hello\n')
    expect(result).toMatchObject({ end: 'exited', exitCode: 0, lines: ['hello'], logTail: 'hello\n', outputSha256: digestOf(Buffer.from('hello')).slice(7) })
    expect(text(result.output)).toBe('hello')
    expect(started).toBe(1)
  })

  test('finds its inputs, cannot change them, and has its whole output beside them', async () => {
    const body = `${tryToOpen(64, 64)} ${tryToOpen(2, 65)}
      (i32.store (i32.const 0) (i32.const 66)) (i32.store (i32.const 4) (i32.const 16))
      (drop (call $fd_read (i32.load (i32.const 12)) (i32.const 0) (i32.const 1) (i32.const 8)))
      (call $put (call $open) (i32.const 64) (i32.const 10))`
    const inputs = [{ path: 'a/b-c', content: Buffer.from('sunshine') }]
    const limits = { ...LIMITS, outputBytes: 10 }
    const result = await run(job(body, { extra: '(data (i32.const 128) "a/b-c")' }), { request: { inputs, limits } })
    expect([...result.output]).toEqual([63, 0, ...Buffer.from('sunshine')])
  })

  test('reads its arguments and environment, also beyond ASCII', async () => {
    const body = `(drop (call $args_sizes (i32.const 32) (i32.const 36)))
      (drop (call $args (i32.const 64) (i32.const 256)))
      (drop (call $environ (i32.const 64) (i32.add (i32.const 256) (i32.load (i32.const 36)))))
      (call $put (call $open) (i32.const 256) (i32.add (i32.load (i32.const 36)) (i32.const 6)))`
    const result = await run(job(body), { request: { args: ['größe', '風'], env: { A: 'wind' } } })
    expect(text(result.output)).toBe('job\0größe\0風\0A=wind')
  })

  test('ends with its own exit code, and then has no result', async () => {
    const result = await run(job('(call $put (call $open) (i32.const 16) (i32.const 6)) (call $exit (i32.const 3))'))
    expect(result).toMatchObject({ end: 'exited', exitCode: 3 })
    expect(result.output).toHaveLength(0)
  })

  test('without a result is told so', async () => {
    expect(await run(job('(nop)'))).toMatchObject({ end: 'output-missing', exitCode: 0 })
  })

  test('that traps says why', async () => {
    expect(await run(job('(unreachable)'))).toMatchObject({ end: 'exited', exitCode: 134, logTail: expect.stringContaining('the job trapped: unreachable') })
  })

  test('sees the same clock and the same random numbers in every run, and others for other arguments', async () => {
    const body = `(drop (call $random (i32.const 64) (i32.const 32)))
      (drop (call $clock (i32.const 0) (i64.const 0) (i32.const 96)))
      (drop (call $clock (i32.const 1) (i64.const 0) (i32.const 104)))
      (call $put (call $open) (i32.const 64) (i32.const 48))`
    const [first, second, other] = await Promise.all([run(job(body)), run(job(body)), run(job(body), { request: { args: ['x'] } })])
    expect(first.output).toHaveLength(48)
    expect(second.outputSha256).toBe(first.outputSha256)
    expect(other.outputSha256).not.toBe(first.outputSha256)
    expect(Buffer.from(first.output).readBigUInt64LE(32)).toBe(1_577_836_800_001_000_000n)
  })
})

describe('a module cannot take too much', () => {
  test('time', async () => {
    const clock = createFakeClock()
    const result = await run(ENDLESS, { deps: { clock }, hooks: { onStarted: () => void clock.advance(60_000) } })
    expect(result).toMatchObject({ end: 'timeout', exitCode: 137 })
  })

  test('memory, page by page', async () => {
    const body = '(loop $more (br_if $more (i32.ne (memory.grow (i32.const 1)) (i32.const -1)))) (unreachable)'
    expect((await run(job(body, { pages: '1 65536' }))).end).toBe('memory')
  })

  test('memory, at once', async () => {
    expect((await run(job('(nop)', { pages: '65536' }))).end).toBe('memory')
  })

  test('memory, by a second memory', async () => {
    const twice = assemble('(module (memory 1) (memory 1) (func (export "_start")))')
    expect(await run(twice)).toMatchObject({ end: 'exited', exitCode: 126, logTail: expect.stringContaining('more than one memory') })
  })

  test('memory, by tables of the host’s heap', async () => {
    const tables = Array.from({ length: 40 }, () => '(table 9000000 externref)').join(' ')
    expect((await run(assemble(`(module (memory (export "memory") 1) ${tables} (func (export "_start")))`))).end).toBe('memory')
  })

  test('output, by writing', async () => {
    const body = '(local $fd i32) (local.set $fd (call $open)) (loop $more (call $put (local.get $fd) (i32.const 0) (i32.const 65536)) (br $more))'
    expect((await run(job(body))).end).toBe('output-too-large')
  })

  test('output, by resizing', async () => {
    expect((await run(job('(drop (call $set_size (call $open) (i64.const 8589934592)))'))).end).toBe('output-too-large')
  })

  test('log', async () => {
    const body =
      '(local $n i32) (loop $more (call $put (i32.const 1) (i32.const 64) (i32.const 4096)) (br_if $more (i32.lt_u (local.tee $n (i32.add (local.get $n) (i32.const 1))) (i32.const 2000))))'
    const result = await run(job(body, { extra: `(data (i32.const 64) "${'x'.repeat(99)}\\n")` }))
    expect(result.lines.join('\n').length).toBeLessThan(8 * LIVE_LOG_BYTES)
    expect(result.end).toBe('output-missing')
  })
})

/** Stores the WASI error of opening `name`, which stands at 128. */
const tryToRead = (name: string, at: number) =>
  `(i32.store8 (i32.const ${at}) (call $path_open (i32.const 4) (i32.const 1) (i32.const 128) (i32.const ${name.length}) (i32.const 0) (i64.const 2) (i64.const 0) (i32.const 0) (i32.const 12)))`

describe('a module gets nothing but WASI', () => {
  test.each([
    ['a function of the host', '(import "env" "secret" (func))'],
    ['an unknown WASI function', '(import "wasi_snapshot_preview1" "process_spawn" (func))'],
    ['a memory of the host', '(import "wasi_snapshot_preview1" "fd_write" (memory 1))'],
    ['a global of the host', '(import "wasi_snapshot_preview1" "fd_write" (global i32))'],
  ])('not %s', async (_what, wanted) => {
    expect(await run(assemble(`(module ${wanted} (func (export "_start")))`))).toMatchObject({
      end: 'exited',
      exitCode: 126,
      logTail: expect.stringContaining('it imports'),
    })
  })

  test('not a file of the machine', async () => {
    for (const name of ['/etc/passwd', '../../../etc/passwd', '../in/../../etc/passwd']) {
      const result = await run(
        job(`${tryToRead(name, 64)} (call $put (call $open) (i32.const 64) (i32.const 1))`, { extra: `(data (i32.const 128) "${name}")` }),
      )
      expect(result.output[0]).toBeGreaterThan(0)
    }
  })

  test('not a module at all', async () => {
    expect(await run(Buffer.from('#!/bin/sh'))).toMatchObject({ end: 'exited', exitCode: 126 })
  })
})

test('code that broke out of its module finds a locked room', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'wf-'))
  onTestFinished(() => rmSync(directory, { recursive: true }))
  const file = join(directory, 'child.mjs')
  writeFileSync(
    file,
    `import fs from 'node:fs'; import { execFileSync } from 'node:child_process'
    const attempt = (name, work) => { try { work(); return name + ': open' } catch (error) { return name + ': ' + error.code } }
    const lines = [
      attempt('read', () => fs.readFileSync('/etc/passwd')), attempt('list', () => fs.readdirSync('/')), attempt('write', () => fs.writeFileSync('/tmp/x', '')),
      attempt('spawn', () => execFileSync('id')), attempt('addon', () => process.dlopen({ exports: {} }, '/x.node')), 'environment: ' + Object.keys(process.env).join(' '),
    ]
    const frame = (kind, payload) => { const head = Buffer.alloc(5); head[0] = kind; head.writeUInt32LE(payload.length, 1); fs.writeSync(3, Buffer.concat([head, payload])) }
    frame(2, Buffer.from(lines.join('\\n') + '\\n'))
    frame(4, Buffer.from(JSON.stringify({ end: 'exited', exitCode: 0, message: null })))`,
  )
  const { lines } = await run(ENDLESS, { deps: { childFile: file } })
  expect(lines).toEqual([
    'read: ERR_ACCESS_DENIED',
    'list: ERR_ACCESS_DENIED',
    'write: ERR_ACCESS_DENIED',
    'spawn: ERR_ACCESS_DENIED',
    'addon: ERR_DLOPEN_DISABLED',
    'environment: ',
  ])
})

test('a child that breaks the protocol is ended', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'wf-'))
  onTestFinished(() => rmSync(directory, { recursive: true }))
  const file = join(directory, 'child.mjs')
  writeFileSync(file, `import fs from 'node:fs'; fs.writeSync(3, Buffer.from([3, 255, 255, 255, 255])); setInterval(() => {}, 1000)`)
  await expect(run(ENDLESS, { deps: { childFile: file } })).rejects.toMatchObject({ code: 'runtime.failed' })
})

test('a stop ends a module that computes', async () => {
  const stop = new AbortController()
  expect((await run(ENDLESS, { signal: stop.signal, hooks: { onStarted: () => stop.abort() } })).end).toBe('stopped')
})

test('a module does not outlive an agent that is killed', async () => {
  const agent = spawn(process.execPath, [fileURLToPath(new URL('./wasm-crash.fixture.ts', import.meta.url))], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [children] = (await once(agent.stdout, 'data')) as [Buffer]
  const pid = Number(children.toString().trim())
  expect(pid).toBeGreaterThan(0)
  agent.kill('SIGKILL')
  const isAlive = () => {
    try {
      return process.kill(pid, 0)
    } catch {
      return false
    }
  }
  await expect.poll(isAlive).toBe(false)
})

test('a module is run only if it was prepared, undamaged, and without a GPU', async () => {
  const runtime = createWasmRuntime({ clock: systemClock })
  const image = digestOf(ENDLESS)
  const request = { attemptId: 'a', jobId: 'j', leaseId: 'l', image, args: [], env: {}, limits: LIMITS, gpuUuids: [] }
  const hooks = { onStarted: () => undefined, onLog: () => undefined }
  const prepare = (bytes: Uint8Array) =>
    runtime.prepare({ runtime: { name: 'wasm', image, archive: image }, fetchArchive: async () => bytes }, () => undefined, NEVER)
  await expect(runtime.run(request, hooks, NEVER)).rejects.toMatchObject({ code: 'runtime.image' })
  await expect(prepare(ENDLESS.slice(1))).rejects.toMatchObject({ code: 'runtime.image' })
  await prepare(ENDLESS)
  await expect(runtime.run({ ...request, gpuUuids: ['GPU-1'] }, hooks, NEVER)).rejects.toMatchObject({ code: 'runtime.failed' })
})

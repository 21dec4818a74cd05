import { describe, expect, test } from 'vitest'
import { LIVE_LOG_BYTES } from '../log-lines.ts'
import { MISSING, SHAPE, SPACE, TIME, TIMEOUT, trapped } from './wasm-abuses.fixture.ts'
import { LIMITS, attack, bare, fight, hostileChild } from './wasm.fixture.ts'

const EMPTY = bare('(memory (export "memory") 1) (func (export "_start"))')
const SECOND = { limits: { ...LIMITS, wallSeconds: 1 } }

describe.concurrent('a module that', () => {
  test.each([...TIME, ...SPACE, ...SHAPE])('$name', async ({ module, message, isEndless }) => {
    const { failure, lines, output } = await fight(module(), isEndless ? SECOND : {})
    // What it said when it trapped or was refused is the end of its log; the failure repeats it.
    expect(failure).toMatchObject({ message, retry: false })
    expect(lines.join('').length).toBeLessThan(8 * LIVE_LOG_BYTES)
    expect(output).toHaveLength(0)
  })
})

const openModule = (name: string, from = 4) =>
  attack(
    `(call $say (call $path_open (i32.const ${from}) (i32.const 1) (i32.const 256) (i32.const ${name.length}) (i32.const 0) (i64.const -1) (i64.const 0) (i32.const 0) (i32.const 16)))`,
    { data: name },
  )

describe.concurrent('a module sees nothing of the machine:', () => {
  test.each([
    '/etc/passwd',
    '../../../etc/passwd',
    '../in/../../../etc/passwd',
    '/job/out/../../etc/passwd',
    '..',
    'x/../../../etc/passwd',
    './././../etc/passwd',
    '/proc/self/environ',
  ])('not the file %s', async (name) => {
    for (const from of [3, 4]) expect((await fight(openModule(name, from))).said).toMatch(/^(?!00)\d\d$/)
  })

  test('no link leads out', async () => {
    const target = '(i32.const 256) (i32.const 11)'
    const name = '(i32.const 32) (i32.const 6)'
    const module = attack(
      `(call $say (call $path_symlink ${target} (i32.const 4) ${name}))
       (call $say (call $path_link (i32.const 4) (i32.const 1) ${target} (i32.const 4) ${name}))
       (call $say (call $path_rename (i32.const 4) ${target} (i32.const 4) ${name}))
       (call $say (call $path_readlink (i32.const 4) ${name} (i32.const 512) (i32.const 64) (i32.const 600)))`,
      { data: '/etc/passwd' },
    )
    const { said, failure } = await fight(module)
    expect(said).toMatch(/^(?:(?!00)\d\d\n?){4}$/)
    expect(failure).toMatchObject({ reason: 'job.output-missing', message: MISSING })
  })

  test('a folder moved into itself ends nothing but the job', async () => {
    const module = attack(
      `(drop (call $path_create_directory (i32.const 4) (i32.const 256) (i32.const 1)))
       (drop (call $path_rename (i32.const 4) (i32.const 256) (i32.const 1) (i32.const 4) (i32.const 256) (i32.const 3)))
       (drop (call $fd_write (call $result) (i32.const 0) (i32.const 1) (i32.const 8)))`,
      { data: 'a/b' },
    )
    const { failure, output } = await fight(module)
    expect(failure === null ? output.length : failure.message).toEqual(failure === null ? 4_096 : trapped(''))
  })

  test('and it has no more descriptors than a container has', async () => {
    const open =
      '(call $path_open (i32.const 4) (i32.const 0) (i32.const 32) (i32.const 6) (i32.const 9) (i64.const -1) (i64.const -1) (i32.const 0) (i32.const 16))'
    const { said } = await fight(
      attack(`(local $e i32) (loop $l (local.set $e ${open}) (br_if $l (i32.eqz (local.get $e)))) (call $say (local.get $e))
        (call $say (call $fd_close (i32.const 700))) (call $say ${open}) (call $say (i32.eq (i32.load (i32.const 16)) (i32.const 700)))`),
    )
    expect(said).toBe('33\n00\n00\n01')
  })

  test('no network', async () => {
    expect((await fight(attack('(call $say (call $sock_send (i32.const 5) (i32.const 0) (i32.const 1) (i32.const 0) (i32.const 8)))'))).said).toBe('58')
  })

  test('no environment but its own', async () => {
    const body = `(drop (call $environ_sizes_get (i32.const 16) (i32.const 20))) (drop (call $environ_get (i32.const 512) (i32.const 1024)))
      (i32.store (i32.const 4) (i32.load (i32.const 20))) (drop (call $fd_write (call $result) (i32.const 0) (i32.const 1) (i32.const 8)))`
    const { output } = await fight(attack(body), { env: { MINE: '1' } })
    expect(Buffer.from(output).toString()).toBe('MINE=1\0')
  })

  test('its log cannot be swapped for its result, nor its result for its folder', async () => {
    const { failure } = await fight(
      attack('(drop (call $fd_renumber (call $result) (i32.const 4))) (drop (call $fd_renumber (i32.const 4) (i32.const 1))) (drop (call $result))'),
    )
    expect(failure?.retry ?? false).toBe(false)
  })
})

describe.concurrent('an agent survives a sandbox that', () => {
  const BROKEN = 'The WebAssembly sandbox was broken by the job and has been ended.'
  const WAIT = 'setInterval(() => {}, 1000)'

  test.each([
    ['announces a frame of 4 GiB', `$frame(2, Buffer.alloc(8), 0xffffffff); ${WAIT}`, BROKEN],
    ['sends a frame of no kind', `$frame(9, Buffer.alloc(8)); ${WAIT}`, BROKEN],
    ['hands out more than the job may', `$frame(3, Buffer.alloc(2_000_000)); ${WAIT}`, BROKEN],
    ['hands out a little more than the job may', `$frame(3, Buffer.alloc(1_048_577)); ${WAIT}`, BROKEN],
    ['ends with no JSON', `$end('{'); ${WAIT}`, BROKEN],
    ['ends in a way there is none', `$end({ end: 'stopped', exitCode: 0, message: null }); ${WAIT}`, BROKEN],
    ['ends with a book', `$end({ end: 'exited', exitCode: 1, message: 'x'.repeat(9999) }); ${WAIT}`, BROKEN],
    ['ends with a prototype', `$end('{"__proto__":{"end":"exited"},"end":"exited","exitCode":0,"message":null,"polluted":1}'); ${WAIT}`, BROKEN],
    ['talks for ever', 'for (;;) $frame(2, Buffer.alloc(65536, 120))', TIMEOUT],
    ['starts for ever', 'for (;;) $frame(1, Buffer.alloc(0))', TIMEOUT],
    ['hands out for ever', 'for (;;) $frame(3, Buffer.alloc(1_000_000))', TIMEOUT],
    ['begins a frame and says no more', `$frame(3, Buffer.alloc(3), 1_000_000); ${WAIT}`, TIMEOUT],
    [
      'sends a frame byte by byte',
      `$frame(3, Buffer.alloc(0), 1_000_000); for (;;) fs.writeSync(3, 'x')`,
      expect.stringMatching(/broken by the job|ran longer/),
    ],
    ['complains for ever', 'for (;;) fs.writeSync(2, Buffer.alloc(65536, 120))', TIMEOUT],
    ['closes its door', `fs.closeSync(3); ${WAIT}`, TIMEOUT],
    ['ends at once', 'process.exit(3)', expect.stringContaining('ended without an answer (exit code 3)')],
    ['ends in the middle of a word', `$frame(4, Buffer.from('{"end":'), 99); process.exit(0)`, expect.stringContaining('ended without an answer')],
    ['claims a result it never sent', `$end({ end: 'exited', exitCode: 0, message: null })`, null],
  ])('%s', async (_, script, message) => {
    const isEndless = message === TIMEOUT || script.includes('for (;;)')
    const { failure, lines, output } = await fight(EMPTY, isEndless ? SECOND : {}, hostileChild(script))
    expect(failure?.message ?? null).toEqual(message)
    expect(lines.join('').length).toBeLessThan(2 * LIVE_LOG_BYTES)
    expect(output).toHaveLength(0)
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
  })

  test('and runs the next job as if nothing had been', async () => {
    const { failure, output } = await fight(attack('(drop (call $fd_write (call $result) (i32.const 0) (i32.const 1) (i32.const 8)))'))
    expect(failure).toBeNull()
    expect(output).toHaveLength(4_096)
  })
})

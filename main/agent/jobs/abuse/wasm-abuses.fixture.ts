import { expect } from 'vitest'
import { attack, bare, padded } from './wasm.fixture.ts'

export const TIMEOUT = 'The job ran longer than its limit allows.'
const MEMORY = 'The job used more memory than its limit allows.'
export const MISSING = 'The job ended without writing /job/out/result.'
const TOO_LARGE = 'The job wrote more output than its limit allows.'
const cannotRun = (why: string) => expect.stringContaining(`the module cannot run: ${why}`)
export const trapped = (why: string) => expect.stringContaining(`the job trapped: ${why}`)

export interface Abuse {
  readonly name: string
  readonly module: () => Uint8Array
  /** What its owner and its requester are told. */
  readonly message: unknown
  readonly isEndless?: true
}

const MEMORY_1 = '(memory (export "memory") 1)'
const FOREVER = '(loop $more (br $more))'
const START = '(func (export "_start"))'

export const TIME: readonly Abuse[] = [
  { name: 'computes for ever', module: () => attack(FOREVER), message: TIMEOUT, isEndless: true },
  { name: 'computes for ever before it starts', module: () => bare(`${MEMORY_1} (start $s) (func $s ${FOREVER}) ${START}`), message: TIMEOUT, isEndless: true },
  {
    name: 'throws for ever',
    module: () => bare(`${MEMORY_1} (tag $t) (func (export "_start") (loop $l (block $b (try_table (catch_all $b) (throw $t))) (br $l)))`),
    message: TIMEOUT,
    isEndless: true,
  },
  {
    name: 'writes its log for ever',
    module: () => attack('(loop $l (drop (call $fd_write (i32.const 2) (i32.const 0) (i32.const 1) (i32.const 8))) (br $l))'),
    message: TIMEOUT,
    isEndless: true,
  },
  {
    name: 'recurses for ever',
    module: () => bare(`${MEMORY_1} (func $f (call $f)) (func (export "_start") (call $f))`),
    message: trapped('Maximum call stack'),
  },
  // A sleep takes no time, however long it is.
  {
    name: 'sleeps for ever',
    module: () =>
      attack('(i64.store (i32.const 280) (i64.const -1)) (call $say (call $poll_oneoff (i32.const 256) (i32.const 512) (i32.const 1) (i32.const 600)))'),
    message: MISSING,
  },
]

const grow = (type: string) => `(loop $l (br_if $l (${type}.ne (memory.grow (${type}.const 1)) (${type}.const -1)))) (unreachable)`
const GC = '(type $a (array (mut i64))) (type $n (struct (field (ref null $n)) (field (ref $a))))'

export const SPACE: readonly Abuse[] = [
  { name: 'grows its memory', module: () => bare(`(memory (export "memory") 1 65536) (func (export "_start") ${grow('i32')})`), message: MEMORY },
  { name: 'grows a memory of 64 bits', module: () => bare(`(memory (export "memory") i64 1 65536) (func (export "_start") ${grow('i64')})`), message: MEMORY },
  { name: 'grows a shared memory', module: () => bare(`(memory (export "memory") 1 65536 shared) (func (export "_start") ${grow('i32')})`), message: MEMORY },
  { name: 'wants too much from the start', module: () => bare(`(memory (export "memory") 65536) ${START}`), message: MEMORY },
  {
    name: 'has a second memory',
    module: () => bare(`(memory (export "memory") 1) (memory 60000) ${START}`),
    message: expect.stringMatching(/more than one memory|used more memory/),
  },
  {
    name: 'hoards objects of its own',
    module: () =>
      bare(
        `${GC} ${MEMORY_1} (func (export "_start") (local $h (ref null $n)) (loop $l (local.set $h (struct.new $n (local.get $h) (array.new $a (i64.const 1) (i32.const 100000)))) (br $l)))`,
      ),
    message: MEMORY,
  },
  {
    name: 'makes one huge object',
    module: () => bare(`${GC} ${MEMORY_1} (func (export "_start") (drop (array.new $a (i64.const 1) (i32.const 100000000))))`),
    message: MEMORY,
  },
  {
    name: 'hoards tables',
    module: () => bare(`${MEMORY_1} ${'(table 9000000 externref) '.repeat(40)} ${START}`),
    message: MEMORY,
  },
  {
    name: 'hoards folders',
    module: () =>
      attack(
        '(local $n i32) (loop $l (i32.store (i32.const 256) (i32.or (i32.const 0x40404040) (local.get $n))) (drop (call $path_create_directory (i32.const 4) (i32.const 256) (i32.const 8))) (i32.store (i32.const 260) (i32.or (i32.const 0x40404040) (i32.shr_u (local.get $n) (i32.const 4)))) (local.set $n (i32.add (local.get $n) (i32.const 1))) (br $l))',
      ),
    message: expect.stringMatching(/used more memory|ran longer/),
  },
  {
    name: 'writes a result without end',
    module: () =>
      attack(
        '(local $fd i32) (local.set $fd (call $result)) (loop $l (drop (call $fd_write (local.get $fd) (i32.const 0) (i32.const 1) (i32.const 8))) (br $l))',
      ),
    message: TOO_LARGE,
  },
  {
    name: 'writes far behind the end',
    module: () => attack('(drop (call $fd_pwrite (call $result) (i32.const 0) (i32.const 1) (i64.const -4096) (i32.const 8)))'),
    message: TOO_LARGE,
  },
  {
    name: 'seeks far behind the end, and writes',
    module: () =>
      attack(
        '(local $fd i32) (local.set $fd (call $result)) (drop (call $fd_seek (local.get $fd) (i64.const 9000000000000000000) (i32.const 0) (i32.const 8))) (drop (call $fd_write (local.get $fd) (i32.const 0) (i32.const 1) (i32.const 8)))',
      ),
    message: TOO_LARGE,
  },
  { name: 'allocates a file of 8 EiB', module: () => attack('(drop (call $fd_allocate (call $result) (i64.const 0) (i64.const -1)))'), message: TOO_LARGE },
  { name: 'wants 4 GiB of random numbers', module: () => attack('(drop (call $random_get (i32.const 0) (i32.const -1)))'), message: trapped('') },
]

export const SHAPE: readonly Abuse[] = [
  { name: 'is no module', module: () => Buffer.from('\0asm\u0001\0\0\0garbage'), message: cannotRun('') },
  { name: 'is empty', module: () => new Uint8Array(), message: cannotRun('') },
  { name: 'is too large', module: () => padded(64 * 1_048_576), message: expect.stringContaining('The module is larger than') },
  { name: 'is as large as may be', module: () => padded(60 * 1_048_576), message: MISSING },
  {
    name: 'lays its data outside its memory',
    module: () => bare(`${MEMORY_1} (data (i32.const 65530) "0123456789") ${START}`),
    message: cannotRun('WebAssembly.Instance()'),
  },
  { name: 'exports no start', module: () => bare(MEMORY_1), message: cannotRun('it exports no _start') },
  {
    name: 'exports a number as its start',
    module: () => bare(`${MEMORY_1} (global (export "_start") i32 (i32.const 1))`),
    message: cannotRun('it exports no _start'),
  },
  {
    name: 'calls the host before it starts',
    module: () => attack('', { extra: '(start $early) (func $early (drop (call $random_get (i32.const 0) (i32.const 8))))' }),
    message: cannotRun(''),
  },
  {
    name: 'exports something else as its memory',
    module: () =>
      bare(
        '(import "wasi_snapshot_preview1" "random_get" (func $r (param i32 i32) (result i32))) (global (export "memory") i32 (i32.const 1)) (func (export "_start") (drop (call $r (i32.const 0) (i32.const 4))))',
      ),
    message: trapped(''),
  },
  ...(
    [
      ['a function of JavaScript', '(import "wasm:js-string" "length" (func (param externref) (result i32)))'],
      ['the prototype of the imports', '(import "wasi_snapshot_preview1" "constructor" (func))'],
      ['what all objects have', '(import "wasi_snapshot_preview1" "__proto__" (func))'],
      ['the previous interface', '(import "wasi_unstable" "fd_write" (func))'],
      ['a process', '(import "wasi_snapshot_preview1" "proc_spawn" (func))'],
      ['a table of the host', '(import "wasi_snapshot_preview1" "fd_write" (table 1 funcref))'],
      ['a tag of the host', '(import "wasi_snapshot_preview1" "fd_write" (tag))'],
    ] as const
  ).map(([what, wanted]) => ({ name: `imports ${what}`, module: () => bare(`${wanted} ${START}`), message: cannotRun('it imports') })),
]

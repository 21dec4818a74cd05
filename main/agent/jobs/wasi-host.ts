import { createCipheriv } from 'node:crypto'
import { ConsoleStdout, Directory, File, type Inode, OpenFile, PreopenDirectory, WASI } from '@bjorn3/browser_wasi_shim'
import type { WasmInput } from './wasm-frames.ts'
import { type Memory, cappedCalls, openCalls } from './wasi-limits.ts'

const SUCCESS = 0
const INVALID = 28
const NOT_SUPPORTED = 58
const REALTIME = 0
/** 2020-01-01, where every job's clock starts. */
const EPOCH_NS = 1_577_836_800_000_000_000n
const TICK_NS = 1_000_000n
const RANDOM_BLOCK = 65_536
const SOCKET_CALLS = ['sock_recv', 'sock_send', 'sock_shutdown', 'sock_accept']

export interface WasiHostOptions {
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly seed: string
  /** What lies in `/job/in`. */
  readonly inputs: readonly WasmInput[]
  /** Cap on all other files together. */
  readonly outputBytes: number
  readonly onLog: (bytes: Uint8Array) => void
}

export interface WasiHost {
  readonly imports: Readonly<Record<string, CallableFunction>>
  /** Runs `_start` and returns the exit code. Throws what the module traps with, or `OutputTooLarge`. */
  readonly start: (instance: WebAssembly.Instance) => number
  /** The bytes of `/job/out/result`. */
  readonly result: () => Uint8Array | null
}

/**
 * WASI preview 1 with the inputs in `/job/in` and an empty `/job/out`, all in memory, and nothing of the machine in it:
 * a clock that starts in 2020 and moves 1 ms each time it is read, and random numbers drawn from `seed`.
 * So a module with the same arguments gives the same output on every node; the numbers must not serve as secrets.
 */
export function createWasiHost({ args, env, seed, inputs, outputBytes, onLog }: WasiHostOptions): WasiHost {
  const out = new PreopenDirectory('/job/out', new Map())
  const log = () => new ConsoleStdout(onLog)
  const fds = [new OpenFile(new File([], { readonly: true })), log(), log(), new PreopenDirectory('/job/in', folderOf(inputs)), out]
  const assignments = Object.entries(env).map(([name, value]) => `${name}=${value}`)
  const wasi = new WASI(['job', ...args], assignments, fds, { debug: false })
  const memory = () => new DataView(wasi.inst.exports.memory.buffer)
  const imports: Record<string, CallableFunction> = {
    ...wasi.wasiImport,
    ...clockCalls(memory),
    ...argumentCalls(wasi, memory),
    random_get: randomCall(seed, memory),
  }
  for (const name of SOCKET_CALLS) imports[name] = () => NOT_SUPPORTED
  return {
    imports: { ...imports, ...cappedCalls({ wasi, out, maxBytes: outputBytes + bytesOf(inputs), memory }), ...openCalls(wasi, memory) },
    start: (instance) => wasi.start(instance as Parameters<WASI['start']>[0]),
    result: () => {
      const file = out.dir.contents.get('result')
      return file instanceof File ? file.data : null
    },
  }
}

const bytesOf = (inputs: readonly WasmInput[]): number => inputs.reduce((sum, { content }) => sum + content.length, 0)

function folderOf(inputs: readonly WasmInput[]): Map<string, Inode> {
  const root = new Map<string, Inode>()
  for (const { path, content } of inputs) {
    const folders = path.split('/')
    const name = folders.pop() ?? ''
    folders.reduce(subfolder, root).set(name, new File(content, { readonly: true }))
  }
  return root
}

function subfolder(parent: Map<string, Inode>, name: string): Map<string, Inode> {
  const known = parent.get(name)
  const folder = known instanceof Directory ? known : new Directory(new Map())
  parent.set(name, folder)
  return folder.contents
}

function clockCalls(memory: Memory) {
  let elapsed = 0n
  const read = (clock: number) => {
    elapsed += TICK_NS
    return clock === REALTIME ? EPOCH_NS + elapsed : elapsed
  }
  return {
    clock_res_get: (_clock: number, answer: number) => {
      memory().setBigUint64(answer, TICK_NS, true)
      return SUCCESS
    },
    clock_time_get: (clock: number, _precision: bigint, answer: number) => {
      memory().setBigUint64(answer, read(clock), true)
      return SUCCESS
    },
    /** A sleep moves the job's clock and takes no time. */
    poll_oneoff: (subscription: number, event: number, count: number, answer: number) => {
      if (count !== 1) return count === 0 ? INVALID : NOT_SUPPORTED
      const view = memory()
      if (view.getUint8(subscription + 8) !== 0) return NOT_SUPPORTED
      const target = view.getBigUint64(subscription + 24, true)
      const absolute = (view.getUint16(subscription + 40, true) & 1) === 1
      const wait = absolute ? target - read(view.getUint32(subscription + 16, true)) : target
      if (wait > 0n) elapsed += wait
      view.setBigUint64(event, view.getBigUint64(subscription, true), true)
      for (let offset = 8; offset < 32; offset += 8) view.setBigUint64(event + offset, 0n, true)
      view.setUint32(answer, 1, true)
      return SUCCESS
    },
    sched_yield: () => SUCCESS,
  }
}

/** The shim measures arguments in UTF-16 units but writes UTF-8, so it would write past the room it asked for. */
function argumentCalls(wasi: WASI, memory: Memory) {
  return {
    args_sizes_get: (count: number, bytes: number) => {
      memory().setUint32(count, wasi.args.length, true)
      memory().setUint32(
        bytes,
        wasi.args.reduce((sum, arg) => sum + Buffer.byteLength(arg) + 1, 0),
        true,
      )
      return SUCCESS
    },
  }
}

function randomCall(seed: string, memory: Memory) {
  const stream = createCipheriv('aes-256-ctr', Buffer.from(seed, 'hex'), Buffer.alloc(16))
  return (pointer: number, length: number) => {
    const { buffer } = memory()
    for (let at = 0; at < length >>> 0; at += RANDOM_BLOCK) {
      const size = Math.min(RANDOM_BLOCK, (length >>> 0) - at)
      new Uint8Array(buffer, (pointer >>> 0) + at, size).set(stream.update(Buffer.alloc(size)))
    }
    return SUCCESS
  }
}

/**
 * The process one WebAssembly job runs in. Its main thread only watches: the job runs in a worker, so that the process
 * ends with the agent (stdin ends) even while the job computes. Started with Node's permission model and an empty environment.
 * V8 is the wall between the module and this process, as in a browser; what the process itself may do is the second wall.
 */
import { writeSync } from 'node:fs'
import { setFlagsFromString } from 'node:v8'
import { Worker, isMainThread, workerData } from 'node:worker_threads'
import { createWasiHost } from './wasi-host.ts'
import { OutputTooLarge } from './wasi-limits.ts'
import { type FrameKind, type WasmEnd, type WasmInput, type WasmRequest, createPile, decodeRequest, encodeFrame } from './wasm-frames.ts'

const FRAMES_FD = 3
const HEAP_MEGABYTES = 128
/** What Node, compiled code, the heap and the module itself may take beside the job's own memory. */
const OVERHEAD_BYTES = 512 * 1_048_576
const PAGE_BYTES = 65_536
const MEMORY_WATCH_MS = 100
const MEMORY_SECTION = 5
const TRAPPED = 134
const NOT_LOADED = 126
const NOT_CONFINED = 78

interface Job {
  readonly request: WasmRequest
  readonly module: Uint8Array<ArrayBuffer>
  readonly inputs: readonly WasmInput[]
}

function send(kind: FrameKind, payload?: Uint8Array): void {
  const frame = encodeFrame(kind, payload)
  for (let at = 0; at < frame.length; ) at += writeSync(FRAMES_FD, frame, at)
}

const sendEnd = (end: WasmEnd): void => send('end', Buffer.from(JSON.stringify(end)))

/** Whatever started this process: without the permission model it could do all that its user can, so it runs nothing. */
const isConfined = (): boolean => process.permission !== undefined && !process.permission.has('fs.write') && !process.permission.has('child')

function refuse(): void {
  process.stderr.write('it was started without the permission model that confines it, so it runs nothing\n')
  process.exitCode = NOT_CONFINED
}

function watch(): void {
  const received = createPile()
  let worker: Worker | null = null
  const onData = (chunk: Buffer) => {
    const job = decodeRequest(received.add(chunk))
    if (!job) return
    process.stdin.off('data', onData).resume()
    worker = startWorker(job)
  }
  process.stdin.on('data', onData)
  process.stdin.on('end', () => void worker?.terminate())
}

function startWorker(job: Job): Worker {
  const resourceLimits = { maxOldGenerationSizeMb: HEAP_MEGABYTES }
  const limit = job.request.memoryPages * PAGE_BYTES + OVERHEAD_BYTES
  const transferList = [job.module, ...job.inputs.map(({ content }) => content)].map(({ buffer }) => buffer)
  const worker = new Worker(import.meta.filename, { workerData: job, transferList, env: {}, resourceLimits })
  setInterval(() => endIfLarger(limit), MEMORY_WATCH_MS).unref()
  worker.on('error', (error: Error & { code?: string }) => {
    const memory = error.code === 'ERR_WORKER_OUT_OF_MEMORY'
    sendEnd({ end: memory ? 'memory' : 'exited', exitCode: TRAPPED, message: memory ? 'out of memory' : `the sandbox failed: ${error.message}`.slice(0, 500) })
  })
  worker.on('exit', () => process.stdin.destroy())
  return worker
}

/**
 * V8's limits leave gaps: arrays of a module that brings garbage collection grow past the heap's, and so does what the compiler needs.
 * The worker may be in the middle of a frame, so the end is told by signal, and in words where there is none.
 */
function endIfLarger(limit: number): void {
  if (process.memoryUsage.rss() <= limit) return
  writeSync(process.stderr.fd, 'out of memory\n')
  process.kill(process.pid, 'SIGKILL')
}

function runJob({ request, module, inputs }: Job): WasmEnd {
  // Set only now: Node's own TypeScript loader is a WebAssembly module as well, and larger than a small job.
  setFlagsFromString(`--wasm-max-mem-pages=${request.memoryPages}`)
  const loaded = load(module, { ...request, inputs })
  if ('end' in loaded) return loaded
  const { instance, host } = loaded
  send('started')
  try {
    return conclude(host.start(instance), host.result(), request.outputBytes)
  } catch (error) {
    if (error instanceof OutputTooLarge) return { end: 'output-too-large', exitCode: TRAPPED, message: 'the job writes more than it may' }
    return {
      end: isMemoryFull(instance) ? 'memory' : 'exited',
      exitCode: TRAPPED,
      message: `the job trapped: ${error instanceof Error ? error.message : String(error)}`.slice(0, 500),
    }
  }
}

function conclude(exitCode: number, result: Uint8Array | null, outputBytes: number): WasmEnd {
  if (exitCode !== 0) return { end: 'exited', exitCode, message: null }
  if (result === null) return { end: 'output-missing', exitCode, message: null }
  if (result.length > outputBytes) return { end: 'output-too-large', exitCode, message: null }
  send('output', result)
  return { end: 'exited', exitCode, message: null }
}

function load(
  bytes: Uint8Array,
  request: Omit<WasmRequest, 'inputs'> & Pick<Job, 'inputs'>,
): WasmEnd | { readonly instance: WebAssembly.Instance; readonly host: ReturnType<typeof createWasiHost> } {
  let left = request.logBytes
  const onLog = (line: Uint8Array) => {
    if (left > 0) send('log', line.subarray(0, left))
    left -= line.length
  }
  const host = createWasiHost({ ...request, onLog })
  try {
    const module = new WebAssembly.Module(bytes)
    const foreign = WebAssembly.Module.imports(module).find(
      ({ module: from, name, kind }) => from !== 'wasi_snapshot_preview1' || kind !== 'function' || !Object.hasOwn(host.imports, name),
    )
    if (foreign) return refused(`it imports ${foreign.module}.${foreign.name}; only functions of wasi_snapshot_preview1 are there`)
    if (memoryCount(bytes) > 1) return refused('it has more than one memory, so its limit would not hold')
    const instance = new WebAssembly.Instance(module, { wasi_snapshot_preview1: host.imports })
    return typeof instance.exports['_start'] === 'function' ? { instance, host } : refused('it exports no _start')
  } catch (error) {
    if (error instanceof RangeError) return { end: 'memory', exitCode: NOT_LOADED, message: error.message.slice(0, 500) }
    return refused(error instanceof Error ? error.message : String(error))
  }
}

const refused = (message: string): WasmEnd => ({ end: 'exited', exitCode: NOT_LOADED, message: `the module cannot run: ${message}`.slice(0, 500) })

/** Reads a valid module's memory section (WebAssembly core specification, 5.5.8); V8's page limit counts for each memory alone. */
function memoryCount(module: Uint8Array): number {
  let at = 8
  const unsigned = () => {
    let value = 0
    for (let shift = 0; ; shift += 7) {
      const byte = module[at++] ?? 0
      value += (byte & 0x7f) * 2 ** shift
      if (byte < 0x80) return value
    }
  }
  while (at < module.length) {
    const section = module[at++]
    const end = unsigned() + at
    if (section === MEMORY_SECTION) return unsigned()
    at = end
  }
  return 0
}

/** A trap with no page left to grow is put down to memory. */
function isMemoryFull(instance: WebAssembly.Instance): boolean {
  const { memory } = instance.exports
  if (!(memory instanceof WebAssembly.Memory)) return false
  try {
    memory.grow(1)
    return false
  } catch {
    return true
  }
}

if (!isConfined()) refuse()
else if (isMainThread) watch()
else sendEnd(runJob(workerData as Job))

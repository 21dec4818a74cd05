/**
 * The process one WebAssembly job runs in. Its main thread only watches: the job runs in a worker, so that the process
 * ends with the agent (stdin ends) even while the job computes. Started with Node's permission model and an empty environment.
 * V8 is the wall between the module and this process, as in a browser; what the process itself may do is the second wall.
 */
import { writeSync } from 'node:fs'
import { setFlagsFromString } from 'node:v8'
import { Worker, isMainThread, workerData } from 'node:worker_threads'
import { OutputTooLarge, createWasiHost } from './wasi-host.ts'
import { type FrameKind, type WasmEnd, type WasmRequest, decodeRequest, encodeFrame } from './wasm-frames.ts'

const FRAMES_FD = 3
const HEAP_MEGABYTES = 128
const MEMORY_SECTION = 5
const TRAPPED = 134
const NOT_LOADED = 126

interface Job {
  readonly request: WasmRequest
  readonly module: Uint8Array
}

function send(kind: FrameKind, payload?: Uint8Array): void {
  const frame = encodeFrame(kind, payload)
  for (let at = 0; at < frame.length; ) at += writeSync(FRAMES_FD, frame, at)
}

const sendEnd = (end: WasmEnd): void => send('end', Buffer.from(JSON.stringify(end)))

function watch(): void {
  let received = Buffer.alloc(0)
  let worker: Worker | null = null
  const onData = (chunk: Buffer) => {
    received = Buffer.concat([received, chunk])
    const job = decodeRequest(received)
    if (!job) return
    process.stdin.off('data', onData).resume()
    worker = startWorker(job)
  }
  process.stdin.on('data', onData)
  process.stdin.on('end', () => void worker?.terminate())
}

function startWorker(job: Job): Worker {
  const worker = new Worker(import.meta.filename, { workerData: job, env: {}, resourceLimits: { maxOldGenerationSizeMb: HEAP_MEGABYTES } })
  worker.on('error', (error: Error & { code?: string }) => {
    const memory = error.code === 'ERR_WORKER_OUT_OF_MEMORY'
    sendEnd({ end: memory ? 'memory' : 'exited', exitCode: TRAPPED, message: memory ? 'out of memory' : `the sandbox failed: ${error.message}`.slice(0, 500) })
  })
  worker.on('exit', () => process.stdin.destroy())
  return worker
}

function runJob({ request, module }: Job): WasmEnd {
  // Set only now: Node's own TypeScript loader is a WebAssembly module as well, and larger than a small job.
  setFlagsFromString(`--wasm-max-mem-pages=${request.memoryPages}`)
  const loaded = load(module, request)
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
  request: WasmRequest,
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

if (isMainThread) watch()
else sendEnd(runJob(workerData as Job))

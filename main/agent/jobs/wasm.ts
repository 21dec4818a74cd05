import { WindfallError, messageOf } from '../../../shared/errors.ts'
import type { Clock } from '../../kernel/clock.ts'
import { type Availability, type PrepareRequest, type RunRequest, type Runtime, digestOf } from './runtime.ts'
import { type OpenSandbox, thisNode } from './sandbox-program.ts'
import { runWasmProcess } from './wasm-process.ts'

const MAX_MODULE_BYTES = 64 * 1_048_576
const KEPT_MODULES = 4

export interface WasmRuntimeDeps {
  readonly clock: Clock
  /** The bundle of `wasm-child.ts`; unset where the sources run as they are. */
  readonly childFile?: string
  /** Where this program is no Node itself; else it is this very one. */
  readonly sandbox?: OpenSandbox
}

const programOf = ({ childFile, sandbox = thisNode(childFile) }: WasmRuntimeDeps) => sandbox()

/** Runs WebAssembly modules (WASI preview 1), each in a locked-down process of its own. Needs nothing but Node. */
export function createWasmRuntime(deps: WasmRuntimeDeps): Runtime {
  const modules = new Map<string, Uint8Array>()
  return {
    name: 'wasm',
    probe: (signal) => probe(deps, signal),
    async prepare(request, onProgress, signal) {
      const image = request.runtime.image
      const bytes = modules.get(image) ?? (await fetchModule(request, signal))
      modules.delete(image)
      modules.set(image, bytes)
      for (const oldest of [...modules.keys()].slice(0, -KEPT_MODULES)) modules.delete(oldest)
      onProgress({ receivedBytes: bytes.length, totalBytes: bytes.length })
    },
    async run(request, hooks, signal) {
      const module = modules.get(request.image)
      if (!module) throw new WindfallError('runtime.image', `The module ${request.image} is not here. Prepare it first.`)
      if (request.gpuUuids.length > 0) throw new WindfallError('runtime.failed', 'A WebAssembly job cannot use a GPU. Submit it as a Docker job.')
      return runWasmProcess({ clock: deps.clock, program: await programOf(deps), request, module, hooks, priority: 'low' }, signal)
    },
    // A job's process ends when its agent does, and it keeps nothing on disk.
    sweep: async () => [],
  }
}

async function fetchModule({ runtime, fetchArchive }: PrepareRequest, signal: AbortSignal): Promise<Uint8Array> {
  if (runtime.name !== 'wasm') throw new WindfallError('runtime.image', 'This is not a WebAssembly module.')
  const bytes = await fetchArchive(runtime.archive, signal)
  if (bytes.length > MAX_MODULE_BYTES)
    throw new WindfallError('runtime.image', `The module is larger than ${MAX_MODULE_BYTES} bytes. Ask the requester for a smaller one.`)
  if (digestOf(bytes) !== runtime.image)
    throw new WindfallError(
      'runtime.image',
      'The module arrived damaged: its SHA-256 is not the one the job names. Try again; if it stays so, tell the requester.',
    )
  return bytes
}

/** `(module (func (export "_start")))` */
const EMPTY_MODULE = Buffer.from('0061736d0100000001040160000003020100070a01065f737461727400000a040102000b', 'hex')
const EMPTY_REQUEST: RunRequest = {
  attemptId: 'probe',
  jobId: 'probe',
  leaseId: 'probe',
  image: digestOf(EMPTY_MODULE),
  args: [],
  env: {},
  limits: { wallSeconds: 60, memoryBytes: 1_048_576, outputBytes: 1, cpus: 1 },
  gpuUuids: [],
}

const BUSY = `The WebAssembly sandbox did not start within ${EMPTY_REQUEST.limits.wallSeconds} s. Windfall tries again by itself; if it stays so, see what keeps this machine so busy.`

/**
 * Really runs a module that does nothing: it ends well, without a result. It takes its turn like any program: behind all others, a second of work may take a
 * busy machine half a minute, and would look like a sandbox that does not start.
 */
async function probe(deps: WasmRuntimeDeps, signal: AbortSignal): Promise<Availability> {
  try {
    const hooks = { onStarted: () => undefined, onLog: () => undefined }
    const program = await programOf(deps)
    const run = { clock: deps.clock, program, request: EMPTY_REQUEST, module: EMPTY_MODULE, hooks, priority: 'normal' } as const
    const { end, logTail } = await runWasmProcess(run, signal)
    if (end === 'output-missing') return { available: true, version: `V8 ${program.v8}` }
    if (end === 'timeout') return { available: false, reason: BUSY }
    return { available: false, reason: `The WebAssembly sandbox does not work here: ${logTail.trim() || end}.` }
  } catch (error) {
    return { available: false, reason: messageOf(error) }
  }
}

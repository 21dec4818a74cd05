import { type ChildProcess, fork } from 'node:child_process'
import { join } from 'node:path'
import type { Clock } from '../../kernel/clock.ts'
import { NvmlCode, isLost, needsReload } from './nvml-codes.ts'
import { NvmlReply, type NvmlRequest } from './nvml-protocol.ts'

export interface NvmlHostDeps {
  readonly libraryPath: string
  readonly clock: Clock
  readonly environment: Readonly<Record<string, string | undefined>>
  /** The program the child runs; a bundle names its own. */
  readonly childEntry?: string
}

/** `down`: no child answers at present, a new one is tried after a pause that doubles. */
export type NvmlAnswer = NvmlReply | { readonly down: true }

export interface NvmlHost {
  /** Never rejects. Starts the child if there is none and its pause is over. */
  readonly ask: (question: Question, signal: AbortSignal) => Promise<NvmlAnswer>
  /** Lets go of the vendor library, so that a GPU that can sleep does. The next question opens it again. */
  readonly rest: () => void
}

type Question = { readonly ask: 'devices' } | { readonly ask: 'reading'; readonly uuid: string }
type Settle = (answer: NvmlAnswer) => void
interface Host extends NvmlHostDeps {
  child: ChildProcess | null
  pending: Map<number, Settle>
  nextId: number
  failures: number
  notBefore: number
  relookAt: number
}

/** The first question may wake and initialise the GPU: 1.5 s is normal without persistence mode. */
const DEVICES_TIMEOUT_MS = 15_000
const READING_TIMEOUT_MS = 3_000
const RELOOK_MS = 30_000
const DOWN: NvmlAnswer = { down: true }
/** What the vendor library may need to find its files; nothing else of the agent's environment enters that process. */
const PASSED_ON = ['PATH', 'LD_LIBRARY_PATH', 'HOME', 'SystemRoot', 'ProgramFiles', 'TEMP']

/** Pause before the nth restart in a row: 0.5 s, doubling, at most 1 min. */
export const restartDelayMs = (failures: number): number => (failures === 0 ? 0 : Math.min(60_000, 500 * 2 ** (failures - 1)))

/** Keeps the vendor library in a child process, so that its crash or hang is a gap in the readings and nothing more. Ends with `signal`. */
export function createNvmlHost(deps: NvmlHostDeps, signal: AbortSignal): NvmlHost {
  const host: Host = { ...deps, child: null, pending: new Map(), nextId: 1, failures: 0, notBefore: 0, relookAt: 0 }
  signal.addEventListener('abort', () => stop(host), { once: true })
  return {
    ask: async (question, callSignal) => (signal.aborted || callSignal.aborted ? DOWN : put(host, question, callSignal)),
    rest: () => stop(host),
  }
}

async function put(host: Host, question: Question, signal: AbortSignal): Promise<NvmlAnswer> {
  const child = host.child ?? start(host)
  if (!child) return DOWN
  const id = host.nextId++
  const answered = new AbortController()
  const answer = await new Promise<NvmlAnswer>((settle) => {
    host.pending.set(id, settle)
    void expire(
      host,
      { child, id, timeoutMs: question.ask === 'devices' ? DEVICES_TIMEOUT_MS : READING_TIMEOUT_MS },
      AbortSignal.any([signal, answered.signal]),
    )
    child.send({ id, ...question } satisfies NvmlRequest, (error) => error && finish(host, id, DOWN))
  })
  answered.abort()
  judge(host, child, answer)
  return answer
}

/** A vendor call that hangs cannot be cancelled, only ended with its process. */
async function expire(host: Host, request: { child: ChildProcess; id: number; timeoutMs: number }, signal: AbortSignal): Promise<void> {
  const timedOut = await host.clock.sleep(request.timeoutMs, signal)
  if (!host.pending.has(request.id)) return
  if (timedOut) fell(host, request.child)
  else finish(host, request.id, DOWN)
}

function start(host: Host): ChildProcess | null {
  if (host.clock.monotonic() < host.notBefore) return null
  const child = forkReader(host)
  host.child = child
  child?.on('message', (message) => receive(host, child, message))
  child?.on('error', () => fell(host, child))
  child?.on('exit', () => fell(host, child))
  if (child?.connected) return child
  fell(host, child)
  return null
}

/** `null` if the system has no room for another process. */
function forkReader({ environment, childEntry, libraryPath }: Host): ChildProcess | null {
  const env = Object.fromEntries(PASSED_ON.flatMap((name) => (environment[name] === undefined ? [] : [[name, environment[name]]])))
  try {
    return fork(childEntry ?? join(import.meta.dirname, 'nvml-child.ts'), [libraryPath], { stdio: ['ignore', 'ignore', 'ignore', 'ipc'], env, execArgv: [] })
  } catch {
    return null
  }
}

function receive(host: Host, child: ChildProcess, message: unknown): void {
  const reply = NvmlReply.safeParse(message)
  if (reply.success) finish(host, reply.data.id, reply.data)
  else fell(host, child)
}

function finish(host: Host, id: number, answer: NvmlAnswer): void {
  const settle = host.pending.get(id)
  host.pending.delete(id)
  settle?.(answer)
}

function judge(host: Host, child: ChildProcess, answer: NvmlAnswer): void {
  if ('reading' in answer || 'devices' in answer) host.failures = 0
  else if ('code' in answer && (needsReload(answer.code) || answer.code === NvmlCode.libraryNotFound)) fell(host, child)
  else if ('code' in answer && isLost(answer.code)) relook(host)
}

/** A lost GPU may come back under a fresh handle; the others must not pay for the search with every reading. */
function relook(host: Host): void {
  if (host.clock.monotonic() < host.relookAt) return
  stop(host)
  host.relookAt = host.clock.monotonic() + RELOOK_MS
}

function fell(host: Host, child: ChildProcess | null): void {
  if (host.child !== child) return
  stop(host)
  host.failures++
  host.notBefore = host.clock.monotonic() + restartDelayMs(host.failures)
}

function stop(host: Host): void {
  const { child } = host
  host.child = null
  child?.kill('SIGKILL')
  for (const id of host.pending.keys()) finish(host, id, DOWN)
}

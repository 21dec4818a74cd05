import { z } from 'zod'
import type { Child, ChildProgram, LaunchChild } from '../../kernel/child.ts'
import type { Clock } from '../../kernel/clock.ts'

/**
 * What a reply says about the child that gave it. `works`: a later crash is its first. `says-nothing`. `look-again`: a fresh child
 * may see more; it gets its turn at most every 30 s, because what else the child reads pays for it with a gap. `start-again`: this
 * child is of no more use; if it ever worked its successor may start at once, otherwise after the pause.
 */
export type Verdict = 'works' | 'says-nothing' | 'look-again' | 'start-again'

export interface ReaderHostDeps<Request, Reply> {
  /** Its file calls `serveReader` of `reader-child.ts`. */
  readonly program: ChildProgram
  readonly launch: LaunchChild
  readonly clock: Clock
  /** A child that says anything else is ended. */
  readonly reply: z.ZodType<Reply>
  /** How long the answer to this request may take, in milliseconds. */
  readonly timeoutMs: (request: Request) => number
  /** Without it every reply means `works`. */
  readonly judge?: (reply: Reply) => Verdict
}

/** No child answers at present; a new one is tried after a pause that doubles. */
export interface Down {
  readonly down: true
}

export interface ReaderHost<Request, Reply> {
  /** Never rejects. Starts the child if there is none and its pause is over. */
  readonly ask: (request: Request, signal: AbortSignal) => Promise<Reply | Down>
  /** Ends the child, so that a device that can sleep does. The next question starts another, without a pause. */
  readonly rest: () => void
}

interface Asked<Reply> {
  readonly settle: (answer: Reply | Down) => void
  readonly signal: AbortSignal
}

interface Host<Request, Reply> extends ReaderHostDeps<Request, Reply> {
  readonly envelope: z.ZodType<{ id: number; reply: Reply }>
  readonly pending: Map<number, Asked<Reply>>
  /** Signals that end what was asked under them. */
  readonly heard: WeakSet<AbortSignal>
  child: Child | null
  worked: boolean
  nextId: number
  failures: number
  notBefore: number
  lookAgainAt: number
}

const LOOK_AGAIN_MS = 30_000
const DOWN: Down = { down: true }

/** Pause before the nth restart in a row: 0.5 s, doubling, at most 1 min. */
export const restartDelayMs = (failures: number): number => (failures === 0 ? 0 : Math.min(60_000, 500 * 2 ** (failures - 1)))

/**
 * Keeps vendor code in a child process, so that its crash or hang is a gap in the readings and nothing more. Several questions
 * may be under way; each has its own time limit, and a child that misses one is ended, because a vendor's call cannot be
 * cancelled otherwise. Ends with `signal`.
 */
export function createReaderHost<Request, Reply extends object>(deps: ReaderHostDeps<Request, Reply>, signal: AbortSignal): ReaderHost<Request, Reply> {
  const envelope = z.strictObject({ id: z.number().int(), reply: deps.reply }) as z.ZodType<{ id: number; reply: Reply }>
  const known = { pending: new Map(), heard: new WeakSet<AbortSignal>(), child: null, worked: false, nextId: 1, failures: 0, notBefore: 0, lookAgainAt: 0 }
  const host: Host<Request, Reply> = { ...deps, ...known, envelope }
  signal.addEventListener('abort', () => stop(host), { once: true })
  return {
    ask: async (request, callSignal) => (signal.aborted || callSignal.aborted ? DOWN : put(host, request, callSignal)),
    rest: () => stop(host),
  }
}

async function put<Request, Reply extends object>(host: Host<Request, Reply>, request: Request, signal: AbortSignal): Promise<Reply | Down> {
  const child = host.child ?? start(host)
  if (!child) return DOWN
  hear(host, signal)
  const id = host.nextId++
  const answered = new AbortController()
  const answer = await new Promise<Reply | Down>((settle) => {
    host.pending.set(id, { settle, signal })
    void expire(host, { child, id, timeoutMs: host.timeoutMs(request) }, answered.signal)
    child.send({ id, request }, () => finish(host, id, DOWN))
  })
  // Without a reason an error is made, with its stack, for every reading.
  answered.abort('answered')
  if (!('down' in answer)) heed(host, child, host.judge?.(answer) ?? 'works')
  return answer
}

/** Once for every signal: many readings are asked for under the same one, and to listen anew for each costs more than the reading. */
function hear<Request, Reply>(host: Host<Request, Reply>, signal: AbortSignal): void {
  if (host.heard.has(signal)) return
  host.heard.add(signal)
  const onAbort = () => {
    for (const [id, asked] of host.pending) if (asked.signal === signal) finish(host, id, DOWN)
  }
  signal.addEventListener('abort', onAbort, { once: true })
}

async function expire<Request, Reply>(
  host: Host<Request, Reply>,
  asked: { child: Child; id: number; timeoutMs: number },
  answered: AbortSignal,
): Promise<void> {
  if ((await host.clock.sleep(asked.timeoutMs, answered)) && host.pending.has(asked.id)) fell(host, asked.child)
}

function start<Request, Reply>(host: Host<Request, Reply>): Child | null {
  if (host.clock.monotonic() < host.notBefore) return null
  const child = host.launch(host.program)
  host.child = child
  host.worked = false
  if (!child) fell(host, child)
  child?.onMessage((message) => receive(host, child, message))
  child?.onEnd(() => fell(host, child))
  return host.child
}

function receive<Request, Reply>(host: Host<Request, Reply>, child: Child, message: unknown): void {
  if (host.child !== child) return
  const parsed = host.envelope.safeParse(message)
  if (parsed.success) finish(host, parsed.data.id, parsed.data.reply)
  else fell(host, child)
}

function finish<Request, Reply>(host: Host<Request, Reply>, id: number, answer: Reply | Down): void {
  const asked = host.pending.get(id)
  host.pending.delete(id)
  asked?.settle(answer)
}

function heed<Request, Reply>(host: Host<Request, Reply>, child: Child, verdict: Verdict): void {
  if (host.child !== child || verdict === 'says-nothing') return
  const mayReplace = host.clock.monotonic() >= host.lookAgainAt
  if (verdict === 'works') {
    host.worked = true
    host.failures = 0
  } else if (mayReplace && (host.worked || verdict === 'look-again')) {
    stop(host)
    host.lookAgainAt = host.clock.monotonic() + LOOK_AGAIN_MS
  } else if (verdict === 'start-again') fell(host, child)
}

function fell<Request, Reply>(host: Host<Request, Reply>, child: Child | null): void {
  if (host.child !== child) return
  stop(host)
  host.failures++
  host.notBefore = host.clock.monotonic() + restartDelayMs(host.failures)
}

function stop<Request, Reply>(host: Host<Request, Reply>): void {
  const { child } = host
  host.child = null
  child?.kill()
  for (const id of host.pending.keys()) finish(host, id, DOWN)
}

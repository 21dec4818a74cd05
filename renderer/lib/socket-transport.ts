import { type RpcCall, RpcReply } from '../../shared/contract/rpc.ts'
import { WindfallError, fromProblem, messageOf } from '../../shared/errors.ts'
import { t } from '../../shared/i18n/translate.ts'
import type { WindowClock } from './clock.ts'
import { type SocketPorts, keepConnected } from './keep-connected.ts'
import type { WindowTransport } from './link.ts'
import { ownError } from './own-error.ts'

const CALL_TIMEOUT_MS = 20_000

interface Pending {
  readonly text: string
  readonly resolve: (value: unknown) => void
  readonly reject: (error: WindfallError) => void
  readonly cancelTimeout: () => void
}

const gone = () =>
  ownError('unavailable', t('The window has lost its connection to the agent on this computer. It keeps trying; nothing that runs is affected.'))
const slow = () => ownError('unavailable', t('The agent did not answer in time. Try again in a moment.'))

/** Calls waiting for their answer. */
function createCalls(clock: WindowClock) {
  const pending = new Map<number, Pending>()
  let lastId = 0
  const settle = (id: number, act: (call: Pending) => void) => {
    const call = pending.get(id)
    if (!call) return
    pending.delete(id)
    call.cancelTimeout()
    act(call)
  }
  return {
    add(name: string, input: unknown) {
      const id = ++lastId
      const { promise, resolve, reject } = Promise.withResolvers<unknown>()
      const text = JSON.stringify({ id, call: name, input } satisfies RpcCall)
      const cancelTimeout = clock.after(CALL_TIMEOUT_MS, () => settle(id, (call) => call.reject(slow())))
      pending.set(id, { text, resolve, reject, cancelTimeout })
      return { text, answer: promise }
    },
    texts: () => [...pending.values()].map((call) => call.text),
    settle,
    failAll: () => {
      for (const id of pending.keys()) settle(id, (call) => call.reject(gone()))
    },
  }
}

/** Who listens to which event. A listener that throws is reported and stops nobody else. */
function createListeners() {
  const byEvent = new Map<string, Set<(payload: unknown) => void>>()
  return {
    add(event: string, listener: (payload: unknown) => void) {
      const listeners = byEvent.get(event) ?? new Set()
      byEvent.set(event, listeners.add(listener))
      return () => void listeners.delete(listener)
    },
    tell(event: string, payload: unknown) {
      for (const listener of byEvent.get(event) ?? []) {
        try {
          listener(payload)
        } catch (error) {
          reportError(error)
        }
      }
    },
  }
}

/**
 * The transport of a window in a browser: one WebSocket to the agent's loopback server. Calls made before the first connection wait for it,
 * calls made while it is lost fail at once with `unavailable`.
 */
export function createSocketTransport(ports: SocketPorts): WindowTransport {
  const calls = createCalls(ports.clock)
  const listeners = createListeners()
  const { link, send, retry } = keepConnected(ports, {
    opened: (sendNow) => calls.texts().forEach(sendNow),
    received: (data) => receive(data, calls, listeners),
    lost: () => calls.failAll(),
    probe: (sendNow) => {
      const { text, answer } = calls.add('getStatus', {})
      answer.catch(() => {})
      sendNow(text)
    },
  })
  return {
    invoke(name, input) {
      const { state } = link.get()
      if (state === 'lost' || state === 'refused') return Promise.reject(gone())
      const { text, answer } = calls.add(name, input)
      if (state === 'open') send(text)
      return answer
    },
    subscribe: (event, listener) => listeners.add(event, listener),
    link: { get: link.get, subscribe: link.subscribe, retry },
  }
}

function receive(data: unknown, calls: ReturnType<typeof createCalls>, listeners: ReturnType<typeof createListeners>): void {
  const frame = readFrame(data)
  if (frame === null) return
  if ('event' in frame) listeners.tell(frame.event, frame.payload)
  else if ('problem' in frame) calls.settle(frame.id, (call) => call.reject(fromProblem(frame.problem.status, frame.problem)))
  else calls.settle(frame.id, (call) => call.resolve(frame.value))
}

function readFrame(data: unknown): RpcReply | null {
  try {
    return RpcReply.parse(JSON.parse(String(data)))
  } catch (error) {
    reportError(new WindfallError('internal', `The agent sent something that is not a frame: ${messageOf(error)}`))
    return null
  }
}

/** Frames over the sockets of many agents, each answered by one that says its number again: the way of agents that have much to hand in. */
import { setTimeout as pause } from 'node:timers/promises'
import { type Agent, type Connected, goOnline } from './agents.ts'
import type { RawSocket } from './raw-socket.ts'

/** Numbered, so that its answer is known again, and as long as a node's signature holds it may be sent by that node alone. */
export interface NumberedFrame {
  readonly id: number
  /** Which of the agents sends it. */
  readonly agent: number
  readonly bytes: Buffer
}

export interface FrameLine extends AsyncDisposable {
  /** True if it is kept, false if it is refused. Never resolves where the coordinator says nothing. */
  readonly ask: (frame: NumberedFrame) => Promise<boolean>
}

/** Read like this, since whoever measures ought to cost next to nothing. */
const KEPT = /^\{"type":"proof-kept","id":(\d+)\}$/
const NOT_KEPT = /^\{"type":"proof-not-kept","id":(\d+),/

/** Brings all of them online, over sockets that stay open. */
export async function openFrameLine(url: string, agents: readonly Agent[]): Promise<FrameLine> {
  const waiting = new Map<number, (isKept: boolean) => void>()
  const onText = (text: string) => {
    const [kept, not] = [KEPT.exec(text), NOT_KEPT.exec(text)]
    const id = Number(kept?.[1] ?? not?.[1])
    waiting.get(id)?.(kept !== null)
    waiting.delete(id)
  }
  const connected: Connected = await goOnline(url, { agents, onText })
  const socketOf = (agent: number): RawSocket => {
    const socket = connected.sockets[agent]
    if (!socket?.isOpen()) throw new Error(`The coordinator has closed the connection of agent ${agent}.`)
    return socket
  }
  return {
    ask: ({ id, agent, bytes }) =>
      new Promise((resolve) => {
        const socket = socketOf(agent)
        waiting.set(id, resolve)
        socket.send(bytes)
      }),
    [Symbol.asyncDispose]: () => connected[Symbol.asyncDispose](),
  }
}

/** A closed loop: so many are under way until all are answered. Returns how many were kept per second, and how many were not. */
export async function closedFrames(line: FrameLine, frames: readonly NumberedFrame[], atOnce: number): Promise<{ perSecond: number; refused: number }> {
  const queue = frames.values()
  let refused = 0
  const started = performance.now()
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (const frame of queue) if (!(await line.ask(frame))) refused += 1
    }),
  )
  return { perSecond: ((frames.length - refused) / (performance.now() - started)) * 1_000, refused }
}

/**
 * An open loop: every frame is sent once it is due, at the next millisecond, however long those before take. Returns milliseconds from when each was
 * sent until it was kept.
 */
export async function openFrames(
  line: FrameLine,
  frames: readonly NumberedFrame[],
  perSecond: number,
): Promise<{ latencies: readonly number[]; refused: number }> {
  const latencies: number[] = []
  const underway: Promise<void>[] = []
  let [refused, next] = [0, 0]
  const send = async (frame: NumberedFrame): Promise<void> => {
    const sent = performance.now()
    if (!(await line.ask(frame))) refused += 1
    latencies.push(performance.now() - sent)
  }
  const started = performance.now()
  while (next < frames.length) {
    const due = Math.min(frames.length, Math.ceil(((performance.now() - started) / 1_000) * perSecond))
    for (const frame of frames.slice(next, due)) underway.push(send(frame))
    next = due
    await pause(1)
  }
  await Promise.all(underway)
  return { latencies, refused }
}

import type { SocketToAgent } from '../../shared/contract/agent-socket.ts'
import { toProblem } from '../../shared/errors.ts'
import type { HandInFrame } from './http/socket.ts'
import type { Intaking } from './intaking.ts'
import type { HandedIn } from './proofs/handed-in.ts'

/** How soon an agent that found no room may send again, seconds. */
const FULL_S = 2

/** Takes in what an agent hands in on its socket, and says when it is durable or why it is not kept. */
export function createHandIn({ keep, door }: Pick<Intaking, 'keep' | 'door'>): (nodeId: string, frame: HandInFrame) => Promise<SocketToAgent> {
  // No async function: it would hold on to the frame until all is done.
  return (nodeId, frame) => {
    const { id } = frame
    const leave = door.enter(sizeOf(frame))
    if (!leave) return Promise.resolve(noRoom(id))
    const left = (answer: SocketToAgent): SocketToAgent => {
      leave()
      return answer
    }
    return keep(nodeId, handedIn(frame)).then(
      () => left({ type: 'proof-kept', id }),
      (error: unknown) => left(notKept(id, error)),
    )
  }
}

const noRoom = (id: number): SocketToAgent => ({
  type: 'proof-not-kept',
  id,
  code: 'rate.limited',
  message: `There is no room now. Send it again in ${FULL_S} s.`,
  retryAfterS: FULL_S,
})

function notKept(id: number, error: unknown): SocketToAgent {
  const { code, detail } = toProblem(error)
  return { type: 'proof-not-kept', id, code, message: detail.slice(0, 500), retryAfterS: null }
}

const handedIn = (frame: HandInFrame): HandedIn => {
  if (frame.type === 'proofs') return { kind: 'batch', input: { batch: frame.batch, outputs: frame.outputs } }
  const { leaseId, token, envelope, output } = frame
  return { kind: 'proof', input: { leaseId, token, envelope, output } }
}

const sizeOf = (frame: HandInFrame): number =>
  frame.type === 'proof'
    ? frame.envelope.payload.length + frame.output.length
    : frame.batch.payload.length + frame.outputs.reduce((sum, { length }) => sum + length, 0)

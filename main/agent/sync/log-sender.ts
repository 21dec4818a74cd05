import type { coordinatorContract } from '../../../shared/contract/coordinator.ts'
import type { Client } from '../../../shared/contract/define.ts'
import { LOG_PIECE_BYTES, type LogPiece } from '../../../shared/contract/job-log.ts'
import { WindfallError } from '../../../shared/errors.ts'
import { backoffMs } from '../../kernel/backoff.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { SocketLine } from './socket.ts'

/** What an attempt said, or that it has said all. */
interface SentPiece extends Omit<LogPiece, 'content'> {
  readonly bytes: Uint8Array
}

/** What jobs say, until it is sent. */
interface Sayings {
  /** The next piece to send, of every attempt in turn; `null` if nothing waits. */
  readonly next: (mostBytes: number) => SentPiece | null
  /** Nobody wants to hear this attempt. */
  readonly drop: (leaseId: string) => void
  /** Resolves `true` once something may wait to be sent, `false` as soon as `signal` aborts. */
  readonly wait: (signal: AbortSignal) => Promise<boolean>
}

export interface LogSenderDeps {
  readonly logs: Sayings
  readonly client: Client<typeof coordinatorContract>
  readonly clock: Clock
  readonly random: () => number
  readonly line: Readonly<SocketLine>
}

/** What comes within a moment goes along. */
const GATHER_MS = 250
/** Together with reports of presence well below what a coordinator takes of frames. */
const BETWEEN_MS = 250
/** A line that takes up less than this has other things to carry. */
const MOST_UNSENT_BYTES = 131_072
const RETRY = { baseMs: 1_000, maxMs: 30_000 }

const frameOf = ({ bytes, ...piece }: SentPiece): LogPiece => ({ ...piece, content: Buffer.from(bytes).toString('base64') })

/** Sends what jobs say, over the socket where there is one. What cannot be sent in time is left out by those who say it; it never delays anything else. */
export async function runLogSender(deps: LogSenderDeps, signal: AbortSignal): Promise<void> {
  const { logs, clock } = deps
  while ((await logs.wait(signal)) && (await clock.sleep(GATHER_MS, signal)))
    for (let piece = logs.next(LOG_PIECE_BYTES); piece; piece = logs.next(LOG_PIECE_BYTES)) {
      await deliver(deps, piece, signal)
      if (!(await clock.sleep(BETWEEN_MS, signal))) return
    }
}

/** Tries until the piece has gone out, or nobody wants it. */
async function deliver(deps: LogSenderDeps, piece: SentPiece, signal: AbortSignal): Promise<void> {
  const { clock, random, logs } = deps
  for (let failures = 0; !signal.aborted; failures++) {
    const outcome = await send(deps, frameOf(piece))
    if (outcome === 'refused') logs.drop(piece.leaseId)
    if (outcome !== 'later') return
    await clock.sleep(RETRY.baseMs + backoffMs(failures, random(), RETRY), signal)
  }
}

/** A coordinator that keeps no logs has no place for them. */
const isFinal = ({ code }: WindfallError): boolean => code === 'lease.lost' || code === 'not-found' || code.startsWith('input.')

async function send({ client, line }: LogSenderDeps, piece: LogPiece): Promise<'sent' | 'refused' | 'later'> {
  if (line.say !== null) {
    if ((line.unsentBytes?.() ?? 0) > MOST_UNSENT_BYTES) return 'later'
    line.say({ type: 'log', ...piece })
    return 'sent'
  }
  try {
    await client.call('appendLog', piece)
    return 'sent'
  } catch (error) {
    return error instanceof WindfallError && isFinal(error) ? 'refused' : 'later'
  }
}

import type { Lease } from '../../../shared/contract/job.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { Ids } from '../../kernel/ids.ts'
import { createLatch } from '../../kernel/latch.ts'
import { type LiveLog, type LogPiece, createLiveLog } from './live-log.ts'

type Held = Pick<Lease, 'leaseId' | 'token'>

/** What an attempt said, or that it has said all. */
interface SentPiece extends Held, LogPiece {
  /** Names the stretch in which `from` counts: it begins anew with every process of the agent. */
  readonly stream: string
  /** Nothing follows. */
  readonly isLast: boolean
}

/** What the attempts on this machine say. */
export interface LiveLogs {
  readonly write: (lease: Held, bytes: Uint8Array) => void
  /** The attempt has said all. */
  readonly end: (lease: Held) => void
  /** The next piece to send, of every attempt in turn; `null` if nothing waits. */
  readonly next: (mostBytes: number) => SentPiece | null
  /** Nobody wants to hear this attempt. */
  readonly drop: (leaseId: string) => void
  /** Resolves `true` once something may wait to be sent, `false` as soon as `signal` aborts. */
  readonly wait: (signal: AbortSignal) => Promise<boolean>
}

/** While nobody takes what they say, so many attempts that are over are remembered. */
const MOST_OVER = 32

interface Speaker extends Held {
  readonly stream: string
  readonly log: LiveLog
  isOver: boolean
}

export function createLiveLogs({ clock, ids }: { readonly clock: Pick<Clock, 'monotonic'>; readonly ids: Ids }): LiveLogs {
  const speakers = new Map<string, Speaker>()
  const said = createLatch()
  const speakerOf = ({ leaseId, token }: Held): Speaker => {
    const known = speakers.get(leaseId)
    if (known) return known
    const speaker = { leaseId, token, stream: ids.next(), log: createLiveLog(clock), isOver: false }
    speakers.set(leaseId, speaker)
    return speaker
  }
  return {
    write(lease, bytes) {
      speakerOf(lease).log.push(bytes)
      said.raise()
    },
    end(lease) {
      speakerOf(lease).isOver = true
      const over = [...speakers.values()].filter(({ isOver }) => isOver)
      for (const { leaseId } of over.slice(0, Math.max(0, over.length - MOST_OVER))) speakers.delete(leaseId)
      said.raise()
    },
    next(mostBytes) {
      for (const speaker of speakers.values()) {
        const piece = pieceOf(speaker, mostBytes)
        if (!piece) continue
        // Its turn comes again after everybody else's.
        speakers.delete(speaker.leaseId)
        if (!piece.isLast) speakers.set(speaker.leaseId, speaker)
        return piece
      }
      return null
    },
    drop: (leaseId) => void speakers.delete(leaseId),
    wait: said.wait,
  }
}

function pieceOf({ leaseId, token, stream, log, isOver }: Speaker, mostBytes: number): SentPiece | null {
  const piece = log.take(mostBytes)
  if (piece) return { leaseId, token, stream, ...piece, isLast: false }
  return isOver ? { leaseId, token, stream, from: log.said(), bytes: new Uint8Array(), isLast: true } : null
}

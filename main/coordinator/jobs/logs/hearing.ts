/** Takes in what attempts say. */
import { LOG_PIECE_BYTES, type LogPiece } from '../../../../shared/contract/job-log.ts'
import { WindfallError } from '../../../../shared/errors.ts'
import type { Clock } from '../../../kernel/clock.ts'
import { type Db, transact } from '../../persistence/database.ts'
import { attemptOfLease } from '../attempts.ts'
import { isOpen } from '../leases.ts'
import { type Heard, keepHeard } from './keeping.ts'

/** What an attempt may say by the second, and at a time: a little more than its agent lets it, so that no clock decides. */
const BYTES_PER_SECOND = 80_000
const BURST_BYTES = 524_288
/** What waits to be written while the database is slow; more is left out. */
const MOST_WAITING_BYTES = 8_388_608
/** The last of it may arrive this long after the attempt has ended. */
const LATE_MS = 60_000
/** Whose a lease is was looked up at most this long ago. */
const KNOWN_MS = 10_000
const MOST_KNOWN = 20_000

interface Speaker {
  readonly attemptId: string
  readonly nodeId: string
  readonly token: number
  readonly foundAt: number
  /** Of a bucket that holds a burst and drains at the rate. */
  level: number
  at: number
}

export interface LogHearingDeps {
  readonly db: Db
  readonly clock: Pick<Clock, 'now' | 'monotonic'>
}

export interface LogHearing {
  /**
   * Takes a piece of a node in, and returns when it is kept or left out because its attempt says too much at a time. Error: `lease.lost` if the
   * node does not hold the lease and did not a moment ago.
   */
  readonly hear: (nodeId: string, piece: LogPiece) => Promise<void>
  /** Whether this attempt said here that it has said all. */
  readonly isOver: (attemptId: string) => boolean
}

export function createLogHearing({ db, clock }: LogHearingDeps): LogHearing {
  const speakers = new Map<string, Speaker>()
  const over = new Set<string>()
  const keep = createKeeper(db)
  return {
    isOver: (attemptId) => over.has(attemptId),
    async hear(nodeId, { leaseId, token, stream, from, content, isLast }) {
      const bytes = Buffer.from(content, 'base64')
      if (bytes.length > LOG_PIECE_BYTES) throw new WindfallError('input.too-large', `A piece of a log holds at most ${LOG_PIECE_BYTES} bytes.`)
      const speaker = await speakerOf({ db, clock }, speakers, { nodeId, leaseId, token })
      const { attemptId } = speaker
      if (takes(speaker, bytes.length, clock.monotonic())) await keep({ attemptId, stream, source: from, saidAt: clock.now(), content: bytes })
      if (isLast) bounded(over, MOST_KNOWN).add(attemptId)
    },
  }
}

/** Forgets the oldest of what would be too many. */
function bounded<C extends { readonly size: number; readonly keys: () => Iterator<string>; readonly delete: (key: string) => boolean }>(
  all: C,
  most: number,
): C {
  if (all.size >= most) all.delete(all.keys().next().value ?? '')
  return all
}

async function speakerOf(
  { db, clock }: LogHearingDeps,
  speakers: Map<string, Speaker>,
  claim: { readonly nodeId: string; readonly leaseId: string; readonly token: number },
): Promise<Speaker> {
  const { nodeId, leaseId, token } = claim
  const now = clock.monotonic()
  const known = speakers.get(leaseId)
  if (known?.nodeId === nodeId && known.token === token && now - known.foundAt < KNOWN_MS) return known
  const held = await attemptOfLease(db, nodeId, leaseId)
  const isHeld = held && held.attempt.token === token && (isOpen(held.attempt.state) || clock.now() - (held.attempt.endedAt ?? 0) < LATE_MS)
  if (!isHeld) throw new WindfallError('lease.lost', 'This lease has ended or belongs to someone else. What its job says is not kept.')
  const found = { attemptId: held.attempt.attemptId, nodeId, token, foundAt: now, level: known?.level ?? 0, at: known?.at ?? now }
  speakers.delete(leaseId)
  bounded(speakers, MOST_KNOWN).set(leaseId, found)
  return found
}

function takes(speaker: Speaker, bytes: number, now: number): boolean {
  const level = Math.max(0, speaker.level - ((now - speaker.at) / 1_000) * BYTES_PER_SECOND)
  const isTaken = level + bytes <= BURST_BYTES
  speaker.level = isTaken ? level + bytes : level
  speaker.at = now
  return isTaken
}

/** Writes what waits in one transaction at a time: the more is said, the more goes into each. */
function createKeeper(db: Db): (heard: Heard) => Promise<void> {
  let waiting: Heard[] = []
  let waitingBytes = 0
  let writing: Promise<void> = Promise.resolve()
  let next: Promise<void> | null = null
  const write = async (): Promise<void> => {
    next = null
    const heard = waiting
    waiting = []
    waitingBytes = 0
    const byAttempt = Map.groupBy(heard, ({ attemptId }) => attemptId)
    await transact(db, async (tx) => {
      for (const [attemptId, own] of byAttempt) await keepHeard(tx, attemptId, own)
    })
  }
  return async (heard) => {
    if (heard.content.length === 0 || waitingBytes + heard.content.length > MOST_WAITING_BYTES) return
    waiting.push(heard)
    waitingBytes += heard.content.length
    if (next === null) {
      next = writing.then(write, write)
      writing = next
    }
    await next
  }
}

/** How what attempts say is kept. */
import { LOG_KEPT_BYTES, MOST_SAID_BYTES } from '../../../../shared/contract/job-log.ts'
import type { Tx } from '../../persistence/database.ts'
import { type LogRow, type LogTail, createLogsStore } from './logs.store.ts'

/** What arrives within this time goes into one row, up to this size: a job may say a letter at a time. */
const ROW_MS = 5_000
const ROW_BYTES = 4_096

/** What an attempt said, as it arrived. */
export interface Heard extends Pick<LogRow, 'attemptId' | 'stream' | 'source' | 'saidAt' | 'content'> {}

const endOf = ({ position, length }: Pick<LogTail, 'position' | 'length'>): number => position + length

/**
 * Where a piece begins behind what is known, with what of it is new. A process of the agent counts its own bytes: what it left out is a gap, what it
 * says again is known; another process goes on where the one before it was heard last. `null` if nothing is new, or more than any job says was left
 * out: a hostile node could count, a stream after another, to where positions are no longer exact. Pure.
 */
export function placed(tail: LogTail | null, heard: Heard): LogRow | null {
  const row = behind(tail, heard)
  return row && endOf({ position: row.position, length: row.content.length }) <= MOST_SAID_BYTES ? row : null
}

function behind(tail: LogTail | null, heard: Heard): LogRow | null {
  if (heard.content.length === 0) return null
  if (tail?.stream !== heard.stream) return { ...heard, position: tail ? endOf(tail) : 0 }
  const saidAgain = Math.max(0, tail.source + tail.length - heard.source)
  if (saidAgain >= heard.content.length) return null
  const source = heard.source + saidAgain
  return { ...heard, source, content: heard.content.subarray(saidAgain), position: tail.position + (source - tail.source) }
}

const follows = (tail: LogTail, row: LogRow): boolean =>
  row.stream === tail.stream && row.position === endOf(tail) && row.saidAt - tail.saidAt < ROW_MS && tail.length + row.content.length <= ROW_BYTES

/** Keeps what one attempt said, in order, and of all that it ever said the newest {@link LOG_KEPT_BYTES}. */
export async function keepHeard(tx: Tx, attemptId: string, heard: readonly Heard[]): Promise<void> {
  const store = createLogsStore(tx)
  let tail = await store.tail(attemptId)
  for (const piece of heard) {
    const row = placed(tail, piece)
    if (!row) continue
    const isMore = tail !== null && follows(tail, row)
    if (tail !== null && isMore) await store.lengthen(tail, row.content)
    else await store.add([row])
    tail = tail !== null && isMore ? { ...tail, length: tail.length + row.content.length } : { ...row, length: row.content.length }
  }
  if (tail !== null && endOf(tail) > LOG_KEPT_BYTES) await store.forgetBefore(attemptId, endOf(tail) - LOG_KEPT_BYTES)
}

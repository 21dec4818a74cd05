import type { Clock } from '../../kernel/clock.ts'

/** What a job may have sent of what it says: by the second for as long as it runs, and at a time. */
const BYTES_PER_SECOND = 65_536
const BURST_BYTES = 262_144
/** What waits for somebody to take it; of more the oldest is left out. */
const WAITING_BYTES = 262_144

/** Bytes of what a job said, as it said them. */
export interface LogPiece {
  /** How many bytes it had said before: what lies between two pieces was left out. */
  readonly from: number
  readonly bytes: Uint8Array
}

/** What one job says, on its way to whoever submitted it. It never keeps the job waiting. */
export interface LiveLog {
  readonly push: (bytes: Uint8Array) => void
  /** The oldest that waits, at most so many bytes of it; `null` if nothing does. */
  readonly take: (mostBytes: number) => LogPiece | null
  /** How many bytes it has said so far. */
  readonly said: () => number
}

export function createLiveLog(clock: Pick<Clock, 'monotonic'>): LiveLog {
  const waiting: LogPiece[] = []
  let [said, waitingBytes] = [0, 0]
  let [level, at] = [0, clock.monotonic()]
  /** How much of so many bytes may go. */
  const allowed = (bytes: number): number => {
    const now = clock.monotonic()
    level = Math.max(0, level - ((now - at) / 1_000) * BYTES_PER_SECOND)
    at = now
    const granted = Math.min(bytes, Math.floor(BURST_BYTES - level))
    level += granted
    return granted
  }
  return {
    push(bytes) {
      const accepted = allowed(bytes.length)
      // What a runtime hands over may lie in memory that it uses again.
      if (accepted > 0) waiting.push({ from: said, bytes: Uint8Array.from(bytes.subarray(0, accepted)) })
      said += bytes.length
      waitingBytes += accepted
      while (waitingBytes > WAITING_BYTES) waitingBytes -= waiting.shift()?.bytes.length ?? waitingBytes
    },
    take(mostBytes) {
      const piece = joined(waiting, mostBytes)
      waitingBytes -= piece?.bytes.length ?? 0
      return piece
    },
    said: () => said,
  }
}

/** Takes pieces that follow each other without a gap out of `waiting`, and makes them one. */
function joined(waiting: LogPiece[], mostBytes: number): LogPiece | null {
  const [first] = waiting
  if (!first) return null
  const parts: Uint8Array[] = []
  let length = 0
  for (let next: LogPiece | undefined = first; next?.from === first.from + length && length < mostBytes; next = waiting[0]) {
    const part = next.bytes.subarray(0, mostBytes - length)
    parts.push(part)
    length += part.length
    if (part.length === next.bytes.length) waiting.shift()
    else waiting[0] = { from: next.from + part.length, bytes: next.bytes.subarray(part.length) }
  }
  return { from: first.from, bytes: Buffer.concat(parts) }
}

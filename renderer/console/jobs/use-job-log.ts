import { useEffect, useEffectEvent, useState } from 'react'
import type { JobLog } from '../../../shared/contract/job-log.ts'
import { concatBytes, decodeBase64 } from '../../../shared/domain/encoding.ts'
import { useServices } from '../services.ts'
import { type LogLine, createLogReader } from './log-text.ts'

const POLL_MS = 1_000
const AFTER_ERROR_MS = 5_000
const MOST_READ_BYTES = 262_144

interface Read {
  readonly lines: readonly LogLine[]
  readonly isOver: boolean
  readonly expiresAt: string | null
  readonly error: Error | null
  /** Nothing was answered yet. */
  readonly isNew: boolean
}

const NOTHING: Read = { lines: [], isOver: false, expiresAt: null, error: null, isNew: true }

const bytesOf = ({ pieces }: JobLog) => pieces.map(({ from, content }) => ({ from, bytes: decodeBase64(content) ?? new Uint8Array() }))

/** What is read of one attempt, and where it goes on. */
function createReading() {
  const reader = createLogReader()
  const raw: Uint8Array[] = []
  return {
    after: 0,
    reader,
    add(log: JobLog) {
      for (const piece of bytesOf(log)) {
        reader.add(piece)
        raw.push(piece.bytes)
      }
      this.after = log.next
    },
    bytes: () => concatBytes(...raw),
  }
}

/** What an attempt of one's own job says: all that is there, and for as long as it is followed what comes. */
export function useJobLog(jobId: string, attemptId: string, isFollowed: boolean) {
  const { client, clock } = useServices()
  const [reading] = useState(createReading)
  const [read, setRead] = useState(NOTHING)
  /** Whether more is there at once. */
  const readOn = useEffectEvent(async (): Promise<'more' | 'wait' | 'over'> => {
    const log = await client.call('getJobLog', { jobId, attemptId, after: reading.after, since: null, limit: MOST_READ_BYTES })
    const before = reading.after
    reading.add(log)
    setRead({ lines: reading.reader.lines(), isOver: log.isOver, expiresAt: log.expiresAt, error: null, isNew: false })
    if (log.isOver) return 'over'
    return log.next > before ? 'more' : 'wait'
  })
  const failed = useEffectEvent((error: unknown) => setRead((now) => ({ ...now, error: error instanceof Error ? error : new Error(String(error)) })))
  useEffect(() => {
    if (!isFollowed || read.isOver) return
    let stopped = false
    let cancel = () => {}
    const go = async () => {
      if (document.visibilityState === 'hidden') {
        cancel = clock.after(POLL_MS, () => void go())
        return
      }
      try {
        const next = await readOn()
        if (!stopped && next !== 'over') cancel = clock.after(next === 'more' ? 0 : POLL_MS, () => void go())
      } catch (error) {
        if (stopped) return
        failed(error)
        cancel = clock.after(AFTER_ERROR_MS, () => void go())
      }
    }
    void go()
    return () => {
      stopped = true
      cancel()
    }
  }, [clock, isFollowed, read.isOver])
  return { ...read, bytes: reading.bytes }
}

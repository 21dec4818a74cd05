import { backoffMs } from '../../kernel/backoff.ts'

const RECONNECT = { baseMs: 500, maxMs: 30_000 }
/** Spreads a fleet that lost the same coordinator at the same moment: ten thousand handshakes at once would keep the next one busy for seconds. */
const AFTER_LOSS = { baseMs: 30_000, maxMs: 30_000 }
/** A coordinator that is stopping sends its agents away one handshake after another, and others are there already: they need not be waited for. */
const SENT_AWAY = { baseMs: 10_000, maxMs: 10_000 }
const PAUSE_MS = 100
/** Service Restart, of the IANA registry of RFC 6455: connect again, after a random time. */
export const RESTART = 1012

export interface Tries {
  readonly failures: number
  /** The coordinator has welcomed this agent before, as it has its whole fleet. */
  readonly wasWelcomed: boolean
  /** The coordinator said that it is stopping. */
  readonly wasSentAway: boolean
  /** On this machine: there is no fleet on it. */
  readonly isLocal: boolean
}

const spreadOf = ({ wasWelcomed, wasSentAway, isLocal }: Tries) => {
  if (isLocal || !wasWelcomed) return RECONNECT
  return wasSentAway ? SENT_AWAY : AFTER_LOSS
}

/** How long to wait before the next try, ms: full jitter, over ten seconds if the coordinator sent the agent away, and over half a minute once a connection was lost. `random` is in [0, 1). */
export const reconnectMs = (tries: Tries, random: number): number => backoffMs(tries.failures, random, spreadOf(tries)) + PAUSE_MS

import type { AgentStatus } from '../../../shared/contract/agent.ts'
import { toIso } from '../../../shared/units.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { Logger } from '../../kernel/log.ts'
import { type CatchUp, afterDelivery, describeCatchUp } from './catch-up.ts'
import { describeSkew } from './coordinator-time.ts'
import { type LinkFacts, linkView } from './link-state.ts'

export interface LinkStatusDeps {
  readonly url: string | null
  readonly clock: Pick<Clock, 'now'>
  /** How far the clock of this machine is ahead; `null` while that is not known. */
  readonly skewMs: () => number | null
  readonly log: Pick<Logger, 'warn' | 'info'>
  readonly changed: () => void
  /** The link has come up. */
  readonly connected: () => void
}

export interface LinkStatus {
  readonly view: () => AgentStatus['coordinator']
  readonly socket: (state: LinkFacts['socket'], message: string | null) => void
  /** A request was taken, or why it was not. */
  readonly http: (message: string | null) => void
  /** A report has left; so many wait. */
  readonly delivered: (waiting: number) => void
  /** The clocks were compared. */
  readonly timed: () => void
  /** The coordinator was heard of just now. */
  readonly touch: () => void
}

/** What the owner is told about the link, gathered from everything that uses it. */
export function createLinkStatus({ url, clock, skewMs, log, changed, connected }: LinkStatusDeps): LinkStatus {
  let facts: Pick<LinkFacts, 'socket' | 'socketMessage' | 'http'> = { socket: 'connecting', socketMessage: null, http: null }
  let backlog: CatchUp | null = null
  let lastSyncAt: string | null = null
  let wrongClock: string | null = null
  const link = () => linkView({ ...facts, clock: describeSkew(skewMs()), backlog: describeCatchUp(backlog) })
  const touch = () => {
    lastSyncAt = toIso(clock.now())
  }
  const learn = (news: Partial<typeof facts>) => {
    const before = link()
    facts = { ...facts, ...news }
    const after = link()
    if (after.state === 'connected' && before.state !== 'connected') connected()
    if (after.state !== before.state || after.message !== before.message) changed()
  }
  return {
    touch,
    view: () => (url === null ? { state: 'unconfigured', url, lastSyncAt, message: null } : { ...link(), url, lastSyncAt }),
    socket(state, message) {
      if (state === 'connected') touch()
      // Another try is no news: what is known of the last one stands until it has ended.
      learn({ socket: state === 'connecting' && facts.socketMessage !== null ? 'offline' : state, ...(state !== 'connecting' && { socketMessage: message }) })
    },
    http(message) {
      if (message === null) touch()
      learn({ http: message === null ? { ok: true } : { ok: false, message } })
    },
    delivered(waiting) {
      touch()
      backlog = afterDelivery(backlog, waiting)
      changed()
    },
    timed() {
      const told = describeSkew(skewMs())
      if (told !== null && wrongClock === null) log.warn({ aheadMs: Math.round(skewMs() ?? 0) }, told)
      if (told === null && wrongClock !== null) log.info('the clock of this machine is right again')
      if (told !== wrongClock) changed()
      wrongClock = told
    },
  }
}

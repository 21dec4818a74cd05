import type { Capabilities } from '../../shared/contract/node.ts'
import { messageOf } from '../../shared/errors.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Logger } from '../kernel/log.ts'

export interface AnnouncerDeps {
  readonly clock: Clock
  readonly log: Pick<Logger, 'info'>
  readonly capabilities: (signal: AbortSignal) => Promise<Capabilities>
  /** Tells the coordinator. Rejects if it could not be told. */
  readonly tell: (capabilities: Capabilities) => Promise<unknown>
}

export interface Announcer {
  /** What this machine can do now; what the next enrolment tells. */
  readonly capabilities: (signal: AbortSignal) => Promise<Capabilities>
  /** The coordinator has been told what was asked for last. */
  readonly enrolled: () => void
  /** Something may have changed. */
  readonly raise: () => void
  readonly run: (signal: AbortSignal) => Promise<void>
}

/** Changes come in groups: a driver update takes a card away and brings it back. */
const GATHER_MS = 2_000
const RETRY_MS = 15_000

/** Tells the coordinator again what this machine can do, when that is no longer what it was told. */
export function createAnnouncer({ clock, log, capabilities, tell }: AnnouncerDeps): Announcer {
  let asked = ''
  let told: string | null = null
  let raised = Promise.withResolvers<void>()
  const ask = async (signal: AbortSignal): Promise<Capabilities> => {
    const current = await capabilities(signal)
    asked = JSON.stringify(current)
    return current
  }
  const announce = async (signal: AbortSignal): Promise<void> => {
    const current = await ask(signal)
    const text = JSON.stringify(current)
    // Before enrolment there is nobody to tell, and enrolment tells it all.
    if (told === null || text === told) return
    await tell(current)
    told = text
    log.info({ gpus: current.gpus.length }, 'the coordinator was told what this machine can do now')
  }
  return {
    capabilities: ask,
    enrolled: () => {
      told = asked
    },
    raise: () => raised.resolve(),
    async run(signal) {
      const over = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
      for (;;) {
        await Promise.race([raised.promise, over])
        if (!(await clock.sleep(GATHER_MS, signal))) return
        raised = Promise.withResolvers()
        try {
          await announce(signal)
        } catch (error) {
          log.info({ reason: messageOf(error) }, 'the coordinator does not know yet what this machine can do now')
          void clock.sleep(RETRY_MS, signal).then(() => raised.resolve())
        }
      }
    },
  }
}

import type { AgentPayout } from '../../shared/contract/agent.ts'
import type { Clock } from '../kernel/clock.ts'
import type { AgentClient } from './agent-watch.ts'
import { claimableOf, type Known } from './owner-news.ts'

/** How often the coordinator is asked what can be claimed while a job earns. */
const TERMS_EVERY_MS = 5 * 60_000
const NEWEST = 50

export interface OwnerMoney {
  readonly known: () => Pick<Known, 'payouts' | 'claimable'>
  /** Asks again; what nobody answers stays as it was. `payouts`: one has another state, so that it cannot wait. */
  readonly look: (payouts: boolean) => Promise<void>
}

/** What the tray and the notifications know of the owner's money. */
export function watchMoney(agent: AgentClient, clock: Pick<Clock, 'monotonic'>): OwnerMoney {
  let payouts: readonly AgentPayout[] | null = null
  let claimable: string | null | undefined = undefined
  let askedAt: number | null = null
  const lookAtPayouts = async () => {
    payouts = (await agent.call('listPayouts', { after: null, limit: NEWEST }).catch(() => null))?.items ?? payouts
  }
  const lookAtTerms = async () => {
    askedAt = clock.monotonic()
    const terms = await agent.call('getPayoutTerms', {}).catch(() => null)
    if (terms) claimable = claimableOf(terms)
  }
  return {
    known: () => ({ payouts, claimable }),
    look: async (changed) => {
      const due = changed || askedAt === null || clock.monotonic() - askedAt >= TERMS_EVERY_MS
      await Promise.all([...(changed || payouts === null ? [lookAtPayouts()] : []), ...(due ? [lookAtTerms()] : [])])
    },
  }
}

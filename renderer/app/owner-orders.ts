import type { AgentStatus } from '../../shared/contract/agent.ts'
import { type OwnerVerb, isPaused } from '../../shared/domain/owner-commands.ts'
import { ANYWAY_MS, pauseEnd } from '../../shared/domain/pauses.ts'
import { t } from '../../shared/i18n/translate.ts'
import { toIso } from '../../shared/units.ts'
import { formatMoment } from '../lib/format.ts'
import type { OwnerOrder } from './queries.ts'

/** What a verb of the owner's asks of the agent at `now` (epoch ms). */
export function orderOf(verb: OwnerVerb, now: number): OwnerOrder {
  if (verb.do === 'run-anyway') return { do: verb.do, until: toIso(now + ANYWAY_MS) }
  if (verb.do !== 'pause') return verb
  const end = pauseEnd(verb.until, now)
  return { do: 'pause', until: end === null ? null : toIso(end) }
}

type Before = Pick<AgentStatus, 'display' | 'policy' | 'reasons' | 'pausedUntil' | 'finishing' | 'anywayUntil'>

/** The orders that make things as they were before a verb, first to last; none where that would end an alarm, or cannot bring one back. */
export function wayBack(verb: OwnerVerb, before: Before, now: number): readonly OwnerOrder[] {
  if (isPaused(before)) return [{ do: 'pause', until: before.pausedUntil }]
  // To resume would end the alarm.
  if (before.policy === 'fault') return []
  const goOn: readonly OwnerOrder[] = verb.do === 'resume' ? [] : [{ do: 'resume' }]
  if (before.finishing) return [...goOn, { do: 'finish' }]
  if (before.anywayUntil !== null && Date.parse(before.anywayUntil) > now) return [...goOn, { do: 'run-anyway', until: before.anywayUntil }]
  return goOn
}

/** What was done, once it is. */
export function doneText(order: OwnerOrder, now: number): string {
  switch (order.do) {
    case 'pause':
      return order.until === null ? t('Paused until you resume.') : t('Paused until {time}.', { time: formatMoment(order.until, now) })
    case 'resume':
      return t('Resumed.')
    case 'finish':
      return t('What runs is finished, then Windfall pauses.')
    case 'run-anyway':
      return t('Jobs run anyway until {time}.', { time: formatMoment(order.until, now) })
  }
}

/** How fast the owner got the machine back, in words. */
import type { Yield, YieldTimes } from '../../shared/contract/yield.ts'
import { reasonTitle } from '../../shared/domain/reason-words.ts'
import { t } from '../../shared/i18n/translate.ts'
import { formatDelay, formatMoment } from './format.ts'

/** From the signal until the last of every job was gone; `null` where it is not known, or has not come to pass. */
function totalMs({ kind, computeStoppedMs, goneMs, memory, memoryMs }: Yield): number | null {
  if (kind === 'rested') return computeStoppedMs
  return goneMs === null || memory === 'held' ? null : Math.max(goneMs, memoryMs ?? 0)
}

/** `Last gave your GPU back in 0.4 s`; `null` where nothing was measured. */
export function lastYieldText(last: Yield | null): string | null {
  if (last === null) return null
  if (last.memory === 'held') return t('Last time, the memory of your GPU did not come back in time')
  const total = totalMs(last)
  if (total === null) return null
  const delay = formatDelay(total)
  if (last.kind === 'rested') return t('Last stood still for you within {delay}', { delay })
  return last.memory === null ? t('Last gave your computer back in {delay}', { delay }) : t('Last gave your GPU back in {delay}', { delay })
}

/** `median 0.5 s of 12`; `null` where one figure is all there is. */
export const medianText = ({ count, p50Ms }: YieldTimes): string | null =>
  count < 2 || p50Ms === null ? null : t('median {delay} of {count}', { delay: formatDelay(p50Ms), count })

const MEMORY = {
  back: (delay: string) => t('all of the GPU memory free again after {delay}', { delay }),
  others: (delay: string) => t('no GPU memory held by jobs after {delay}, though other programs use more than before', { delay }),
  held: (delay: string) => t('GPU memory still taken after {delay}', { delay }),
} as const

function stepsOf({ decidedMs, computeStoppedMs, goneMs, memory, memoryMs }: Yield): string {
  return [
    t('decided after {delay}', { delay: formatDelay(decidedMs) }),
    ...(computeStoppedMs === null ? [] : [t('computing stopped after {delay}', { delay: formatDelay(computeStoppedMs) })]),
    ...(goneMs === null ? [] : [t('nothing left running after {delay}', { delay: formatDelay(goneMs) })]),
    ...(memory === null || memoryMs === null ? [] : [MEMORY[memory](formatDelay(memoryMs))]),
  ].join(', ')
}

/** How the figures were measured and what they are made of. */
export function yieldMethod(last: Yield, times: YieldTimes, now: number): readonly string[] {
  const { count, p50Ms, p95Ms } = times
  return [
    t('Measured on this computer, not estimated. {time}, “{reason}”: {steps}.', {
      time: formatMoment(last.at, now),
      reason: reasonTitle(last.code),
      steps: stepsOf(last),
    }),
    t('Time runs from the moment it happened, or from when Windfall first saw it where that moment is not known.'),
    ...(count === 0 || p50Ms === null || p95Ms === null
      ? []
      : [
          t('Of the last {count, plural, one {time} other {# times}} work had to stop, half took at most {half}, and 95 of 100 at most {most}.', {
            count,
            half: formatDelay(p50Ms),
            most: formatDelay(p95Ms),
          }),
        ]),
  ]
}

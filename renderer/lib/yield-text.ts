/** How fast the owner got the machine back, in words. */
import type { Yield, YieldTimes } from '../../shared/contract/yield.ts'
import { REASON_TITLE } from '../../shared/domain/reason-words.ts'
import { formatDelay, formatMoment } from './format.ts'

/** From the signal until the last of every job was gone; `null` where it is not known, or has not come to pass. */
function totalMs({ kind, computeStoppedMs, goneMs, memory, memoryMs }: Yield): number | null {
  if (kind === 'rested') return computeStoppedMs
  return goneMs === null || memory === 'held' ? null : Math.max(goneMs, memoryMs ?? 0)
}

/** `Last gave your GPU back in 0.4 s`; `null` where nothing was measured. */
export function lastYieldText(last: Yield | null): string | null {
  if (last === null) return null
  if (last.memory === 'held') return 'Last time, the memory of your GPU did not come back in time'
  const total = totalMs(last)
  if (total === null) return null
  if (last.kind === 'rested') return `Last stood still for you within ${formatDelay(total)}`
  return `Last gave your ${last.memory === null ? 'computer' : 'GPU'} back in ${formatDelay(total)}`
}

/** `median 0.5 s of 12`; `null` where one figure is all there is. */
export const medianText = ({ count, p50Ms }: YieldTimes): string | null => (count < 2 || p50Ms === null ? null : `median ${formatDelay(p50Ms)} of ${count}`)

const MEMORY = {
  back: (delay: string) => `all of the GPU memory free again after ${delay}`,
  others: (delay: string) => `no GPU memory held by jobs after ${delay}, though other programs use more than before`,
  held: (delay: string) => `GPU memory still taken after ${delay}`,
} as const

function stepsOf({ decidedMs, computeStoppedMs, goneMs, memory, memoryMs }: Yield): string {
  return [
    `decided after ${formatDelay(decidedMs)}`,
    ...(computeStoppedMs === null ? [] : [`computing stopped after ${formatDelay(computeStoppedMs)}`]),
    ...(goneMs === null ? [] : [`nothing left running after ${formatDelay(goneMs)}`]),
    ...(memory === null || memoryMs === null ? [] : [MEMORY[memory](formatDelay(memoryMs))]),
  ].join(', ')
}

/** How the figures were measured and what they are made of. */
export function yieldMethod(last: Yield, times: YieldTimes, now: number): readonly string[] {
  const { count, p50Ms, p95Ms } = times
  return [
    `Measured on this computer, not estimated. ${formatMoment(last.at, now)}, “${REASON_TITLE[last.code]}”: ${stepsOf(last)}.`,
    'Time runs from the moment it happened, or from when Windfall first saw it where that moment is not known.',
    ...(count === 0 || p50Ms === null || p95Ms === null
      ? []
      : [`Of the last ${count} times work had to stop, half took at most ${formatDelay(p50Ms)}, and 95 of 100 at most ${formatDelay(p95Ms)}.`]),
  ]
}

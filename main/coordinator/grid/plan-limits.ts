import { WindfallError } from '../../../shared/errors.ts'
import type { Clock } from '../../kernel/clock.ts'

const ASK_AGAIN_MS = 86_400_000

/**
 * What a provider refused because it is not paid for, so that it is not asked for again for a day. `feature` finishes the sentence “Your
 * plan does not include …”.
 */
export function createPlanLimits(clock: Pick<Clock, 'now'>, provider: string) {
  const refusedUntil = new Map<string, number>()
  return {
    excludes: (feature: string): boolean => clock.now() < (refusedUntil.get(feature) ?? -Infinity),
    refuse: (feature: string): void => void refusedUntil.set(feature, clock.now() + ASK_AGAIN_MS),
    errorOf: (feature: string): WindfallError =>
      new WindfallError('config.invalid', `Your ${provider} plan does not include ${feature}. Windfall uses other sources and asks again in a day.`),
  }
}

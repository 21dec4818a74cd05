import { WindfallError } from '../../../shared/errors.ts'
import type { FakeClock } from '../../kernel/clock.fake.ts'
import type { Clock } from '../../kernel/clock.ts'
import { type HttpClient, type HttpManners, createHttpClient } from '../../kernel/http-client.ts'
import { COMMON_FAULTS } from './provider-server.fake.ts'

/** Every common fault that answers at all. */
export const ANSWERED_FAULTS = COMMON_FAULTS.filter((fault) => fault !== 'hang')

/** Pauses between requests and tries pass at once; a time limit runs out only when a test moves the clock. */
const impatient = (clock: FakeClock, pauseMs: number): Clock => ({
  ...clock,
  sleep: async (ms, signal) => (ms > pauseMs ? clock.sleep(ms, signal) : (await clock.advance(ms), true)),
})

/** A client over real sockets with the manners of a provider, on a clock that only a test moves. Pauses up to two seconds pass at once. */
export const trialHttp = (clock: FakeClock, manners: Partial<HttpManners>): HttpClient =>
  createHttpClient({ clock: impatient(clock, 2_000), random: () => 0.5, manners })

/** How a question failed. Throws unless it failed with words for a person. */
export async function failureOf(asked: Promise<unknown>): Promise<WindfallError> {
  const outcome: unknown = await asked.catch((error: unknown) => error)
  if (outcome instanceof WindfallError && outcome.message.length > 20) return outcome
  throw new Error('expected a failure with a reason', { cause: outcome })
}

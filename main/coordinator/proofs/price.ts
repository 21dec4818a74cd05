import type { JobSpec } from '../../../shared/contract/job.ts'
import { type MicroUsd, microUsd } from '../../../shared/units.ts'

const MS_PER_HOUR = 3_600_000n

/** What a verified run costs its requester: hourly price × duration, whole micro-USD, rounded down, never more than the agreed maximum. */
export function priceOf({ microUsdPerHour, maxMicroUsd }: JobSpec['price'], durationMs: number): MicroUsd {
  const price = (BigInt(microUsdPerHour) * BigInt(Math.floor(durationMs))) / MS_PER_HOUR
  const most = BigInt(maxMicroUsd)
  return microUsd(price < most ? price : most)
}

/** What a run costs its requester, and what of that the node gets. */
import type { JobSpec } from '../contract/job.ts'
import { type MicroUsd, microUsd } from '../units.ts'

const MS_PER_HOUR = 3_600_000n
const NODE_PERCENT = 85n

/** What a verified run costs its requester: hourly price × duration, whole micro-USD, rounded down, never more than the agreed maximum. */
export function priceOf({ microUsdPerHour, maxMicroUsd }: JobSpec['price'], durationMs: number): MicroUsd {
  const price = (BigInt(microUsdPerHour) * BigInt(Math.floor(durationMs))) / MS_PER_HOUR
  const most = BigInt(maxMicroUsd)
  return microUsd(price < most ? price : most)
}

/** How many results of a job its requester wants to agree. */
export const neededResults = ({ quorum }: Pick<JobSpec, 'quorum'>): number => quorum?.results ?? 1

/** The most a job may cost its requester: each of the results that have to agree is paid like one. It is set aside when the job is submitted. */
export const mostMicroUsd = (spec: Pick<JobSpec, 'price' | 'quorum'>): MicroUsd => microUsd(BigInt(spec.price.maxMicroUsd) * BigInt(neededResults(spec)))

/**
 * What each run of a job costs, in their order: what the price of all run time up to its end is above that of the runs before it. So they add up
 * to {@link priceOf} all of it, exactly, and never to more than the agreed maximum.
 */
export function pricesOf(price: JobSpec['price'], durationsMs: readonly number[]): MicroUsd[] {
  let [ranMs, paid] = [0, 0n]
  return durationsMs.map((durationMs) => {
    ranMs += Math.floor(durationMs)
    const before = paid
    paid = priceOf(price, ranMs)
    return microUsd(paid - before)
  })
}

/** 85 % to the node, 15 % to the platform. The platform's share is rounded down, so the odd micro-USD is the node's and none is lost. */
export function splitPrice(price: MicroUsd): { node: MicroUsd; platform: MicroUsd } {
  const platform = microUsd((price * (100n - NODE_PERCENT)) / 100n)
  return { node: microUsd(price - platform), platform }
}

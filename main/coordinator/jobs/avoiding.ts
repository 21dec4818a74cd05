/** Which nodes a job keeps away from for a while, because they gave it back before it had begun, or never said a word about it. Pure; times are epoch milliseconds. */
import type { Unbegun } from './attempts.store.ts'

/** What stood in the way there may pass; doubled with each time. */
const FIRST_MS = 60_000
const LONGEST_MS = 1_800_000

const restMs = (times: number): number => Math.min(LONGEST_MS, FIRST_MS * 2 ** (times - 1))

/** By job. Without it, a job and a node whose owner lends nothing for it would be brought together again at once, and so without end. */
export function avoidedNodes(unbegun: readonly Unbegun[], now: number): ReadonlyMap<string, readonly string[]> {
  const alike = Map.groupBy(unbegun, ({ jobId, nodeId }) => `${jobId} ${nodeId}`)
  const avoided = [...alike.values()].flatMap((times) => {
    const [first] = times
    const lastAt = Math.max(...times.map(({ endedAt }) => endedAt))
    return first && now < lastAt + restMs(times.length) ? [first] : []
  })
  return new Map([...Map.groupBy(avoided, ({ jobId }) => jobId)].map(([jobId, all]) => [jobId, all.map(({ nodeId }) => nodeId).toSorted()]))
}

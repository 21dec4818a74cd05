/** How many of the jobs that wait for nothing but a place are planned ahead of their turn. Pure; times are epoch milliseconds. */
import { isTrialJob } from '../../../shared/domain/node-standing.ts'
import { type PlaceKind, placeKindFor, placesOf } from '../../../shared/domain/places.ts'
import { fromIso } from '../../../shared/units.ts'
import type { KnownNode } from './ports.ts'
import type { JobAtHand } from './world.ts'

/** Whoever has so little time left is planned at once, so that it is known what becomes of it. */
const PRESSED_MS = 3_600_000
const [LEAST, TIMES] = [50, 4]

const KINDS: readonly PlaceKind[] = ['gpu', 'processor']

/** By kind of place: as many as all willing machines have, and as many as went since the last round, four times over, so that none waits for the next one. */
export function stockOf(nodes: readonly KnownNode[], wentSince: number): ReadonlyMap<PlaceKind, number> {
  const willing = nodes.filter(({ online, ready }) => online && ready)
  const places = (kind: PlaceKind): number => willing.reduce((sum, { capabilities }) => sum + placesOf(capabilities, kind), 0)
  return new Map(KINDS.map((kind) => [kind, Math.max(LEAST, TIMES * (places(kind) + wentSince))]))
}

const kindOf = ({ job }: Pick<JobAtHand, 'job'>): PlaceKind => placeKindFor(job.spec.needs)

/** Jobs that agree in this can be taken by the same machines. */
const alikeIn = ({ job: { spec } }: Pick<JobAtHand, 'job'>): string =>
  JSON.stringify([spec.zones, spec.runtime.name, spec.needs, spec.limits.memoryBytes, isTrialJob(spec)])

/** Whether a job could begin whenever there is a place, and has the time to wait for one. */
function canWait({ job, restMs }: JobAtHand, now: number): boolean {
  const { carbon, earliestStart, deadline } = job.spec
  if (carbon.rule !== 'now' || carbon.capG !== null || (earliestStart !== null && fromIso(earliestStart) > now)) return false
  return fromIso(deadline) - now - 2 * restMs >= PRESSED_MS
}

/**
 * Which jobs are planned now, of those in the order of their turns. What waits for its window is planned, and what is pressed for time; of what only waits
 * for a place and nobody has looked at, those that have fewer before them that the same machines can take than `stock` says: where in a long line a job
 * stands says when it begins, and a plan for each, made again and written down in every round, would say nothing more. `heldBack`: of which kinds some are
 * left out.
 */
export function keepStock(
  all: readonly JobAtHand[],
  { now, stock }: { readonly now: number; readonly stock: ReadonlyMap<PlaceKind, number> },
): { readonly kept: readonly JobAtHand[]; readonly heldBack: ReadonlySet<PlaceKind> } {
  const before = new Map<string, number>()
  const heldBack = new Set<PlaceKind>()
  const kept = all.filter((one) => {
    const { state, plannedAt } = one.job
    const isFresh = state === 'queued' && plannedAt === null
    if ((!isFresh && state !== 'planned') || !canWait(one, now)) return true
    const [kind, alike] = [kindOf(one), alikeIn(one)]
    const ahead = before.get(alike) ?? 0
    if (isFresh && ahead >= (stock.get(kind) ?? 0)) {
      heldBack.add(kind)
      return false
    }
    before.set(alike, ahead + 1)
    return true
  })
  return { kept, heldBack }
}

import type { JobSpec } from '../../../shared/contract/job.ts'
import { type PlaceKind, placeKindFor, placesFor, placesOf } from '../../../shared/domain/places.ts'
import { type Calendar, emptyCalendar, take } from './calendar.ts'
import { type Eligible, eligibleFor, kindOf } from './eligible.ts'
import { type Host, toHost } from './host.ts'
import type { PlanInput } from './input.ts'
import { marketsOf } from './markets.ts'

/** All of a round but its jobs. */
export interface World {
  readonly now: number
  readonly hosts: readonly Host[]
  /** From the first of them on by id. */
  readonly pools: ReadonlyMap<string, readonly Host[]>
  /** What a node has for a job; `null` if there is no such node, or nothing. */
  readonly hostOf: (nodeId: string | null, needs: JobSpec['needs']) => Host | null
  readonly eligible: (spec: JobSpec) => Eligible
  /** What is taken on each host by leases of others than the given jobs. */
  readonly calendars: (planned: ReadonlySet<string>) => readonly Calendar[]
}

/** A job that runs longer than it should keeps its machine; how long is anybody's guess, and made again in every round. */
const OVERDUE_MS = 900_000
const KINDS: readonly PlaceKind[] = ['processor', 'gpu']

const ownCalendar = ({ taken }: Host, now: number, planned: ReadonlySet<string>): Calendar => {
  const calendar = emptyCalendar()
  for (const { jobId, gpus, until } of taken)
    if (!planned.has(jobId)) take(calendar, [{ from: now, to: until > now ? until : now + OVERDUE_MS }], placesFor({ gpus }))
  return calendar
}

/** Nodes and zones made ready for any number of jobs. Everything that only depends on them is worked out once, when it is first asked for. */
export function prepareWorld({ now, nodes, zones }: Omit<PlanInput, 'jobs'>): World {
  const marketOf = marketsOf(nodes, zones, now)
  const parts = nodes.flatMap((node) => KINDS.flatMap((kind) => (placesOf(node.capabilities, kind) > 0 ? [{ node, kind }] : [])))
  const hosts = parts.map(({ node, kind }, index) => toHost(node, { index, kind, market: marketOf(node), now }))
  const byId = new Map(hosts.map((host) => [`${host.kind} ${host.node.nodeId}`, host]))
  const hostOf: World['hostOf'] = (nodeId, needs) => byId.get(`${placeKindFor(needs)} ${nodeId}`) ?? null
  const pools = Map.groupBy(
    hosts.toSorted((a, b) => (a.node.nodeId < b.node.nodeId ? -1 : 1)),
    ({ pool }) => pool,
  )
  const known = new Map<string, Eligible>()
  return {
    now,
    hosts,
    pools,
    hostOf,
    eligible(spec) {
      const kind = kindOf(spec)
      const eligible = known.get(kind) ?? eligibleFor(spec, nodes, hostOf)
      known.set(kind, eligible)
      return eligible
    },
    calendars: (planned) => hosts.map((host) => ownCalendar(host, now, planned)),
  }
}

import { type PlaceKind, placeKindFor, placesOf } from '../../../shared/domain/places.ts'
import type { PlannerNode } from './input.ts'
import type { Market } from './markets.ts'
import { openTimes } from './open-hours.ts'
import type { Run } from './timing/runs.ts'

/** The places of one kind that a node has, in time. */
export interface Host {
  readonly index: number
  readonly node: PlannerNode
  readonly kind: PlaceKind
  /** What holds them: leases of jobs of the kind. */
  readonly taken: PlannerNode['taken']
  /** `null` where nothing is known of its zone. */
  readonly market: Market | null
  readonly places: number
  /** Nodes with the same one are interchangeable, to every job. */
  readonly pool: string
  /** It takes one job at a time, and neither its owner nor a lease keeps it from taking one at any hour. */
  readonly isPlain: boolean
  /** When its owner is likely to let it work. */
  readonly open: readonly Run[]
}

type Part = Pick<Host, 'node' | 'kind' | 'taken'>

const isPlain = ({ node, kind, taken }: Part): boolean =>
  node.online && node.ready && node.availability === null && taken.length === 0 && placesOf(node.capabilities, kind) === 1

/** Free places of nodes that have one of the kind are one pool, if the nodes are alike in all that a job can ask for. Any other is one of its own. */
function poolOf(part: Part): string {
  const { node, kind } = part
  if (!isPlain(part)) return `${node.nodeId} ${kind}`
  const { zone, runtimes, gpus, ramBytes } = node.capabilities
  const sizes = kind === 'gpu' ? gpus.map(({ vramBytes }) => vramBytes) : null
  return JSON.stringify([zone, node.priceMinorPerKWh, ramBytes, runtimes.map(({ name }) => name), sizes])
}

type HostIn = Pick<Host, 'index' | 'kind' | 'market'> & { readonly now: number }

export function toHost(node: PlannerNode, { index, kind, market, now }: HostIn): Host {
  const part = { node, kind, taken: node.taken.filter((lease) => placeKindFor(lease) === kind) }
  return { ...part, index, market, places: placesOf(node.capabilities, kind), pool: poolOf(part), isPlain: isPlain(part), open: openTimes(node, now) }
}

/** Which jobs go to the nodes they are planned on, which cannot, and what is left for those. Pure; times are epoch milliseconds. */
import { type PlaceKind, placeKindFor, placesFor, placesOf } from '../../../shared/domain/places.ts'
import type { Holdings } from './holdings.ts'
import { LEASE_LEAD_MS } from './leases.ts'
import type { DisplacedJob, FreeNode, KnownNode } from './ports.ts'
import type { Due } from './rounds.ts'

/** `away`: its node is not there, or its owner does not let it work. `full`: something else is still at the place. */
export interface Displaced extends DisplacedJob {
  readonly due: Due
  readonly because: 'away' | 'full'
}

export interface HandingOut {
  /** In the order in which they are due. */
  readonly own: readonly Due[]
  readonly displaced: readonly Displaced[]
  /** Nodes that have something left for those, in their zones. */
  readonly free: readonly FreeNode[]
}

export interface Standing {
  readonly now: number
  readonly due: readonly Due[]
  readonly nodes: readonly KnownNode[]
  readonly holdings: Holdings
  /** Places that leases held when everything was planned and hold no longer. */
  readonly freed: (nodeId: string, kind: PlaceKind) => number
}

interface Places {
  readonly node: (nodeId: string) => KnownNode | undefined
  readonly left: (node: KnownNode, kind: PlaceKind) => number
  readonly take: (due: Due) => void
}

const kindOf = ({ spec }: Due): PlaceKind => placeKindFor(spec.needs)

const placeOf = (nodeId: string, kind: PlaceKind): string => `${kind} ${nodeId}`

function placesNow({ nodes, holdings }: Pick<Standing, 'nodes' | 'holdings'>): Places {
  const known = new Map(nodes.flatMap((node) => (node.online && node.ready ? [[node.nodeId, node]] : [])))
  const given = new Map<string, number>()
  return {
    node: (nodeId) => known.get(nodeId),
    left: ({ nodeId, capabilities }, kind) => placesOf(capabilities, kind) - holdings.taken(nodeId, kind) - (given.get(placeOf(nodeId, kind)) ?? 0),
    take(due) {
      const place = placeOf(due.nodeId, kindOf(due))
      given.set(place, (given.get(place) ?? 0) + placesFor(due.spec.needs))
    },
  }
}

/** What was only planned for later because others were to be there until then may begin when they end early; the first of them on each node. */
function broughtForward({ now, due, freed }: Standing, places: Places): readonly Due[] {
  const found: Due[] = []
  const next = due.filter(({ from, asSoonAsPossible }) => asSoonAsPossible !== null && asSoonAsPossible <= now && from - now > LEASE_LEAD_MS)
  const freedLeft = new Map<string, number>()
  for (const one of next.toSorted((a, b) => a.from - b.from)) {
    const [node, kind, needed] = [places.node(one.nodeId), kindOf(one), placesFor(one.spec.needs)]
    const key = placeOf(one.nodeId, kind)
    const left = freedLeft.get(key) ?? freed(one.nodeId, kind)
    if (!node || left < needed || places.left(node, kind) < needed) {
      // Whoever comes later on this node does not overtake.
      freedLeft.set(key, 0)
      continue
    }
    freedLeft.set(key, left - needed)
    places.take(one)
    found.push(one)
  }
  return found
}

const displace = (due: Due, because: Displaced['because'], now: number): Displaced => ({
  jobId: due.jobId,
  spec: due.spec,
  zone: due.zone,
  until: now + (due.to - due.from),
  avoids: due.avoids,
  due,
  because,
})

function freeFor(displaced: readonly Displaced[], { due, nodes }: Standing, { places, gone }: { places: Places; gone: ReadonlySet<string> }): FreeNode[] {
  const zones = new Set(displaced.map(({ zone }) => zone))
  const kinds = new Set(displaced.map((one) => kindOf(one.due)))
  const candidates = nodes.flatMap((node) => {
    const free = { processor: places.left(node, 'processor'), gpu: places.left(node, 'gpu') }
    return zones.has(node.capabilities.zone) && places.node(node.nodeId) && [...kinds].some((kind) => free[kind] > 0) ? [{ node, free }] : []
  })
  if (candidates.length === 0) return []
  const promised = Map.groupBy(
    due.filter(({ jobId }) => !gone.has(jobId)),
    ({ nodeId }) => nodeId,
  )
  return candidates.map(({ node, free }) => ({
    node,
    free,
    promised: (promised.get(node.nodeId) ?? []).map((one) => ({ kind: kindOf(one), places: placesFor(one.spec.needs), from: one.from })),
  }))
}

/** The node of the plan comes first for every job; only what it cannot take is brought together with others. */
export function handOut(standing: Standing): HandingOut {
  const { now, due } = standing
  const places = placesNow(standing)
  const own: Due[] = []
  const displaced: Displaced[] = []
  for (const one of due) {
    // One whose time has passed is planned again before long; until then late is better than never.
    if (one.from - now > LEASE_LEAD_MS) continue
    const node = places.node(one.nodeId)
    const fits = node && places.left(node, kindOf(one)) >= placesFor(one.spec.needs)
    if (!fits) displaced.push(displace(one, node ? 'full' : 'away', now))
    else {
      places.take(one)
      own.push(one)
    }
  }
  own.push(...broughtForward(standing, places))
  if (displaced.length === 0) return { own, displaced, free: [] }
  const gone = new Set([...own.map(({ jobId }) => jobId), ...displaced.map(({ jobId }) => jobId)])
  return { own, displaced, free: freeFor(displaced, standing, { places, gone }) }
}

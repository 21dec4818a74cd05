/** Which jobs go to the nodes they are planned on, which cannot, and what is left for those. Pure; times are epoch milliseconds. */
import { type PlaceKind, placeKindFor, placesFor, placesOf } from '../../../shared/domain/places.ts'
import type { Holdings } from './holdings.ts'
import { placeOf } from './place.ts'
import { LEASE_LEAD_MS } from './leases.ts'
import type { DisplacedJob, FreeNode, KnownNode } from './ports.ts'
import type { Due } from './next-run.ts'

/** `away`: its node is not there, or its owner does not let it work. `full`: something else is still at the place, or was to be: its turn comes later. */
export interface Displaced extends DisplacedJob {
  readonly due: Due
  readonly because: 'away' | 'full'
}

export interface HandingOut {
  /** In the order in which they are due. */
  readonly own: readonly Due[]
  readonly displaced: readonly Displaced[]
  /** What waits for nothing but a place, which others than its own node may have. */
  readonly early: readonly Displaced[]
  /** Nodes that have something left for those, in their zones. */
  readonly free: readonly FreeNode[]
}

export interface Standing {
  readonly now: number
  readonly due: readonly Due[]
  readonly nodes: readonly KnownNode[]
  readonly holdings: Holdings
  /** Places that nobody had in mind who planned: leases have held them since and do no longer, or their node was not there. */
  readonly freed: (nodeId: string, kind: PlaceKind) => number
}

interface Places {
  readonly node: (nodeId: string) => KnownNode | undefined
  readonly left: (node: KnownNode, kind: PlaceKind) => number
  readonly take: (due: Due) => void
}

const kindOf = ({ spec }: Due): PlaceKind => placeKindFor(spec.needs)

function placesNow({ nodes, holdings }: Pick<Standing, 'nodes' | 'holdings'>): Places {
  const known = new Map(nodes.flatMap((node) => (node.online && node.ready && !node.standing?.atQuota ? [[node.nodeId, node]] : [])))
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
  const freedLeft = new Map<string, number>()
  const isFreed = (one: Due): boolean => {
    const place = placeOf(one.nodeId, kindOf(one))
    const left = freedLeft.get(place) ?? freed(one.nodeId, kindOf(one))
    freedLeft.set(place, left)
    return left > 0
  }
  const next = due.filter((one) => one.asSoonAsPossible !== null && one.asSoonAsPossible <= now && one.from - now > LEASE_LEAD_MS && isFreed(one))
  for (const one of next.toSorted((a, b) => a.from - b.from)) {
    const [node, kind, needed] = [places.node(one.nodeId), kindOf(one), placesFor(one.spec.needs)]
    const key = placeOf(one.nodeId, kind)
    const left = freedLeft.get(key) ?? 0
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

/** So many times as many jobs as there are places meet them, since not every one suits; and no fewer than this. */
const [EARLY_TIMES, EARLY_LEAST] = [2, 8]

/**
 * Where there is a place that nobody had in mind, and nothing that is due wants it, comes what would begin as soon as there is one: its plan gave it a
 * later turn on its own node only for want of that. `busy`: zones where others compete already.
 */
function earlier(
  standing: Standing,
  { places, gone, busy }: { readonly places: Places; readonly gone: ReadonlySet<string>; readonly busy: ReadonlySet<string> },
): Pick<HandingOut, 'early' | 'free'> {
  const { now, due, nodes, freed } = standing
  const waiting = due.filter(
    (one) => one.asSoonAsPossible !== null && one.asSoonAsPossible <= now && one.from - now > LEASE_LEAD_MS && !one.isPinned && !gone.has(one.jobId),
  )
  if (waiting.length === 0) return { early: [], free: [] }
  const unplanned = (node: KnownNode, kind: PlaceKind): number =>
    places.node(node.nodeId) ? Math.max(0, Math.min(places.left(node, kind), freed(node.nodeId, kind))) : 0
  const room = new Map<string, number>()
  const spare = nodes.filter((node) => {
    const { zone } = node.capabilities
    if (busy.has(zone)) return false
    const found = { gpu: unplanned(node, 'gpu'), processor: unplanned(node, 'processor') }
    for (const kind of ['gpu', 'processor'] as const) room.set(placeOf(zone, kind), (room.get(placeOf(zone, kind)) ?? 0) + found[kind])
    return found.gpu + found.processor > 0
  })
  if (spare.length === 0) return { early: [], free: [] }
  const lines = Map.groupBy(waiting, (one) => placeOf(one.zone, kindOf(one)))
  const early = [...lines].flatMap(([place, line]) => {
    const left = room.get(place) ?? 0
    return left === 0 ? [] : line.slice(0, Math.max(EARLY_LEAST, EARLY_TIMES * left)).map((one) => displace(one, 'full', now))
  })
  const met = new Set([...gone, ...early.map(({ jobId }) => jobId)])
  return { early, free: freeFor(early, { ...standing, nodes: spare }, { places, gone: met }) }
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
    if (!fits) {
      if (!one.isPinned) displaced.push(displace(one, node ? 'full' : 'away', now))
    } else {
      places.take(one)
      own.push(one)
    }
  }
  own.push(...broughtForward(standing, places))
  const gone = new Set([...own.map(({ jobId }) => jobId), ...displaced.map(({ jobId }) => jobId)])
  const free = displaced.length === 0 ? [] : freeFor(displaced, standing, { places, gone })
  const more = earlier(standing, { places, gone, busy: new Set(free.map(({ node }) => node.capabilities.zone)) })
  return { own, displaced, early: more.early, free: [...free, ...more.free] }
}

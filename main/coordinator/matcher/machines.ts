/** Machines with something free, by kind of hardware and zone: those of one kind in one zone are alike to every job. */
import { type Demand, type Hardware, type ZoneFigures, hardwareTerm, mayGo, zoneTerm } from './demand.ts'
import { type Row, WORD, createRow, hasBit, setBit, setTerm, widened, widenedBits } from './rows.ts'

export interface Machine {
  readonly zone: string
  readonly hardware: Hardware
}

interface Zone {
  readonly name: string
  figures: ZoneFigures
  /** Which classes may go there, whatever the figures are. */
  allowed: Uint32Array
  row: Row
}

interface Kind {
  readonly hardware: Hardware
  row: Row
  /** By zone, in the order in which they came. */
  readonly nodes: Map<Zone, Set<string>>
}

interface Place {
  readonly zone: Zone
  readonly kind: Kind
}

export interface Machines {
  readonly widen: (capacity: number) => void
  readonly learn: (index: number, demand: Demand) => void
  readonly setZone: (name: string, figures: ZoneFigures) => void
  readonly add: (nodeId: string, machine: Machine) => void
  readonly remove: (nodeId: string) => void
  readonly of: (nodeId: string) => Place | undefined
  /** Every kind that has a machine, with its machines by zone. */
  readonly kinds: () => Iterable<Kind>
}

/** More kinds than this are forgotten again when no machine is of them. */
const MOST_KINDS = 256
const NOTHING_KNOWN: ZoneFigures = { gPerKWh: null, minorPerKWh: null }

const nameOf = ({ runtimes, hasProcessor, vramBytes, ramBytes, reputation }: Hardware): string =>
  [runtimes.toSorted().join(), hasProcessor, vramBytes.join(), ramBytes, reputation].join('|')

/** `eachClass`: every class of jobs that is known, with its index. */
export function createMachines(eachClass: (visit: (index: number, demand: Demand) => void) => void): Machines {
  const zones = new Map<string, Zone>()
  const kinds = new Map<string, Kind>()
  const places = new Map<string, Place>()
  let capacity = 0

  const price = ({ row, allowed, figures }: Zone, index: number, demand: Demand): void =>
    setTerm(row, index, hasBit(allowed, index) ? zoneTerm(demand, figures) : null)
  const admit = (zone: Zone, index: number, demand: Demand): void => {
    setBit(zone.allowed, index, mayGo(demand, zone.name))
    price(zone, index, demand)
  }
  const zoneOf = (name: string): Zone => {
    const known = zones.get(name)
    if (known) return known
    const zone: Zone = { name, figures: NOTHING_KNOWN, allowed: new Uint32Array(capacity / WORD), row: createRow(capacity) }
    zones.set(name, zone)
    eachClass((index, demand) => admit(zone, index, demand))
    return zone
  }
  const forgetUnused = (): void => {
    for (const [name, { nodes }] of kinds) if (nodes.size === 0) kinds.delete(name)
  }
  const kindOf = (hardware: Hardware): Kind => {
    const name = nameOf(hardware)
    const known = kinds.get(name)
    if (known) return known
    if (kinds.size >= MOST_KINDS) forgetUnused()
    const kind: Kind = { hardware, row: createRow(capacity), nodes: new Map() }
    kinds.set(name, kind)
    eachClass((index, demand) => setTerm(kind.row, index, hardwareTerm(demand, hardware)))
    return kind
  }
  const remove = (nodeId: string): void => {
    const place = places.get(nodeId)
    if (!place) return
    places.delete(nodeId)
    const there = place.kind.nodes.get(place.zone)
    there?.delete(nodeId)
    if (there?.size === 0) place.kind.nodes.delete(place.zone)
  }
  return {
    widen(room) {
      capacity = room
      for (const each of [...zones.values(), ...kinds.values()]) each.row = widened(each.row, room)
      for (const zone of zones.values()) zone.allowed = widenedBits(zone.allowed, room)
    },
    learn(index, demand) {
      for (const zone of zones.values()) admit(zone, index, demand)
      for (const { hardware, row } of kinds.values()) setTerm(row, index, hardwareTerm(demand, hardware))
    },
    setZone(name, figures) {
      const zone = zoneOf(name)
      zone.figures = figures
      eachClass((index, demand) => price(zone, index, demand))
    },
    add(nodeId, { zone: name, hardware }) {
      remove(nodeId)
      const [zone, kind] = [zoneOf(name), kindOf(hardware)]
      places.set(nodeId, { zone, kind })
      const there = kind.nodes.get(zone) ?? new Set<string>()
      kind.nodes.set(zone, there.add(nodeId))
    },
    remove,
    of: (nodeId) => places.get(nodeId),
    kinds: () => kinds.values(),
  }
}

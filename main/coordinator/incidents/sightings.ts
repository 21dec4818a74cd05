import type { IncidentCause } from '../../../shared/contract/incident.ts'
import type { Signal } from '../../../shared/contract/wire.ts'
import { WindfallError, messageOf } from '../../../shared/errors.ts'
import { type Evidence, type Finding, UNKNOWN, type WatchedNode, findingOf } from './detect.ts'
import type { IncidentsDeps } from './ports.ts'
import { type MadeUp, describeSimulation } from './simulate.ts'
import { createSimulationsStore } from './simulations.store.ts'

/** One look at one cause in one place. */
export interface Sighting {
  readonly cause: IncidentCause
  readonly zone: string
  readonly nodeId: string | null
  readonly simulated: boolean
  readonly finding: Finding
  /** What the finding goes by, and when it was looked at (epoch ms); `null` where nothing could be, and of what is made up. */
  readonly seen: { readonly evidence: Evidence; readonly now: number } | null
}

/** What is one incident: the same cause in the same place. What is simulated never meets what is real. */
export const keyOf = ({ cause, zone, nodeId, simulated }: Pick<Sighting, 'cause' | 'zone' | 'nodeId' | 'simulated'>): string =>
  `${simulated ? 'simulated ' : ''}${cause} ${nodeId ?? zone}`

type Deps = Pick<IncidentsDeps, 'db' | 'grid' | 'nodes' | 'onFailure'>

interface Often {
  readonly everyMs: number
  /** After no answer. */
  readonly retryMs: number
}

/** A week changes slowly, asking for it is not cheap, and every answer is kept. */
const USUAL: Often = { everyMs: 6 * 3_600_000, retryMs: 1_800_000 }
/** One answer holds the readings of more than this. */
const FREQUENCY: Often = { everyMs: 300_000, retryMs: 300_000 }

/** What a provider does not say is no news; anything else that goes wrong is told as well. */
async function attempt(deps: Deps, look: () => Promise<Evidence>, now: number): Promise<Pick<Sighting, 'finding' | 'seen'>> {
  try {
    const evidence = await look()
    return { finding: findingOf(evidence, now), seen: { evidence, now } }
  } catch (error) {
    if (!(error instanceof WindfallError)) deps.onFailure(messageOf(error))
    return { finding: UNKNOWN, seen: null }
  }
}

type Ask = (zone: string, now: number) => Promise<Signal | null>

/** Asks no more often than that; in between the last answer stands. */
function sparingly(ask: (zone: string) => Promise<Signal | null>, { everyMs, retryMs }: Often): Ask {
  const known = new Map<string, { readonly signal: Signal | null; readonly until: number }>()
  return async (zone, now) => {
    const last = known.get(zone)
    if (last && now < last.until) return last.signal
    known.set(zone, { signal: last?.signal ?? null, until: now + retryMs })
    const signal = await ask(zone)
    if (signal) known.set(zone, { signal, until: now + everyMs })
    return signal
  }
}

type Looks = Readonly<Partial<Record<IncidentCause, () => Promise<Evidence>>>>

/** Every look at one zone. */
function looksAt(deps: Deps, { zone, now, usual }: { zone: string; now: number; usual: Ask }): Looks {
  const { grid } = deps
  return {
    'intensity-spike': async () => {
      const intensity = await grid.intensity(zone)
      return { cause: 'intensity-spike', intensity, usual: intensity && (await usual(zone, now)) }
    },
    surplus: async () => {
      const share = await grid.renewableShare(zone)
      return { cause: 'surplus', share, stretches: grid.surplusIn(share) }
    },
    curtailment: async () => {
      const [share, price] = [await grid.renewableShare(zone), await grid.price(zone)]
      return { cause: 'curtailment', share, price, stretches: grid.curtailmentIn(share, price) }
    },
    'stale-source': async () => ({ cause: 'stale-source', zone, source: await grid.source(zone) }),
  }
}

const isBritish = (zone: string): boolean => zone === 'GB' || zone.startsWith('GB-')

async function sightZone(deps: Deps, { zone, now }: { zone: string; now: number }, looks: Looks): Promise<Sighting[]> {
  const all = Object.entries(looks) as [IncidentCause, () => Promise<Evidence>][]
  return Promise.all(all.map(async ([cause, look]) => ({ cause, zone, nodeId: null, simulated: false, ...(await attempt(deps, look, now)) })))
}

function sightNode(node: WatchedNode, now: number): Sighting {
  const evidence: Evidence = { cause: 'node-loss', node }
  return { cause: 'node-loss', zone: node.zone, nodeId: node.nodeId, simulated: false, finding: findingOf(evidence, now), seen: { evidence, now } }
}

const sightSimulation = (simulation: MadeUp): Sighting => ({
  cause: simulation.event.cause,
  zone: simulation.zone,
  nodeId: null,
  simulated: true,
  finding: { seen: 'present', summary: describeSimulation(simulation) },
  seen: null,
})

/** Looks once at everything that is watched: zones that nodes are in, Great Britain's frequency if any of them is there, nodes, simulations. */
export function createSightings(deps: Deps): (now: number) => Promise<Sighting[]> {
  const usual = sparingly(deps.grid.usual, USUAL)
  const hertz = sparingly(deps.grid.frequency, FREQUENCY)
  return async (now) => {
    const nodes = await deps.nodes()
    const zones = [...new Set(nodes.filter(({ gone }) => !gone).map(({ zone }) => zone))]
    const ofZones = await Promise.all(zones.map((zone) => sightZone(deps, { zone, now }, looksAt(deps, { zone, now, usual }))))
    const frequency = zones.some(isBritish)
      ? await sightZone(deps, { zone: 'GB', now }, { frequency: async () => ({ cause: 'frequency', frequency: await hertz('GB', now) }) })
      : []
    return [
      ...ofZones.flat(),
      ...frequency,
      ...nodes.map((node) => sightNode(node, now)),
      ...(await createSimulationsStore(deps.db).active(now)).map(sightSimulation),
    ]
  }
}

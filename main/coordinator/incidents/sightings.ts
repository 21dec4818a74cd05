import type { IncidentCause } from '../../../shared/contract/incident.ts'
import type { Signal } from '../../../shared/contract/wire.ts'
import { WindfallError, messageOf } from '../../../shared/errors.ts'
import { type Finding, UNKNOWN, abundanceIn, frequencyIn, lossOf, spikeIn, staleIn } from './detect.ts'
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
}

/** What is one incident: the same cause in the same place. What is simulated never meets what is real. */
export const keyOf = ({ cause, zone, nodeId, simulated }: Omit<Sighting, 'finding'>): string => `${simulated ? 'simulated ' : ''}${cause} ${nodeId ?? zone}`

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
async function attempt(deps: Deps, look: () => Promise<Finding>): Promise<Finding> {
  try {
    return await look()
  } catch (error) {
    if (!(error instanceof WindfallError)) deps.onFailure(messageOf(error))
    return UNKNOWN
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

type Looks = Readonly<Partial<Record<IncidentCause, () => Promise<Finding>>>>

/** Every look at one zone. */
function looksAt(deps: Deps, { zone, now, usual }: { zone: string; now: number; usual: Ask }): Looks {
  const { grid } = deps
  return {
    'intensity-spike': async () => {
      const intensity = await grid.intensity(zone)
      return spikeIn(intensity, intensity && (await usual(zone, now)), now)
    },
    surplus: async () => {
      const share = await grid.renewableShare(zone)
      return abundanceIn('surplus', grid.surplusIn(share), { known: [share], now })
    },
    curtailment: async () => {
      const known = [await grid.renewableShare(zone), await grid.price(zone)] as const
      return abundanceIn('curtailment', grid.curtailmentIn(...known), { known, now })
    },
    'stale-source': async () => staleIn(await grid.source(zone), zone, now),
  }
}

const isBritish = (zone: string): boolean => zone === 'GB' || zone.startsWith('GB-')

async function sightZone(deps: Deps, zone: string, looks: Looks): Promise<Sighting[]> {
  const seen = Object.entries(looks) as [IncidentCause, () => Promise<Finding>][]
  return Promise.all(seen.map(async ([cause, look]) => ({ cause, zone, nodeId: null, simulated: false, finding: await attempt(deps, look) })))
}

const sightSimulation = (simulation: MadeUp): Sighting => ({
  cause: simulation.event.cause,
  zone: simulation.zone,
  nodeId: null,
  simulated: true,
  finding: { seen: 'present', summary: describeSimulation(simulation) },
})

/** Looks once at everything that is watched: zones that nodes are in, Great Britain's frequency if any of them is there, nodes, simulations. */
export function createSightings(deps: Deps): (now: number) => Promise<Sighting[]> {
  const usual = sparingly(deps.grid.usual, USUAL)
  const hertz = sparingly(deps.grid.frequency, FREQUENCY)
  return async (now) => {
    const nodes = await deps.nodes()
    const zones = [...new Set(nodes.filter(({ gone }) => !gone).map(({ zone }) => zone))]
    const ofZones = await Promise.all(zones.map((zone) => sightZone(deps, zone, looksAt(deps, { zone, now, usual }))))
    const frequency = zones.some(isBritish) ? await sightZone(deps, 'GB', { frequency: async () => frequencyIn(await hertz('GB', now), now) }) : []
    const ofNodes = nodes.map((node): Sighting => ({ cause: 'node-loss', zone: node.zone, nodeId: node.nodeId, simulated: false, finding: lossOf(node) }))
    return [...ofZones.flat(), ...frequency, ...ofNodes, ...(await createSimulationsStore(deps.db).active(now)).map(sightSimulation)]
  }
}

import type { Signal, SignalKind } from '../../shared/contract/wire.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Ids } from '../kernel/ids.ts'
import type { Core } from './core.ts'
import type { CoordinatorEvents } from './events.ts'
import type { GridHistory } from './grid/history.ts'
import type { GridOracle } from './grid/oracle.ts'
import type { GridProvider } from './grid/provider.ts'
import { staleAfterMs } from './grid/sources.ts'
import { curtailmentIn, surplusIn } from './grid/surplus.ts'
import { type Incidents, createIncidents, createSimulated } from './incidents/incidents.ts'
import type { WatchedNode } from './incidents/detect.ts'
import type { WatchedGrid } from './incidents/ports.ts'
import type { Db } from './persistence/database.ts'
import type { ForeseeZones } from './planning.ts'
import type { Neighbours } from './replicas/orders.ts'

const DAY_MS = 86_400_000
/** What is usual: seven days, less the newest, which not every grid has measured yet. */
const USUAL_MS = { from: 7 * DAY_MS, to: DAY_MS }
/** A source that has said nothing for this long is no source of the zone any more. */
const SOURCE_FORGOTTEN_MS = 7 * DAY_MS
/** A node that lost its lease and has not been heard since is looked for this long. */
const NODE_SOUGHT_MS = DAY_MS

export interface IncidentingDeps {
  readonly db: Db
  /** The database as the watch itself writes to it. */
  readonly loopDb: Db
  readonly neighbours: Pick<Neighbours, 'tellAll'>
  readonly clock: Clock
  readonly ids: Ids
  readonly core: Pick<Core, 'decide' | 'choose' | 'registry' | 'jobs'>
  readonly oracle: Pick<GridOracle, 'look' | 'actuals'>
  readonly history: Pick<GridHistory, 'said'>
  readonly providers: readonly Pick<GridProvider, 'id' | 'serves'>[]
  readonly events: Pick<CoordinatorEvents, 'incidentMoved' | 'incidentActed' | 'incidentsFailed'>
  readonly shutdown: AbortSignal
}

/** When one of the zone's live sources of average intensity answered last, and whether one does now. */
const sourceOf =
  ({ clock, history, providers, oracle, shutdown }: IncidentingDeps): WatchedGrid['source'] =>
  async (zone) => {
    const serving = providers.filter((provider) => provider.serves(zone, 'average'))
    if (serving.length === 0) return null
    const answers = (await oracle.look(zone, 'average', shutdown)) !== null
    const now = clock.now()
    const stretch = { from: now - SOURCE_FORGOTTEN_MS, to: now + 1, everyMs: SOURCE_FORGOTTEN_MS + 1 }
    const said = answers ? [] : await Promise.all(serving.map(({ id }) => history.said({ zone, kind: 'average', provider: id }, stretch)))
    const times = said.flat().map(({ receivedAt }) => receivedAt)
    return { answers, lastAnswerAt: times.length === 0 ? null : Math.max(...times), staleAfterMs: staleAfterMs('average') }
  }

function watchGrid(deps: IncidentingDeps): WatchedGrid {
  const { clock, oracle, shutdown } = deps
  const look =
    (kind: SignalKind) =>
    (zone: string): Promise<Signal | null> =>
      oracle.look(zone, kind, shutdown)
  return {
    intensity: look('average'),
    usual: (zone) => oracle.actuals(zone, clock.now() - USUAL_MS.from, clock.now() - USUAL_MS.to, shutdown),
    renewableShare: look('renewableShare'),
    price: look('price'),
    frequency: look('frequency'),
    surplusIn,
    curtailmentIn,
    source: sourceOf(deps),
  }
}

async function watchNodes({ clock, core }: IncidentingDeps): Promise<readonly WatchedNode[]> {
  const holders = await core.jobs.holders(clock.now() - NODE_SOUGHT_MS)
  return (await core.registry.list()).map(({ nodeId, capabilities, online, gone }) => ({
    nodeId,
    zone: capabilities.zone,
    online,
    gone,
    held: holders.has(nodeId),
  }))
}

/** Incidents as the coordinator watches for them: over its own oracle and nodes, acting through its own jobs. */
export function createIncidenting(deps: IncidentingDeps): Incidents {
  const { db, loopDb, clock, ids, core, events, shutdown } = deps
  return createIncidents({
    db,
    loopDb,
    wakeOthers: () => deps.neighbours.tellAll({ type: 'look' }),
    clock,
    ids,
    decide: core.decide,
    choose: core.choose,
    grid: watchGrid(deps),
    nodes: () => watchNodes(deps),
    replan: core.jobs.replan,
    running: core.jobs.running,
    askBack: core.jobs.askBack,
    onMoved: ({ incidentId, cause, zone, nodeId, simulated, summary }, { from, to, reason }) =>
      events.incidentMoved({ incidentId, cause, zone, nodeId, simulated, summary }, from, to, reason),
    onActed: (incidentId, { jobId, action, reason }) => events.incidentActed(incidentId, jobId, action, reason),
    onFailure: (message) => {
      if (!shutdown.aborted) events.incidentsFailed(message)
    },
  })
}

/** The outlooks that plans are made with: what an operator simulates is in them, labelled, and nowhere else. */
export function withSimulations(foresee: ForeseeZones, deps: Parameters<typeof createSimulated>[0]): ForeseeZones {
  const simulated = createSimulated(deps)
  return async (zones) => simulated(await foresee(zones))
}

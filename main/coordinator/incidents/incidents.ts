import type { incidentCalls, IncidentCause, IncidentSummary, IncidentView, SimulatedEvent, Simulation } from '../../../shared/contract/incident.ts'
import { each } from '../../../shared/contract/several.ts'
import type { InputOf, OutputOf } from '../../../shared/contract/define.ts'
import { zoneNames } from '../../../shared/domain/zones.ts'
import { WindfallError, messageOf } from '../../../shared/errors.ts'
import { toIso } from '../../../shared/units.ts'
import type { Clock } from '../../kernel/clock.ts'
import { type Db, type Tx, transact } from '../persistence/database.ts'
import { passOver, recordMove } from './advance.ts'
import { type StoredIncident, createIncidentsStore } from './incidents.store.ts'
import { PATIENCE, closed } from './machine.ts'
import type { IncidentsDeps } from './ports.ts'
import { createSightings } from './sightings.ts'
import { type Foreseen, asSimulated } from './simulate.ts'
import { createSimulationsStore } from './simulations.store.ts'

type In<K extends keyof typeof incidentCalls> = InputOf<(typeof incidentCalls)[K]>

export interface Incidents {
  readonly list: (page: In<'listIncidents'>) => Promise<OutputOf<(typeof incidentCalls)['listIncidents']>>
  /** Error: `not-found`. */
  readonly show: (incidentId: string) => Promise<IncidentView>
  /** Error: `not-found`. */
  readonly acknowledge: (by: string, incidentId: string) => Promise<IncidentView>
  /** Errors: `not-found`, `conflict` if it has ended. */
  readonly close: (by: string, closing: In<'closeIncident'>) => Promise<IncidentView>
  /** Errors: `grid.unknown-zone`, `input.invalid`, `conflict` while there is one of the kind in the zone. */
  readonly simulate: (by: string, order: In<'simulateEvent'>) => Promise<Simulation>
  /** Looks at everything once. */
  readonly pass: () => Promise<void>
  /** What is watched may have changed: looks at once, if it is this coordinator that watches. */
  readonly wake: () => void
  /** Does so every minute, and at once when an operator has made up or closed something, until `signal` aborts. */
  readonly run: (signal: AbortSignal) => Promise<void>
}

const PASS_MS = 60_000

/** Watches grid and nodes, and keeps what was wrong, what was done and why. */
export function createIncidents(deps: IncidentsDeps): Incidents {
  const { db, clock } = deps
  const sightings = createSightings(deps)
  const pass = async () => passOver({ ...deps, db: deps.loopDb }, await sightings(clock.now()))
  let sleep = new AbortController()
  const wake = () => sleep.abort()
  const wakeAll = () => {
    wake()
    deps.wakeOthers()
  }
  return {
    list: (page) => listIncidents(db, page),
    show: (incidentId) => showIncident(db, incidentId),
    acknowledge: (by, incidentId) => acknowledge(deps, by, incidentId),
    close: (by, closing) => close(deps, by, closing).finally(wakeAll),
    simulate: (by, order) => simulate(deps, by, order).finally(wakeAll),
    pass,
    wake,
    async run(signal) {
      while (!signal.aborted) {
        sleep = new AbortController()
        await pass().catch((error: unknown) => deps.onFailure(messageOf(error)))
        await clock.sleep(PASS_MS, AbortSignal.any([signal, sleep.signal]))
      }
    },
  }
}

/** What plans are made with: outlooks as they are, or as the simulations of the moment make them; the same objects while neither changes. */
export function createSimulated({ db, clock }: { readonly db: Db; readonly clock: Pick<Clock, 'now'> }) {
  const made = new WeakMap<Foreseen, { readonly by: string; readonly simulated: Foreseen }>()
  return async <O extends Foreseen>(outlooks: readonly O[]): Promise<readonly O[]> => {
    const simulations = await createSimulationsStore(db).active(clock.now())
    const by = simulations.map(({ simulationId }) => simulationId).join()
    return outlooks.map((outlook) => {
      const known = made.get(outlook)
      if (known?.by === by) return known.simulated as O
      const simulated = asSimulated(outlook, simulations)
      made.set(outlook, { by, simulated })
      return simulated
    })
  }
}

function clearingOf({ cause, state, goneSince }: StoredIncident): IncidentSummary['clearing'] {
  if (state === 'RESOLVED' || goneSince === null) return null
  return { goneSince: toIso(goneSince), endsAt: toIso(goneSince + PATIENCE[cause].clearMs) }
}

function summaryOf(incident: StoredIncident): IncidentSummary {
  const { incidentId, cause, zone, nodeId, simulated, state, summary, detectedAt, acknowledged, ended } = incident
  return {
    incidentId,
    cause,
    zone,
    nodeId,
    simulated,
    state,
    summary,
    detectedAt: toIso(detectedAt),
    acknowledged: acknowledged && { ...acknowledged, at: toIso(acknowledged.at) },
    clearing: clearingOf(incident),
    ended: ended && { ...ended, at: toIso(ended.at) },
  }
}

async function listIncidents(db: Db, page: In<'listIncidents'>) {
  const { state, cause, zone, node, ...rest } = page
  const wanted = { states: each(state), causes: each(cause), zones: each(zone), nodeId: node ?? null, ...rest }
  const { incidents, next } = await createIncidentsStore(db).page(wanted)
  return { items: incidents.map(summaryOf), next }
}

async function required(db: Db | Tx, incidentId: string): Promise<StoredIncident> {
  const incident = await createIncidentsStore(db).get(incidentId)
  if (!incident) throw new WindfallError('not-found', `There is no incident ${incidentId}. To see them: windfall incident list --all`)
  return incident
}

const dated = <T extends { readonly at: number }>(record: T) => ({ ...record, at: toIso(record.at) })

async function showIncident(db: Db, incidentId: string): Promise<IncidentView> {
  const store = createIncidentsStore(db)
  return {
    ...summaryOf(await required(db, incidentId)),
    transitions: (await store.transitions(incidentId)).map(dated),
    actions: (await store.actions(incidentId)).map(dated),
  }
}

async function acknowledge(deps: IncidentsDeps, by: string, incidentId: string): Promise<IncidentView> {
  await transact(deps.db, async (tx) => {
    const incident = await required(tx, incidentId)
    if (incident.acknowledged) return
    await createIncidentsStore(tx).save({ ...incident, acknowledged: { at: deps.clock.now(), by } })
    await deps.decide(tx, 'incident.acknowledged', { incidentId, by })
  })
  return showIncident(deps.db, incidentId)
}

async function close(deps: IncidentsDeps, by: string, { incidentId, note }: In<'closeIncident'>): Promise<IncidentView> {
  const { incident, move } = await transact(deps.db, async (tx) => {
    const incident = await required(tx, incidentId)
    const move = closed(incident.state, note)
    if (!move) throw new WindfallError('conflict', `Incident ${incidentId} has ended already.`)
    if (incident.simulated) await endSimulations(deps, tx, incident)
    return recordMove(deps, tx, { incident, move, closing: { by, note } })
  })
  deps.onMoved(incident, move)
  return showIncident(deps.db, incidentId)
}

/** Without its incident, a simulation would go on to change plans and nobody would see why. */
async function endSimulations({ clock }: IncidentsDeps, tx: Tx, { cause, zone }: StoredIncident): Promise<void> {
  const store = createSimulationsStore(tx)
  const now = clock.now()
  for (const simulation of await store.active(now))
    if (simulation.zone === zone && simulation.event.cause === cause) await store.end(simulation.simulationId, now)
}

/** What is made up anew did not just go on: a simulated incident that an operator has closed must not stand for it, or it would have none. */
async function retireClosed(tx: Tx, zone: string, cause: IncidentCause): Promise<void> {
  const store = createIncidentsStore(tx)
  for (const incident of await store.live())
    if (incident.simulated && incident.state === 'RESOLVED' && incident.zone === zone && incident.cause === cause) await store.save({ ...incident, over: true })
}

/** What is gone before it is believed shows nothing but an anomaly. It is believed at the first look after it has been there for long enough. */
function requireConfirmable(cause: SimulatedEvent['cause'], seconds: number): void {
  const { confirmMs } = PATIENCE[cause]
  const needed = confirmMs === 0 ? 0 : confirmMs + PASS_MS
  if (seconds * 1_000 >= needed) return
  throw new WindfallError(
    'input.invalid',
    `A simulated ${cause} has to last for ${needed / 60_000} minutes or more: nothing is done about it before it has been there for ${confirmMs / 60_000} minutes, and Windfall looks once a minute. Give a longer one, such as --for 10m.`,
  )
}

async function simulate(deps: IncidentsDeps, by: string, { zone, event, seconds }: In<'simulateEvent'>): Promise<Simulation> {
  if (!zoneNames.has(zone))
    throw new WindfallError('grid.unknown-zone', `Windfall does not know the zone ${zone}. Known zones: ${[...zoneNames.keys()].join(', ')}.`)
  if (event.cause === 'frequency' && zone !== 'GB')
    throw new WindfallError('input.invalid', 'Frequency is watched for all of Great Britain at once: simulate it in GB.')
  requireConfirmable(event.cause, seconds)
  const from = deps.clock.now()
  const made = { simulationId: deps.ids.next(), zone, event, from, to: from + seconds * 1_000, madeBy: by }
  await transact(deps.db, async (tx) => {
    const store = createSimulationsStore(tx)
    const other = (await store.active(from)).find((active) => active.zone === zone && active.event.cause === event.cause)
    if (other)
      throw new WindfallError(
        'conflict',
        `A simulated ${event.cause} goes on in ${zone} until ${toIso(other.to)}. Close its incident first: windfall incident list`,
      )
    await retireClosed(tx, zone, event.cause)
    await store.add(made)
    await deps.decide(tx, 'simulation', { simulationId: made.simulationId, zone, event, from, to: made.to, by })
  })
  return { simulationId: made.simulationId, zone, event, from: toIso(from), to: toIso(made.to) }
}

import { messageOf } from '../../../shared/errors.ts'
import { type Tx, transact } from '../persistence/database.ts'
import { ABSENT, type Finding } from './detect.ts'
import { type StoredIncident, createIncidentsStore } from './incidents.store.ts'
import { type Move, adapted, detect, look, moveOf, moved } from './machine.ts'
import { judgeRunning, pauseRunning } from './pauses.ts'
import type { IncidentsDeps } from './ports.ts'
import { type Replanned, responseTo } from './response.ts'
import { type Sighting, keyOf } from './sightings.ts'

interface Moved {
  readonly incident: StoredIncident
  readonly move: Move
}

/** Who ends an incident and what they say; `null` if it moves by itself. */
interface Closing {
  readonly by: string
  readonly note: string
}

/** Records one move with the incident that makes it, in the caller's transaction. */
export async function recordMove(
  deps: Pick<IncidentsDeps, 'clock' | 'decide'>,
  tx: Tx,
  { incident, move, closing = null }: Moved & { closing?: Closing | null },
): Promise<Moved> {
  const at = deps.clock.now()
  const store = createIncidentsStore(tx)
  const ended = move.how === null ? incident.ended : { at, how: move.how, by: closing?.by ?? null, note: closing?.note ?? null }
  const next: StoredIncident = { ...incident, ...moved(incident, move), ended }
  const { incidentId, cause, zone, nodeId, simulated } = incident
  await store.save(next)
  await store.addTransition(incidentId, { at, from: move.from, to: move.to, reason: move.reason })
  await deps.decide(tx, 'incident', { incidentId, cause, zone, nodeId, simulated, from: move.from, to: move.to, reason: move.reason, by: closing?.by ?? null })
  return { incident: next, move }
}

/** One more look at an incident, and the move it leads to. */
const step = (deps: IncidentsDeps, incidentId: string, finding: Finding): Promise<{ incident: StoredIncident; move: Move | null } | null> =>
  transact(deps.db, async (tx) => {
    const store = createIncidentsStore(tx)
    const before = await store.get(incidentId)
    if (!before) return null
    const now = deps.clock.now()
    const said = finding.seen === 'present' && before.state !== 'RESOLVED' ? { summary: finding.summary } : {}
    const incident: StoredIncident = { ...before, ...look(before, finding.seen, now), ...said }
    const move = moveOf(incident, finding.seen, now)
    if (move) return recordMove(deps, tx, { incident, move })
    if (JSON.stringify(incident) !== JSON.stringify(before)) await store.save(incident)
    return { incident, move }
  })

const WORDS = {
  pause: 'paused',
  defer: 'deferred',
  'bring-forward': 'brought forward',
  're-route': 're-routed',
  place: 'placed',
  hold: 'held',
  keep: 'kept',
} as const

/** “2 deferred, 1 kept.” */
function count(actions: readonly Replanned[]): string {
  const counts = [...Map.groupBy(actions, ({ action }) => action)].map(([action, all]) => `${all.length} ${WORDS[action]}`)
  return counts.length === 0 ? 'None is affected.' : `${counts.join(', ')}.`
}

/** Why a running job runs on; nothing yet of one that is asked to pause next. */
function instead(judged: Replanned | undefined): readonly Replanned[] | null {
  if (!judged) return null
  const { jobId, action, reason } = judged
  return action === 'keep' ? [{ jobId, action, reason }] : []
}

/** Chooses what is done about an incident, does it and records both. After a crash in between it is done again, which changes nothing twice. */
async function adapt(deps: IncidentsDeps, incident: StoredIncident): Promise<void> {
  const { incidentId, ...of } = incident
  const { replan, reason } = responseTo(of)
  const judged = await judgeRunning(deps, incident)
  const replanned = replan ? await deps.replan(replan) : []
  const actions = replanned.flatMap((done) => instead(judged.get(done.jobId)) ?? [done])
  const said = replan ? `${reason} ${count(actions)}` : reason
  const done = await transact(deps.db, async (tx) => {
    const store = createIncidentsStore(tx)
    const at = deps.clock.now()
    await store.addActions(
      incidentId,
      actions.map((action) => ({ ...action, at })),
    )
    for (const action of actions) await deps.decide(tx, 'incident.action', { incidentId, simulated: of.simulated, ...action })
    const incident = await store.get(incidentId)
    const move = incident && adapted(incident.state, said)
    return incident && move ? recordMove(deps, tx, { incident, move }) : null
  })
  for (const action of actions) deps.onActed(incidentId, action)
  if (done) deps.onMoved(done.incident, done.move)
}

async function advance(deps: IncidentsDeps, incidentId: string, finding: Finding): Promise<void> {
  const stepped = await step(deps, incidentId, finding)
  if (!stepped) return
  if (stepped.move) deps.onMoved(stepped.incident, stepped.move)
  if (stepped.incident.state === 'EVALUATING') await adapt(deps, stepped.incident)
  if (finding.seen === 'present') await pauseRunning(deps, stepped.incident)
}

/** A cause that was not there before: an incident begins. */
async function begin(deps: IncidentsDeps, { finding, ...of }: Sighting, summary: string): Promise<void> {
  const { incident, move } = await transact(deps.db, async (tx) => {
    const fresh: StoredIncident = {
      ...of,
      ...detect(of.cause, deps.clock.now()),
      state: 'MONITORING',
      incidentId: deps.ids.next(),
      summary,
      acknowledged: null,
      ended: null,
    }
    await createIncidentsStore(tx).add(fresh)
    return recordMove(deps, tx, { incident: fresh, move: { from: 'MONITORING', to: 'ANOMALY_DETECTED', reason: summary, how: null } })
  })
  deps.onMoved(incident, move)
  await advance(deps, incident.incidentId, finding)
}

/** One look at everything, and every move that follows from it. What is no longer watched counts as gone. */
export async function passOver(deps: IncidentsDeps, sightings: readonly Sighting[]): Promise<void> {
  const seen = new Map(sightings.map((sighting) => [keyOf(sighting), sighting]))
  const attempt = (work: Promise<void>) => work.catch((error: unknown) => deps.onFailure(messageOf(error)))
  for (const incident of await createIncidentsStore(deps.db).live()) {
    const key = keyOf(incident)
    const { finding } = seen.get(key) ?? { finding: ABSENT }
    seen.delete(key)
    await attempt(advance(deps, incident.incidentId, finding))
  }
  for (const sighting of seen.values()) if (sighting.finding.seen === 'present') await attempt(begin(deps, sighting, sighting.finding.summary))
}

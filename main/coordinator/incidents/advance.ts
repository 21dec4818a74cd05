import type { Choice } from '../../../shared/contract/decision.ts'
import { messageOf } from '../../../shared/errors.ts'
import { type Tx, transact } from '../persistence/database.ts'
import { ABSENT, type Finding } from './detect.ts'
import { type StoredIncident, createIncidentsStore } from './incidents.store.ts'
import { type Move, type Standing, adapted, detect, look, moved } from './machine.ts'
import { judgeRunning, pauseRunning, recordAction } from './pauses.ts'
import { detectionInputs, detectionPolicy, movePolicy } from './policies.ts'
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

type Chosen = Pick<Choice, 'policy' | 'inputs' | 'answer'>

/** Records one move with the incident that makes it, in the caller's transaction: as a choice where a policy chose it, else as a fact. */
export async function recordMove(
  deps: Pick<IncidentsDeps, 'clock' | 'decide' | 'choose'>,
  tx: Tx,
  { incident, move, closing = null, chosen = null }: Moved & { closing?: Closing | null; chosen?: Chosen | null },
): Promise<Moved> {
  const at = deps.clock.now()
  const store = createIncidentsStore(tx)
  const ended = move.how === null ? incident.ended : { at, how: move.how, by: closing?.by ?? null, note: closing?.note ?? null }
  const next: StoredIncident = { ...incident, ...moved(incident, move), ended }
  const { incidentId, cause, zone, nodeId, simulated } = incident
  await store.save(next)
  await store.addTransition(incidentId, { at, from: move.from, to: move.to, reason: move.reason })
  const also = nodeId === null ? [] : [{ kind: 'node', id: nodeId } as const]
  if (chosen) await deps.choose(tx, { kind: 'incident', subject: { kind: 'incident', id: incidentId }, also, ...chosen })
  else
    await deps.decide(tx, 'incident', {
      incidentId,
      cause,
      zone,
      nodeId,
      simulated,
      from: move.from,
      to: move.to,
      reason: move.reason,
      by: closing?.by ?? null,
    })
  return { incident: next, move }
}

const standingOf = ({ cause, state, detectedAt, presentSince, goneSince, over }: StoredIncident): Standing => ({
  cause,
  state,
  detectedAt,
  presentSince,
  goneSince,
  over,
})

/** One more look at an incident, and the move it leads to. */
const step = (deps: IncidentsDeps, incidentId: string, finding: Finding): Promise<{ incident: StoredIncident; move: Move | null } | null> =>
  transact(deps.db, async (tx) => {
    const store = createIncidentsStore(tx)
    const before = await store.get(incidentId)
    if (!before) return null
    const now = deps.clock.now()
    const said = finding.seen === 'present' && before.state !== 'RESOLVED' ? { summary: finding.summary } : {}
    const incident: StoredIncident = { ...before, ...look(before, finding.seen, now), ...said }
    const inputs = { standing: standingOf(before), look: { seen: finding.seen, now } }
    const answer = movePolicy.decide(inputs, { kind: 'incident', id: incidentId })
    const { outcome: move } = answer
    if (move) return recordMove(deps, tx, { incident, move, chosen: { policy: movePolicy, inputs, answer } })
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
    for (const action of actions) await recordAction(deps, tx, { incident, action, judged: judged.get(action.jobId) })
    const current = await store.get(incidentId)
    const move = current && adapted(current.state, said)
    return current && move ? recordMove(deps, tx, { incident: current, move }) : null
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

/** A finding as the choice that it is. */
function detected({ evidence, now }: NonNullable<Sighting['seen']>, incidentId: string): Chosen {
  const inputs = detectionInputs(evidence, now)
  return { policy: detectionPolicy, inputs, answer: detectionPolicy.decide(inputs, { kind: 'incident', id: incidentId }) }
}

/** A cause that was not there before: an incident begins. */
async function begin(deps: IncidentsDeps, { finding, seen, ...of }: Sighting, summary: string): Promise<void> {
  const begun = await transact(deps.db, async (tx) => {
    const fresh: StoredIncident = {
      ...of,
      ...detect(of.cause, deps.clock.now()),
      state: 'MONITORING',
      incidentId: deps.ids.next(),
      summary,
      acknowledged: null,
      ended: null,
    }
    if ((await createIncidentsStore(tx).add(fresh)) === 'twin') return null
    const move: Move = { from: 'MONITORING', to: 'ANOMALY_DETECTED', reason: summary, how: null }
    return recordMove(deps, tx, { incident: fresh, move, chosen: seen && detected(seen, fresh.incidentId) })
  })
  if (!begun) return
  deps.onMoved(begun.incident, begun.move)
  await advance(deps, begun.incident.incidentId, finding)
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

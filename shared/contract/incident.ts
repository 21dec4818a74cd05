/** Disturbances of the grid and of the fleet, what was done about them, and events that are made up to see what would be done. */
import { z } from 'zod'
import { call } from './define.ts'
import { http } from './http-binding.ts'
import { SeveralZones, severalOf } from './several.ts'
import { Actor, Id, IsoTime, KeyId, Zone, pageOf } from './wire.ts'

export const IncidentCause = z.enum(['intensity-spike', 'surplus', 'curtailment', 'frequency', 'stale-source', 'node-loss'])
export type IncidentCause = z.infer<typeof IncidentCause>

/** What is watched without anything being wrong is `MONITORING`; an incident begins when it leaves that state. */
export const IncidentState = z.enum(['MONITORING', 'ANOMALY_DETECTED', 'EVALUATING', 'ADAPTING', 'RESOLVED'])
export type IncidentState = z.infer<typeof IncidentState>

/** `pause` asks for a running job back, to go on later from its checkpoint; `keep` leaves a job as it was, and its reason says why. */
export const IncidentActionKind = z.enum(['pause', 'defer', 'bring-forward', 're-route', 'place', 'hold', 'keep'])
export type IncidentActionKind = z.infer<typeof IncidentActionKind>

const Ending = z.strictObject({
  at: IsoTime,
  /** `gone`: by itself, the cause is gone · `closed`: by an operator · `outlasted`: it has lasted for so long that it is no longer an incident. */
  how: z.enum(['gone', 'closed', 'outlasted']),
  by: Actor.nullable(),
  note: z.string().max(500).nullable(),
})
export type IncidentEnding = z.infer<typeof Ending>

export const IncidentSummary = z.strictObject({
  incidentId: Id,
  cause: IncidentCause,
  zone: Zone,
  /** The node that was lost; `null` for every other cause. */
  nodeId: KeyId.nullable(),
  /** Made up by an operator. Shown wherever the incident is. */
  simulated: z.boolean(),
  state: IncidentState,
  /** What was seen last, in words and with its figures. */
  summary: z.string().max(500),
  detectedAt: IsoTime,
  acknowledged: z.strictObject({ at: IsoTime, by: Actor }).nullable(),
  /** The cause is gone, and the incident ends at `endsAt` unless it returns; `null` while the cause is there, and once the incident has ended. */
  clearing: z.strictObject({ goneSince: IsoTime, endsAt: IsoTime }).nullable(),
  ended: Ending.nullable(),
})
export type IncidentSummary = z.infer<typeof IncidentSummary>

export const IncidentView = z.strictObject({
  ...IncidentSummary.shape,
  /** Oldest first. */
  transitions: z.array(z.strictObject({ at: IsoTime, from: IncidentState, to: IncidentState, reason: z.string().max(500) })),
  /** Oldest first. */
  actions: z.array(z.strictObject({ at: IsoTime, jobId: Id, action: IncidentActionKind, reason: z.string().max(500) })),
})
export type IncidentView = z.infer<typeof IncidentView>

const percent = (max: number) => z.number().min(1).max(max)
export const SimulatedEvent = z.discriminatedUnion('cause', [
  /** Intensity is this much higher. */
  z.strictObject({ cause: z.literal('intensity-spike'), percent: percent(1_000) }),
  /** Intensity is this much lower. */
  z.strictObject({ cause: z.literal('surplus'), percent: percent(100) }),
  z.strictObject({ cause: z.literal('curtailment'), percent: percent(100) }),
  z.strictObject({ cause: z.literal('frequency'), hz: z.number().min(45).max(55) }),
  z.strictObject({ cause: z.literal('stale-source') }),
])
export type SimulatedEvent = z.infer<typeof SimulatedEvent>

export const Simulation = z.strictObject({ simulationId: Id, zone: Zone, event: SimulatedEvent, from: IsoTime, to: IsoTime })
export type Simulation = z.infer<typeof Simulation>

export const incidentCalls = {
  listIncidents: call(
    z.strictObject({
      which: z.enum(['open', 'all']).default('open'),
      /** One or more, separated by commas. */
      state: severalOf(IncidentState.options).optional(),
      cause: severalOf(IncidentCause.options).optional(),
      zone: SeveralZones.optional(),
      node: KeyId.optional(),
      after: z.string().max(128).nullable().default(null),
      limit: z.coerce.number().int().min(1).max(200).default(50),
    }),
    pageOf(IncidentSummary),
    http('GET', '/v1/incidents', 'incidents.read', 'Incidents, newest first'),
  ),
  getIncident: call(
    z.strictObject({ incidentId: Id }),
    IncidentView,
    http('GET', '/v1/incidents/{incidentId}', 'incidents.read', 'One incident with every transition and every action'),
  ),
  acknowledgeIncident: call(
    z.strictObject({ incidentId: Id }),
    IncidentView,
    http('POST', '/v1/incidents/{incidentId}/acknowledge', 'incidents.write', 'Somebody has seen it and looks after it; repeating it is harmless'),
  ),
  closeIncident: call(
    z.strictObject({ incidentId: Id, note: z.string().min(1).max(500) }),
    IncidentView,
    http('POST', '/v1/incidents/{incidentId}/close', 'incidents.write', 'End an incident with a note; a simulated one ends with its simulation'),
  ),
  simulateEvent: call(
    z.strictObject({ zone: Zone, event: SimulatedEvent, seconds: z.number().int().min(60).max(172_800) }),
    Simulation,
    http(
      'POST',
      '/v1/grid/{zone}/simulations',
      'incidents.write',
      'Make up an event in a zone: it drives plans and incidents, never a stored grid value or a receipt',
    ),
  ),
}

/** What an operator looks at first: how many machines there are and what they do, how jobs fare, and what it is like in each zone. */
import { z } from 'zod'
import { call } from './define.ts'
import { Empty, http } from './http-binding.ts'
import { ElectricityPrice } from './plan.ts'
import { IsoTime, Origin, Zone } from './wire.ts'

const count = z.number().int().min(0)

const Presences = z.strictObject({ online: count, offline: count, unknown: count })

export const FleetSummary = z.strictObject({
  /** Counted then; who asks again within a few seconds sees the same. */
  asOf: IsoTime,
  nodes: count,
  states: z.strictObject({ active: count, probation: count, quarantined: count, removed: count }),
  /** Of those that were not removed: whether they are there. */
  presence: Presences,
  /** Of those that are there and may work: `working` on a job, `ready` for one, or `waiting` because their owner does not let them now. */
  doing: z.strictObject({ working: count, ready: count, waiting: count }),
  /** Of those that were not removed, most nodes first. */
  zones: z.array(z.strictObject({ zone: Zone, nodes: count, online: count })).max(500),
  /** The same by the model of a GPU; a machine with two of one model counts once. */
  gpus: z.array(z.strictObject({ name: z.string().max(120), nodes: count, online: count })).max(200),
})
export type FleetSummary = z.infer<typeof FleetSummary>

const seconds = z.number().min(0)

export const JobFigures = z.strictObject({
  asOf: IsoTime,
  /** Whose jobs: those of whoever asks, or everybody's. */
  of: z.enum(['own', 'all']),
  states: z.strictObject({
    queued: count,
    planned: count,
    leased: count,
    running: count,
    verifying: count,
    completed: count,
    failed: count,
    expired: count,
    cancelled: count,
  }),
  /** What the figures below are of: jobs that were submitted from `from` to `to`. */
  window: z.strictObject({
    from: IsoTime,
    to: IsoTime,
    jobs: count,
    /** There were more, and only the newest `jobs` of them were looked at. */
    isSample: z.boolean(),
    /** From submission to the first start, of those that were started; `null` if none was. */
    waitSeconds: z.strictObject({ p50: seconds, p95: seconds, of: count }).nullable(),
    ended: z.strictObject({ completed: count, failed: count, expired: count, cancelled: count }),
    /** Failed or expired, of those that ended otherwise than by being cancelled; 0 to 1, `null` if none did. */
    failedShare: z.number().min(0).max(1).nullable(),
  }),
  /** How many waited to be started for the first time at the end of each hour of the window, oldest first; of the jobs that were looked at. */
  queue: z.array(z.strictObject({ at: IsoTime, waiting: count })).max(25),
})
export type JobFigures = z.infer<typeof JobFigures>

/** Average intensity at one moment. */
const IntensityAt = z.strictObject({
  at: IsoTime,
  gPerKWh: z.number(),
  /** Whether it lies ahead, so that nobody has measured it. */
  forecast: z.boolean(),
})

export const ZoneOverview = z.strictObject({
  zone: Zone,
  name: z.string().max(250).nullable(),
  /** `stale`: what was known last is out of date; `missing`: nothing is known, and `reason` says why. */
  state: z.enum(['fresh', 'stale', 'missing']),
  reason: z.string().max(300).nullable(),
  now: IntensityAt.nullable(),
  inSixHours: IntensityAt.nullable(),
  origin: Origin.nullable(),
  recordedOn: z.string().max(40).nullable(),
  source: z.string().max(120).nullable(),
  issuedAt: IsoTime.nullable(),
  /** How old what is known is, seconds. */
  ageSeconds: z.number().min(0).nullable(),
  /** Of electricity now; `null` where nobody publishes one. */
  price: ElectricityPrice.omit({ knownShare: true }).nullable(),
  /** Machines that were not removed, and those of them that are there; `null` for whoever does not see the fleet. */
  nodes: z.strictObject({ all: count, online: count }).nullable(),
  /** Receipts of the last hour, of the jobs that whoever asks may see; `null` for whoever sees no receipts. */
  completedLastHour: count.nullable(),
})
export type ZoneOverview = z.infer<typeof ZoneOverview>

export const overviewCalls = {
  getFleetSummary: call(
    Empty,
    FleetSummary,
    http('GET', '/v1/fleet-summary', 'fleet.read', 'How many machines there are by state, presence, zone and GPU; for operators'),
  ),
  getJobSummary: call(
    Empty,
    JobFigures,
    http('GET', '/v1/job-summary', 'work.read', 'How many jobs are where, how long they wait and how many fail: of yours, for operators of everybody’s'),
  ),
  getZoneOverview: call(
    z.strictObject({
      /** Every known zone; otherwise those with machines in them. */
      all: z.stringbool().or(z.boolean()).default(false),
    }),
    z.strictObject({ asOf: IsoTime, zones: z.array(ZoneOverview).max(2_000), attributions: z.array(z.string().max(300)).max(40) }),
    http('GET', '/v1/zone-overview', 'self.read', 'Each zone with its intensity now and in six hours, how that is known, price, machines and finished work'),
  ),
}

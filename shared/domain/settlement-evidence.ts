/**
 * What a site drew, half-hour by half-hour of the settlement day of Great Britain, against a named baseline: evidence in the form in which a virtual
 * trading party would need it. It is no settlement: nobody who signs it is a party to the Balancing and Settlement Code, and no meter behind it is
 * a settlement meter.
 */
import { z } from 'zod'
import { Id, IsoTime, KeyId, PublicJwk, Sha256Hex, Zone } from '../contract/wire.ts'
import { MeterMethod } from './energy-proof.ts'

export const EVIDENCE_TYPE = 'application/vnd.windfall.settlement-evidence.v1+json'

/**
 * The baseline of a settlement period: the arithmetic mean of what the site drew in the period of the same number on comparable days. Those are the
 * `days` newest ones, within `lookBackDays` before the day, that are of the same kind (Monday to Friday, or the weekend; public holidays count
 * as what they are), have 48 periods, are no event days, came after the day on which the site was first metered, and whose runs are all proven. A
 * day on which nothing ran counts with nothing. With fewer than `atLeast` there is no baseline.
 */
export const BASELINE = { id: 'windfall-mean-of-comparable-days', version: '1', days: 10, atLeast: 5, lookBackDays: 60 } as const

export const PURPOSE = 'Evidence, not settlement. The signer is no BSC party, and the meter is no settlement meter.'
export const DEVIATION_SIGN = 'baseline − metered: positive where the site drew less than its baseline'
export const METER_CLASS = 'NVML/RAPL, not a settlement meter'
export const METER_SCOPE =
  'What Windfall’s jobs drew at this machine by accepted energy proofs, after the stated overhead. Nothing else on the site is metered.'

/** Receipts, and dispatches, of one period. */
export const MAX_ENTRIES = 1_000

const text = (max: number) => z.string().min(1).max(max)
const day = z.iso.date()
const amount = z.number().min(0)

/** What only the operator of a site knows; `null` is unknown. */
export const SiteFacts = z.strictObject({
  mpan: z
    .string()
    .regex(/^\d{13}$/, 'expected the 13 digits of an MPAN core')
    .nullable(),
  msid: text(30).nullable(),
  /** Of an asset meter behind the boundary. */
  amsid: text(30).nullable(),
  gspGroup: z
    .string()
    .regex(/^_[A-P]$/, 'expected a GSP group such as _C')
    .nullable(),
  bmUnit: text(30).nullable(),
  supplierId: text(30).nullable(),
  /** Make and model of what meters the site for settlement. */
  settlementMeter: text(80).nullable(),
  referencePrice: z.strictObject({ gbpPerMWh: z.number(), version: text(40) }).nullable(),
})
export type SiteFacts = z.infer<typeof SiteFacts>

export const UNKNOWN_SITE: SiteFacts = {
  mpan: null,
  msid: null,
  amsid: null,
  gspGroup: null,
  bmUnit: null,
  supplierId: null,
  settlementMeter: null,
  referencePrice: null,
}

const ReceiptRead = z.strictObject({
  receiptId: Id,
  /** Its place in the log. */
  logIndex: z.number().int().min(0),
  receiptSha256: Sha256Hex,
  /** Of this period. */
  joules: amount,
  overheadFactor: z.number().min(1),
  method: MeterMethod,
  uncertaintyPct: amount,
  /** Hashes of the meter reads: the energy proofs that the machine signed. */
  proofSha256: z.array(Sha256Hex).min(1).max(128),
})

const Dispatch = z.strictObject({
  /** `run`: a job was sent here for a window · `asked-back`: a running job was asked to end and go on later · `incident`: the zone’s work was changed. */
  kind: z.enum(['run', 'asked-back', 'incident']),
  /** The decision that led to it, in the log of decisions. */
  decision: z.strictObject({ seq: z.number().int(), hash: Sha256Hex }).nullable(),
  jobId: Id.nullable(),
  attemptId: Id.nullable(),
  incidentId: Id.nullable(),
  /** Since when the machine, or the operator, knew. */
  noticeAt: IsoTime,
  /** As planned; `null` where nothing was. */
  planned: z.strictObject({ from: IsoTime, to: IsoTime }).nullable(),
  startAt: IsoTime.nullable(),
  stopAt: IsoTime.nullable(),
  reason: z.string().max(300).nullable(),
})
export type Dispatch = z.infer<typeof Dispatch>

export const EvidencePeriod = z.strictObject({
  period: z.number().int().min(1).max(50),
  from: IsoTime,
  to: IsoTime,
  /** Σ joules of the receipts / 3.6e6. */
  meteredKWh: amount,
  /** Why the figure may be too low, such as a run that is not proven yet; `null` if nothing is missing. */
  meteredMisses: z.string().max(200).nullable(),
  /** What the site drew in the same period of each comparable day, kWh, in the order of those. */
  history: z.array(amount).max(BASELINE.days),
  baselineKWh: amount.nullable(),
  /** Why there is none. */
  noBaseline: z.string().max(200).nullable(),
  /** `null` without a baseline, and where something is missing. */
  deviationKWh: z.number().nullable(),
  receipts: z.array(ReceiptRead).max(MAX_ENTRIES),
  dispatch: z.array(Dispatch).max(MAX_ENTRIES),
})
export type EvidencePeriod = z.infer<typeof EvidencePeriod>

export const SettlementEvidence = z.strictObject({
  type: z.literal('windfall.settlement-evidence/v1'),
  purpose: z.literal(PURPOSE),
  nodeId: KeyId,
  zone: Zone,
  settlementDate: day,
  timeZone: z.literal('Europe/London'),
  issuedAt: IsoTime,
  software: z.strictObject({ name: z.literal('windfall'), version: text(40) }),
  site: z.strictObject({ ...SiteFacts.shape, saidBy: Id.nullable(), saidAt: IsoTime.nullable() }),
  meter: z.strictObject({ class: z.literal(METER_CLASS), scope: z.literal(METER_SCOPE) }),
  baseline: z.strictObject({
    id: z.literal(BASELINE.id),
    version: z.literal(BASELINE.version),
    days: z.literal(BASELINE.days),
    atLeast: z.literal(BASELINE.atLeast),
    lookBackDays: z.literal(BASELINE.lookBackDays),
  }),
  deviationSign: z.literal(DEVIATION_SIGN),
  /** Whether work of this site or its zone was moved on that day. */
  eventDay: z.boolean(),
  /** Newest first. */
  comparableDays: z.array(day).max(BASELINE.days),
  periods: z.array(EvidencePeriod).min(46).max(50),
  /** Whose signature it bears. */
  signedBy: PublicJwk,
})
export type SettlementEvidence = z.infer<typeof SettlementEvidence>

/** Mean of a history, `null` where it is too short. */
export const baselineOf = (history: readonly number[]): number | null =>
  history.length < BASELINE.atLeast ? null : history.reduce((sum, kWh) => sum + kWh, 0) / history.length

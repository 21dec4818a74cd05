/** Checks settlement evidence from its text alone: signatures, the calendar, and every figure that follows from another. */
import type { Envelope } from '../contract/wire.ts'
import { JOULES_PER_KWH, toIso, HALF_HOUR_MS } from '../units.ts'
import { unpackEnvelope } from './dsse.ts'
import { readJsonBytes } from './json-bytes.ts'
import { type VerifyPort, keyIdOf, weakKeyProblem } from './keys.ts'
import { BASELINE, EVIDENCE_TYPE, type EvidencePeriod, SettlementEvidence, baselineOf } from './settlement-evidence.ts'
import { isWeekend, settlementPeriodStart } from './settlement-period.ts'

export interface EvidenceVerdict {
  readonly evidence: SettlementEvidence | null
  /** Why it does not hold; empty if it does. */
  readonly problems: readonly string[]
}

interface Judging {
  readonly crypto: VerifyPort
  /** Thumbprints of the keys that are trusted; `undefined`: whatever key signed. */
  readonly pinnedKeys?: readonly string[] | undefined
}

const DAY_MS = 86_400_000

/** Relative 1e-9, as receipts are checked. */
const same = (a: number | null, b: number | null): boolean =>
  a === null || b === null ? a === b : Math.abs(a - b) <= 1e-9 * Math.max(Math.abs(a), Math.abs(b), 1e-9)

function periodProblems(period: EvidencePeriod, { settlementDate, comparableDays }: SettlementEvidence): string[] {
  const { from, to, meteredKWh, meteredMisses, history, baselineKWh, noBaseline, deviationKWh, receipts } = period
  const start = settlementPeriodStart(settlementDate, period.period)
  const metered = receipts.reduce((sum, { joules }) => sum + joules, 0) / JOULES_PER_KWH
  const baseline = baselineOf(history)
  const deviation = baselineKWh === null || meteredMisses !== null ? null : baselineKWh - meteredKWh
  const wrong = [
    start === null || from !== toIso(start) || to !== toIso(start + HALF_HOUR_MS) ? 'is not at the time of its number' : null,
    same(meteredKWh, metered) ? null : 'does not meter what its receipts say',
    new Set(receipts.map(({ receiptId }) => receiptId)).size === receipts.length ? null : 'counts a receipt twice',
    // Comparable days have 48 periods.
    history.length === (period.period > 48 ? 0 : comparableDays.length) ? null : 'does not have a history of every comparable day',
    same(baselineKWh, baseline) && (baselineKWh === null) === (noBaseline !== null) ? null : 'has another baseline than its history gives',
    same(deviationKWh, deviation) ? null : 'has another deviation than baseline − metered',
  ]
  return wrong.flatMap((problem) => (problem === null ? [] : [`period ${period.period} ${problem}`]))
}

/** Whether a day is one that the baseline may be of, as far as the calendar tells. */
const isComparable = (day: string, settlementDate: string): boolean =>
  Date.parse(settlementDate) - Date.parse(day) <= BASELINE.lookBackDays * DAY_MS &&
  isWeekend(day) === isWeekend(settlementDate) &&
  settlementPeriodStart(day, 48) !== null &&
  settlementPeriodStart(day, 49) === null

function dayProblems(evidence: SettlementEvidence): string[] {
  const { settlementDate, periods, comparableDays } = evidence
  const numbers = Array.from({ length: 50 }, (_, index) => index + 1).filter((number) => settlementPeriodStart(settlementDate, number) !== null)
  const isWhole = periods.length === numbers.length && periods.every(({ period }, index) => period === numbers[index])
  const isBefore = comparableDays.every((day, index) => day < (comparableDays[index - 1] ?? settlementDate))
  return [
    ...(isWhole ? [] : [`${settlementDate} has ${numbers.length} settlement periods, and these are others`]),
    ...(isBefore ? [] : ['its comparable days are not days before it, newest first']),
    ...(comparableDays.every((day) => isComparable(day, settlementDate)) ? [] : ['its comparable days are not of its kind']),
    ...periods.flatMap((period) => periodProblems(period, evidence)),
  ]
}

/** Checks the evidence of one day. */
export async function verifyEvidence(envelope: Envelope, { crypto, pinnedKeys }: Judging): Promise<EvidenceVerdict> {
  const unpacked = unpackEnvelope(envelope, EVIDENCE_TYPE)
  if (typeof unpacked === 'string') return { evidence: null, problems: [unpacked] }
  const parsed = SettlementEvidence.safeParse(readJsonBytes(unpacked.body))
  if (!parsed.success) return { evidence: null, problems: ['it is no settlement evidence'] }
  const evidence = parsed.data
  const keyId = await keyIdOf(evidence.signedBy, crypto.sha256)
  const isSigned =
    weakKeyProblem(evidence.signedBy) === null && keyId === unpacked.keyId && (await crypto.verify(evidence.signedBy, unpacked.signedBytes, unpacked.signature))
  return {
    evidence,
    problems: [
      ...(isSigned ? [] : ['its signature does not hold']),
      ...(pinnedKeys === undefined || pinnedKeys.includes(keyId) ? [] : [`it is signed by ${keyId}, which is not the key you trust`]),
      ...dayProblems(evidence),
    ],
  }
}

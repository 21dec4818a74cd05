import { csvRow } from '../../shared/domain/csv.ts'
import type { SettlementEvidence } from '../../shared/domain/settlement-evidence.ts'
import type { EvidenceVerdict } from '../../shared/domain/verify-evidence.ts'
import { table } from './output.ts'

/** Later versions add columns at the end; none is renamed or moved. */
export const EVIDENCE_HEAD = csvRow([
  'settlement_date',
  'settlement_period',
  'from_utc',
  'to_utc',
  'node_id',
  'zone',
  'mpan',
  'msid',
  'amsid',
  'gsp_group',
  'bm_unit',
  'supplier_id',
  'settlement_meter',
  'baseline_method',
  'baseline_version',
  'baseline_kwh',
  'no_baseline',
  'metered_kwh',
  'metered_misses',
  'deviation_kwh',
  'deviation_sign',
  'meter_class',
  'event_day',
  'decisions',
  'notice_at_utc',
  'start_at_utc',
  'stop_at_utc',
  'dispatch_reasons',
  'reference_price_gbp_per_mwh',
  'reference_price_version',
  'log_indexes',
  'proof_sha256',
  'software_version',
  'purpose',
])

const list = (values: readonly (string | number | null | undefined)[]): string => values.filter((value) => value !== null && value !== undefined).join(' ')

/** A row for each settlement period; several things in one cell have spaces between them. */
export const evidenceRows = ({ site, baseline, ...day }: SettlementEvidence): string[] =>
  day.periods.map((period) =>
    csvRow([
      day.settlementDate,
      period.period,
      period.from,
      period.to,
      day.nodeId,
      day.zone,
      site.mpan,
      site.msid,
      site.amsid,
      site.gspGroup,
      site.bmUnit,
      site.supplierId,
      site.settlementMeter,
      baseline.id,
      baseline.version,
      period.baselineKWh,
      period.noBaseline,
      period.meteredKWh,
      period.meteredMisses,
      period.deviationKWh,
      day.deviationSign,
      day.meter.class,
      day.eventDay,
      list(period.dispatch.map(({ decision }) => decision?.seq)),
      list(period.dispatch.map(({ noticeAt }) => noticeAt)),
      list(period.dispatch.map(({ startAt }) => startAt)),
      list(period.dispatch.map(({ stopAt }) => stopAt)),
      period.dispatch.flatMap(({ reason }) => reason ?? []).join('; '),
      site.referencePrice?.gbpPerMWh ?? null,
      site.referencePrice?.version ?? null,
      list(period.receipts.map(({ logIndex }) => logIndex)),
      list(period.receipts.flatMap(({ proofSha256 }) => proofSha256)),
      day.software.version,
      day.purpose,
    ]),
  )

const figure = (kWh: number | null): string => (kWh === null ? '–' : kWh.toFixed(4))

function rowsOf({ periods }: SettlementEvidence): string[] {
  const shown = periods.filter(({ meteredKWh, dispatch, deviationKWh }) => meteredKWh > 0 || dispatch.length > 0 || (deviationKWh ?? 0) !== 0)
  if (shown.length === 0) return ['  nothing was metered, and nothing was expected']
  return table([
    ['  period', 'from (UTC)', 'baseline kWh', 'metered kWh', 'deviation kWh', 'why not'],
    ...shown.map(({ period, from, baselineKWh, meteredKWh, deviationKWh, meteredMisses, noBaseline }) => [
      `  ${period}`,
      from.slice(11, 16),
      figure(baselineKWh),
      figure(meteredKWh),
      figure(deviationKWh),
      [meteredMisses, noBaseline].filter((reason) => reason !== null).join('; '),
    ]),
  ])
}

/** What a day’s evidence says, and whether it holds. */
export function describeEvidence({ evidence, problems }: EvidenceVerdict): string[] {
  if (!evidence) return ['✗ unreadable', ...problems.map((problem) => `    ${problem}`)]
  const { settlementDate, nodeId, zone, eventDay, comparableDays, baseline } = evidence
  return [
    `${problems.length === 0 ? '✓' : '✗'} ${settlementDate}  ${zone}  node ${nodeId.slice(0, 12)}…${eventDay ? '  event day' : ''}`,
    ...problems.map((problem) => `    ${problem}`),
    `  baseline  ${baseline.id} version ${baseline.version}, from ${comparableDays.length} comparable days`,
    ...rowsOf(evidence),
  ]
}

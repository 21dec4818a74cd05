import type { ReactNode } from 'react'
import type { Anchor, CarbonReceipt, ReceiptInterval } from '../../../shared/domain/carbon-receipt.ts'
import { originOf, recordedOnOf } from '../../../shared/domain/receipt-summary.ts'
import { JOULES_PER_WH } from '../../../shared/units.ts'
import { formatEnergy, formatExact, formatGrams, formatIntensity, formatMoment, formatUncertainty, formatWindow } from '../../lib/format.ts'
import { METHOD_WORD } from '../../lib/words.ts'
import { Banner } from '../../ui/banner.tsx'
import { Card } from '../../ui/card.tsx'
import { CopyId } from '../../ui/copy-id.tsx'
import { Explain } from '../../ui/explain.tsx'
import { Facts } from '../../ui/facts.tsx'
import { LedgerTable, Sub } from '../../ui/ledger-table.tsx'
import { OriginLabel } from '../../ui/origin-label.tsx'

interface ReceiptClaimsProps {
  readonly receipt: CarbonReceipt
  readonly anchor: Anchor | null
  readonly invalid: boolean
  /** Epoch milliseconds. */
  readonly now: number
  /** What leads to the job, where there is such a place. */
  readonly job?: ReactNode
}

/** What the receipt says. If the check failed, that stands above it. */
export function ReceiptClaims({ receipt: { predicate }, anchor, invalid, now, job = <CopyId value={predicate.jobId} what="job id" /> }: ReceiptClaimsProps) {
  return (
    <>
      <Card title="What it states">
        {invalid ? (
          <Banner tone="madder" glyph="cross">
            These figures come from a receipt that failed its check.
          </Banner>
        ) : null}
        <Facts rows={{ ...claims(predicate, now), Job: job }} />
      </Card>
      <Card title="Energy and grid, by half-hour">
        <LedgerTable
          caption="Intervals of the receipt"
          columns={COLUMNS}
          rows={predicate.intervals.map((interval) => rowOf(interval, { now, estimated: predicate.method === 'estimate' }))}
        />
      </Card>
      <Card title="On Solana">
        <Facts rows={anchorFacts(anchor)} />
      </Card>
    </>
  )
}

const claims = (predicate: CarbonReceipt['predicate'], now: number): Record<string, ReactNode> => ({
  Energy: (
    <>
      {predicate.method === 'estimate' ? '≈ ' : ''}
      {formatEnergy(predicate.energyWh * JOULES_PER_WH)} {formatUncertainty(predicate.uncertaintyPct)}{' '}
      <Explain how={METHOD_WORD[predicate.method].explain}>{METHOD_WORD[predicate.method].short}</Explain>
    </>
  ),
  Emissions: (
    <>
      {formatGrams(predicate.emissionsG)} CO₂e in zone {predicate.zone} <OriginLabel origin={originOf(predicate)} recordedOn={recordedOnOf(predicate)} />
    </>
  ),
  Baseline: `${formatGrams(predicate.baseline.emissionsG)} CO₂e, had the job started when it was submitted`,
  'Attributed saving': `${formatGrams(predicate.attributedSavingG)} CO₂e, baseline less emissions${predicate.attributedSavingG < 0 ? ': waiting made it worse' : ''}`,
  'From device to wall': `× ${Number(predicate.overhead.factor.toPrecision(4))}, ${predicate.overhead.basis}`,
  'Per unit of work': `${formatGrams(predicate.sci.value)} CO₂e per ${predicate.sci.r === 'job' ? 'job' : 'GPU hour'} (ISO/IEC 21031)`,
  Issued: (
    <time dateTime={predicate.issuedAt} title={formatExact(predicate.issuedAt)}>
      {formatMoment(predicate.issuedAt, now)}
    </time>
  ),
})

const COLUMNS = [{ name: 'Time' }, { name: 'Grid data' }, { name: 'Intensity', align: 'end' }, { name: 'Energy', align: 'end' }] as const

const rowOf = (interval: ReceiptInterval, { now, estimated }: { now: number; estimated: boolean }) => ({
  key: interval.from,
  cells: [
    formatWindow(interval, now),
    <>
      <OriginLabel origin={interval.origin} recordedOn={interval.issuedAt.slice(0, 10)} />
      <Sub>
        {interval.source}
        {interval.estimated ? ', estimated by the source' : ''}
      </Sub>
    </>,
    formatIntensity(interval.gPerKWh),
    `${estimated ? '≈ ' : ''}${formatEnergy(interval.joules)}`,
  ],
})

const anchorFacts = (anchor: Anchor | null): Record<string, ReactNode> =>
  anchor === null
    ? { Anchor: 'Not anchored yet. The log head it belongs to goes on chain in a batch; the receipt is valid without it.' }
    : { Cluster: anchor.cluster, Signature: <CopyId value={anchor.signature} what="anchor signature" />, Memo: <code>{anchor.memo}</code> }

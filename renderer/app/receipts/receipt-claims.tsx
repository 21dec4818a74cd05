import type { ReactNode } from 'react'
import type { Anchor, CarbonReceipt, ReceiptInterval } from '../../../shared/domain/carbon-receipt.ts'
import { originOf, recordedOnOf } from '../../../shared/domain/receipt-summary.ts'
import { region, t } from '../../../shared/i18n/translate.ts'
import { JOULES_PER_WH } from '../../../shared/units.ts'
import { formatEnergy, formatExact, formatGrams, formatIntensity, formatMoment, formatUncertainty, formatWindow } from '../../lib/format.ts'
import { rich } from '../../lib/rich.tsx'
import { METHOD_WORD } from '../../lib/words.ts'
import { Banner } from '../../ui/banner.tsx'
import { Card } from '../../ui/card.tsx'
import { CopyId } from '../../ui/copy-id.tsx'
import { Explain } from '../../ui/explain.tsx'
import { Facts } from '../../ui/facts.tsx'
import { English } from '../../ui/english.tsx'
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
  /** How times are written: by the clock here, unless the pages around it go by another one. */
  readonly clock?: ReceiptClock
}

export interface ReceiptClock {
  readonly moment: (at: string, now: number) => string
  readonly window: (window: { readonly from: string; readonly to: string }, now: number) => string
}

const HERE: ReceiptClock = { moment: formatMoment, window: formatWindow }

/** What the receipt says. If the check failed, that stands above it. */
export function ReceiptClaims({
  receipt: { predicate },
  anchor,
  invalid,
  now,
  job = <CopyId value={predicate.jobId} what={t('job id')} />,
  clock = HERE,
}: ReceiptClaimsProps) {
  return (
    <>
      <Card title={t('What it states')}>
        {invalid ? (
          <Banner tone="madder" glyph="cross">
            {t('These figures come from a receipt that failed its check.')}
          </Banner>
        ) : null}
        <Facts rows={{ ...claims(predicate, clock.moment(predicate.issuedAt, now)), [t('Job')]: job }} />
      </Card>
      <Card title={t('Energy and grid, by half-hour')}>
        <LedgerTable
          caption={t('Intervals of the receipt')}
          columns={COLUMNS}
          rows={predicate.intervals.map((interval) => rowOf(interval, { during: clock.window(interval, now), estimated: predicate.method === 'estimate' }))}
        />
      </Card>
      <Card title={t('On Solana')}>
        <Facts rows={anchorFacts(anchor)} />
      </Card>
    </>
  )
}

const claims = (predicate: CarbonReceipt['predicate'], issued: string): Record<string, ReactNode> => ({
  [t('Energy')]: (
    <>
      {predicate.method === 'estimate' ? '≈ ' : ''}
      {formatEnergy(predicate.energyWh * JOULES_PER_WH)} {formatUncertainty(predicate.uncertaintyPct)}{' '}
      <Explain how={METHOD_WORD[predicate.method].explain}>{METHOD_WORD[predicate.method].short}</Explain>
    </>
  ),
  [t('Emissions')]: (
    <>
      {t('{grams} CO₂e in zone {zone}', { grams: formatGrams(predicate.emissionsG), zone: predicate.zone })}{' '}
      <OriginLabel origin={originOf(predicate)} recordedOn={recordedOnOf(predicate)} />
    </>
  ),
  [t('Baseline')]: t('{grams} CO₂e, had the job started when it was submitted', { grams: formatGrams(predicate.baseline.emissionsG) }),
  [t('Attributed saving')]: savingText(predicate.attributedSavingG),
  [t('From device to wall')]: (
    <>
      {formatFactor(predicate.overhead.factor)}, <Basis basis={predicate.overhead.basis} />
    </>
  ),
  [t('Per unit of work')]: perWork(predicate.sci),
  [t('Issued')]: (
    <time dateTime={predicate.issuedAt} title={formatExact(predicate.issuedAt)}>
      {issued}
    </time>
  ),
})

const savingText = (grams: number): string =>
  grams < 0
    ? t('{grams} CO₂e, baseline less emissions: waiting made it worse', { grams: formatGrams(grams) })
    : t('{grams} CO₂e, baseline less emissions', { grams: formatGrams(grams) })

/** What a coordinator that knows nothing of the power supply states. */
const METERED_ONLY = 'unknown; metered device only'
const Basis = ({ basis }: { basis: string }) => (basis === METERED_ONLY ? t('unknown; metered device only') : <English>{basis}</English>)

const formatFactor = (factor: number): string => `× ${new Intl.NumberFormat(region(), { maximumSignificantDigits: 4 }).format(factor)}`

const perWork = ({ value, r }: CarbonReceipt['predicate']['sci']): string =>
  r === 'job'
    ? t('{grams} CO₂e per job (ISO/IEC 21031)', { grams: formatGrams(value) })
    : t('{grams} CO₂e per GPU hour (ISO/IEC 21031)', { grams: formatGrams(value) })

const COLUMNS = [{ name: t('Time') }, { name: t('Grid data') }, { name: t('Intensity'), align: 'end' }, { name: t('Energy'), align: 'end' }] as const

const rowOf = (interval: ReceiptInterval, { during, estimated }: { readonly during: string; readonly estimated: boolean }) => ({
  key: interval.from,
  cells: [
    during,
    <>
      <OriginLabel origin={interval.origin} recordedOn={interval.issuedAt.slice(0, 10)} />
      <Sub>
        {interval.estimated ? (
          rich('{source}, estimated by the source', { source: <English>{interval.source}</English> })
        ) : (
          <English>{interval.source}</English>
        )}
      </Sub>
    </>,
    formatIntensity(interval.gPerKWh),
    `${estimated ? '≈ ' : ''}${formatEnergy(interval.joules)}`,
  ],
})

const anchorFacts = (anchor: Anchor | null): Record<string, ReactNode> =>
  anchor === null
    ? { [t('Anchor')]: t('Not anchored yet. The log head it belongs to goes on chain in a batch; the receipt is valid without it.') }
    : {
        [t('Cluster')]: anchor.cluster,
        [t('Signature')]: <CopyId value={anchor.signature} what={t('anchor signature')} />,
        [t('Memo')]: <code>{anchor.memo}</code>,
      }

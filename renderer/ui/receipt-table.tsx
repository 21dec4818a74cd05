import type { OutputOf } from '../../shared/contract/define.ts'
import type { agentContract } from '../../shared/contract/agent.ts'
import { t } from '../../shared/i18n/translate.ts'
import { JOULES_PER_WH } from '../../shared/units.ts'
import { formatEnergy, formatGrams, shortId } from '../lib/format.ts'
import { rich } from '../lib/rich.tsx'
import { hrefOf } from '../lib/router.ts'
import { LedgerTable, type Row, Sub } from './ledger-table.tsx'
import { OriginLabel } from './origin-label.tsx'
import { Moment } from './relative-time.tsx'

export type ReceiptRow = OutputOf<(typeof agentContract)['listReceipts']>['items'][number]

export const RECEIPT_COLUMNS = [
  { name: t('Receipt') },
  { name: t('Grid data') },
  { name: t('CO₂e'), align: 'end', show: 'wide' },
  { name: t('Attributed saving'), align: 'end', show: 'wide' },
  { name: t('Energy'), align: 'end' },
] as const

interface ReceiptTableProps {
  readonly receipts: readonly ReceiptRow[]
  readonly now: number
}

/** Receipts, newest first. What was checked is said on the receipt’s own page, where it is checked. */
export const ReceiptTable = ({ receipts, now }: ReceiptTableProps) => (
  <LedgerTable caption={t('Receipts, newest first')} columns={RECEIPT_COLUMNS} rows={receipts.map((receipt) => receiptRow(receipt, now))} />
)

export const receiptRow = (receipt: ReceiptRow, now: number): Row => {
  const { receiptId, issuedAt, zone, origin, recordedOn, emissionsG, attributedSavingG, energyWh, method } = receipt
  return {
    key: receiptId,
    cells: [
      <>
        <a href={hrefOf({ page: 'receipt', receiptId })}>{shortId(receiptId)}</a>
        <Sub>{rich('{moment} · zone {zone}', { moment: <Moment at={issuedAt} now={now} />, zone })}</Sub>
      </>,
      <OriginLabel key="origin" origin={origin} recordedOn={recordedOn} />,
      formatGrams(emissionsG),
      formatGrams(attributedSavingG),
      `${method === 'estimate' ? '≈ ' : ''}${formatEnergy(energyWh * JOULES_PER_WH)}`,
    ],
  }
}

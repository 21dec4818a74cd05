import type { OutputOf } from '../../shared/contract/define.ts'
import type { agentContract } from '../../shared/contract/agent.ts'
import { JOULES_PER_WH } from '../../shared/units.ts'
import { formatEnergy, formatGrams, shortId } from '../lib/format.ts'
import { hrefOf } from '../lib/router.ts'
import { LedgerTable, Sub } from './ledger-table.tsx'
import { OriginLabel } from './origin-label.tsx'
import { Moment } from './relative-time.tsx'

export type ReceiptRow = OutputOf<(typeof agentContract)['listReceipts']>['items'][number]

const COLUMNS = [
  { name: 'Receipt' },
  { name: 'Grid data' },
  { name: 'CO₂e', align: 'end', show: 'wide' },
  { name: 'Attributed saving', align: 'end', show: 'wide' },
  { name: 'Energy', align: 'end' },
] as const

interface ReceiptTableProps {
  readonly receipts: readonly ReceiptRow[]
  readonly now: number
}

/** Receipts, newest first. What was checked is said on the receipt’s own page, where it is checked. */
export const ReceiptTable = ({ receipts, now }: ReceiptTableProps) => (
  <LedgerTable
    caption="Receipts, newest first"
    columns={COLUMNS}
    rows={receipts.map(({ receiptId, issuedAt, zone, origin, recordedOn, emissionsG, attributedSavingG, energyWh, method }) => ({
      key: receiptId,
      cells: [
        <>
          <a href={hrefOf({ page: 'receipt', receiptId })}>{shortId(receiptId)}</a>
          <Sub>
            <Moment at={issuedAt} now={now} /> · zone {zone}
          </Sub>
        </>,
        <OriginLabel key="origin" origin={origin} recordedOn={recordedOn} />,
        formatGrams(emissionsG),
        formatGrams(attributedSavingG),
        `${method === 'estimate' ? '≈ ' : ''}${formatEnergy(energyWh * JOULES_PER_WH)}`,
      ],
    }))}
  />
)

import type { Db } from '../persistence/database.ts'

export interface ReceiptTotals {
  readonly receipts: number
  readonly energyWh: number
  readonly emissionsG: number
  readonly attributedSavingG: number
}

/** Of the receipts of one requester. */
export const totalsOfRequester = (db: Db, requesterId: string): Promise<ReceiptTotals> => summed(receiptSums(db).where('requester_id', '=', requesterId))

/** Of the receipts whose place in the log is `from` or later, and before `to`. */
export async function receiptTotals(db: Db, from: number, to: number): Promise<ReceiptTotals> {
  return summed(receiptSums(db).where('leaf_index', '>=', from).where('leaf_index', '<', to))
}

const receiptSums = (db: Db) =>
  db
    .selectFrom('receipt')
    .select((e) => [
      e.fn.countAll<number>().as('receipts'),
      e.fn.sum<number | null>('energy_wh').as('energyWh'),
      e.fn.sum<number | null>('emissions_g').as('emissionsG'),
      e.fn.sum<number | null>('attributed_saving_g').as('attributedSavingG'),
    ])

async function summed(sums: ReturnType<typeof receiptSums>): Promise<ReceiptTotals> {
  const { receipts, energyWh, emissionsG, attributedSavingG } = await sums.executeTakeFirstOrThrow()
  return { receipts, energyWh: energyWh ?? 0, emissionsG: emissionsG ?? 0, attributedSavingG: attributedSavingG ?? 0 }
}

import type { KyselyPlugin } from 'kysely'

/** Columns that hold money end in one of these and arrive as `bigint`; every other integer arrives as `number`. */
const MONEY = /(?:_micro|_lamports|^amount|_amount)$/

function decodeRow(row: Record<string, unknown>): Record<string, unknown> {
  for (const column of Object.keys(row)) {
    const value = row[column]
    if (typeof value !== 'bigint' || MONEY.test(column)) continue
    if (value > BigInt(Number.MAX_SAFE_INTEGER) || value < BigInt(Number.MIN_SAFE_INTEGER))
      throw new RangeError(`column ${column} holds ${value}, which a number cannot`)
    row[column] = Number(value)
  }
  return row
}

/** Gives every integer of rows just read the type its column's name asks for, in place. */
export function withIntegers<R>(rows: readonly R[]): readonly R[] {
  for (const row of rows) decodeRow(row as Record<string, unknown>)
  return rows
}

/** Gives every integer the type its column's name asks for; both engines hand all of them over as `bigint`. */
export const integers: KyselyPlugin = {
  transformQuery: ({ node }) => node,
  transformResult: async ({ result }) => ({ ...result, rows: result.rows.map(decodeRow) }),
}

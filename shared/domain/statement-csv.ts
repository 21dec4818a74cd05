import type { StatementLine } from '../contract/ledger.ts'
import { csvRow } from './csv.ts'

export const STATEMENT_HEAD = 'at,kind,transaction,account,asset,amount,note'

/** One row for each change; amounts are whole numbers of the asset's unit. */
export const statementRows = (items: readonly StatementLine[]): string[] =>
  items.flatMap(({ at, kind, transactionId, note, changes }) =>
    changes.map(({ account, asset, amount }) => csvRow([at, kind, transactionId, account, asset, amount, note])),
  )

import { ReceiptSummary } from '../../../shared/contract/receipt.ts'
import { ReceiptBundle } from '../../../shared/domain/carbon-receipt.ts'
import { receiptOf } from '../../../shared/domain/receipt-summary.ts'
import { sha256Hex } from '../../kernel/signing.ts'
import type { Sqlite } from '../../kernel/sqlite.ts'

/** Which receipts are meant; what is left out does not matter. */
export interface ReceiptSearch {
  /** Words that all have to be part of an id, a hash, the zone or the model. */
  readonly search?: string | undefined
  readonly origin?: ReceiptSummary['origin'] | undefined
  /** Issued from then on, and before then, epoch milliseconds. */
  readonly since?: number | undefined
  readonly until?: number | undefined
}

const MAX_WORDS = 8
const wordsOf = (search: string | undefined): readonly string[] => (search?.toLowerCase().split(/\s+/) ?? []).filter((word) => word !== '').slice(0, MAX_WORDS)

/** Everything a receipt is found by: its ids, zone and model, and the hashes of its body, of the output and of its proofs. */
export function foundBy(bundle: ReceiptBundle): string {
  const receipt = receiptOf(bundle)
  if (!receipt) return ''
  const { predicate, subject } = receipt
  const { receiptId, jobId, zone, modelId, proofs } = predicate
  const hashes = [sha256Hex(Buffer.from(bundle.receipt.payload, 'base64')), subject[0].digest.sha256, ...proofs.map(({ sha256 }) => sha256)]
  return [receiptId, jobId, zone, modelId ?? '', ...hashes].join(' ').toLowerCase()
}

/** What cannot be read is found by nothing, and stays in the list. */
function foundByText(text: string): string {
  const bundle = ReceiptBundle.safeParse(JSON.parse(text))
  return bundle.success ? foundBy(bundle.data) : ''
}

interface Query {
  readonly after: string | null
  readonly limit: number
  readonly words: string
  readonly origin: string | null
  readonly since: number | null
  readonly until: number | null
}

const matching = (beyond: string): string => `
  SELECT summary FROM receipt
  WHERE ${beyond}
    AND (@origin IS NULL OR json_extract(summary, '$.origin') = @origin)
    AND (@since IS NULL OR issued_at >= @since) AND (@until IS NULL OR issued_at < @until)
    AND NOT EXISTS (SELECT 1 FROM json_each(@words) WHERE instr(found_by, value) = 0)
  ORDER BY issued_at DESC, receipt_id DESC LIMIT @limit`

/**
 * The SQL on table `receipt` that looks for some, newest first; an `after` that is not there reads as the first page. Receipts that were kept before
 * they could be searched are read once.
 */
export function createReceiptSearch(db: Sqlite): (filter: ReceiptSearch, after: string | null, limit: number) => ReceiptSummary[] {
  const unread = db.prepare<[], { receipt_id: string; bundle: string }>('SELECT receipt_id, bundle FROM receipt WHERE found_by IS NULL LIMIT 100')
  const fill = db.prepare<[string, string]>('UPDATE receipt SET found_by = ? WHERE receipt_id = ?')
  const fillAll = db.transaction((rows: readonly { readonly receipt_id: string; readonly bundle: string }[]) => {
    for (const { receipt_id, bundle } of rows) fill.run(foundByText(bundle), receipt_id)
  })
  for (let rows = unread.all(); rows.length > 0; rows = unread.all()) fillAll(rows)
  const position = db.prepare<[string], { issued_at: number }>('SELECT issued_at FROM receipt WHERE receipt_id = ?')
  // Apart, so that a page begins in the index where the last one ended, however far back that is.
  const first = db.prepare<[Query], { summary: string }>(matching('TRUE'))
  const following = db.prepare<[Query & { at: number }], { summary: string }>(matching('(issued_at, receipt_id) < (@at, @after)'))
  return ({ search, origin, since, until }, after, limit) => {
    const query = { after, limit, words: JSON.stringify(wordsOf(search)), origin: origin ?? null, since: since ?? null, until: until ?? null }
    const last = after === null ? undefined : position.get(after)
    const rows = last ? following.all({ ...query, at: last.issued_at }) : first.all(query)
    return rows.map(({ summary }) => ReceiptSummary.parse(JSON.parse(summary)))
  }
}

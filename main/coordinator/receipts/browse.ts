import { setImmediate } from 'node:timers/promises'
import type { z } from 'zod'
import { ReceiptFilters, type ReceiptSummary } from '../../../shared/contract/receipt.ts'
import type { CarbonReceipt, ReceiptInterval, ReceiptPredicate } from '../../../shared/domain/carbon-receipt.ts'
import { type Viewer, rowsOf } from '../../../shared/domain/permissions.ts'
import { WindfallError } from '../../../shared/errors.ts'
import { fromIso } from '../../../shared/units.ts'
import type { Db } from '../persistence/database.ts'
import { type ReceiptBrowser, type ReceiptFilter, type WorkedReceipt, createReceiptBrowser } from './browse.store.ts'

type Asked = { readonly [K in keyof typeof ReceiptFilters]?: z.infer<(typeof ReceiptFilters)[K]> | undefined }

const when = (time: string | undefined): number | undefined => (time === undefined ? undefined : fromIso(time))

/**
 * What is asked for, as far as whoever asks may see it: a requester what its jobs led to, an operator everything.
 * Errors: `auth.refused` for what is of another requester, `input.invalid` for a stretch that ends before it begins.
 */
export function filterFor(viewer: Pick<Viewer, 'account' | 'all'>, asked: Asked): ReceiptFilter {
  const { job, node, requester, model, zone, receipt, hash } = asked
  const [since, until] = [when(asked.since), when(asked.until)]
  if (since !== undefined && until !== undefined && since >= until) throw new WindfallError('input.invalid', 'The stretch of time ends before it begins.')
  const own = rowsOf(viewer)
  if (own !== null && requester !== undefined && requester !== own)
    throw new WindfallError(
      'auth.refused',
      'These are the receipts of somebody else. Leave the requester out for your own, or ask with the key of the operator.',
    )
  const requesterId = own ?? requester
  return { requesterId, jobId: job, nodeId: node, modelId: model, zone, receiptId: receipt, hash, since, until }
}

/** One page of receipts, newest first. `next` is the `after` of the following page, `null` at the end. Error: `input.invalid`. */
export async function listReceipts(
  db: Db,
  filter: ReceiptFilter,
  { after, limit }: { readonly after: string | null; readonly limit: number },
): Promise<{ items: ReceiptSummary[]; next: string | null }> {
  if (after !== null && !/^\d{1,15}$/.test(after)) throw new WindfallError('input.invalid', `“${after}” is not a page of receipts. Start without it.`)
  const found = await createReceiptBrowser(db).summaries(filter, after === null ? null : Number(after), limit + 1)
  const items = found.slice(0, limit)
  return { items, next: found.length > limit ? String(items.at(-1)?.leafIndex) : null }
}

/** Receipts that are held at once while many are read. */
const PAGE = 200

/** Page after page in the order in which the work ended: the next one is read when this one is done with, and others get their turn in between. */
export async function* workedPages(browser: Pick<ReceiptBrowser, 'worked'>, filter: ReceiptFilter, size = PAGE): AsyncGenerator<readonly WorkedReceipt[]> {
  for (let last: WorkedReceipt | null = null; ; await setImmediate()) {
    const page: readonly WorkedReceipt[] = await browser.worked(filter, last, size)
    if (page.length > 0) yield page
    if (page.length < size) return
    last = page.at(-1) ?? null
  }
}

/** What a receipt of ours says; it was checked when it was signed. */
export const statementOf = ({ envelope }: Pick<WorkedReceipt, 'envelope'>): CarbonReceipt =>
  JSON.parse(Buffer.from(envelope.payload, 'base64').toString('utf8')) as CarbonReceipt

/** The intervals that begin in the stretch that was asked for. */
export const intervalsIn = ({ intervals }: Pick<ReceiptPredicate, 'intervals'>, { since, until }: ReceiptFilter): readonly ReceiptInterval[] =>
  intervals.filter(({ from }) => {
    const at = fromIso(from)
    return (since === undefined || at >= since) && (until === undefined || at < until)
  })

import { emissionsOf } from '../../../shared/domain/carbon.ts'
import type { ReceiptBundle, ReceiptInterval } from '../../../shared/domain/carbon-receipt.ts'
import { csvRow } from '../../../shared/domain/csv.ts'
import { JOULES_PER_KWH } from '../../../shared/units.ts'
import { sha256Hex } from '../../kernel/signing.ts'
import type { ReceiptBrowser, ReceiptFilter, WorkedReceipt } from './browse.store.ts'
import { intervalsIn, statementOf, workedPages } from './browse.ts'

/** Columns of the compliance export. Later versions add columns at the end; none is renamed or moved. */
const COLUMNS = [
  'period_from_utc',
  'period_to_utc',
  'zone',
  'node_id',
  'job_id',
  'energy_kwh',
  'emissions_g',
  'intensity_g_per_kwh',
  'kind',
  'basis',
  'source',
  'source_issued_at_utc',
  'origin',
  'estimated',
  'meter_method',
  'uncertainty_pct',
  'overhead_factor',
  'model_id',
  'requester_id',
  'receipt_id',
  'receipt_sha256',
  'log_index',
  'market_based_g',
] as const

const END = '\r\n'

function rowsOf(receipt: WorkedReceipt, filter: ReceiptFilter): string {
  const { predicate } = statementOf(receipt)
  const sha256 = sha256Hex(Buffer.from(receipt.envelope.payload, 'base64'))
  const rowOf = (interval: ReceiptInterval): string =>
    csvRow([
      interval.from,
      interval.to,
      predicate.zone,
      predicate.nodeId,
      predicate.jobId,
      interval.joules / JOULES_PER_KWH,
      emissionsOf([interval]),
      interval.gPerKWh,
      interval.kind,
      interval.basis,
      interval.source,
      interval.issuedAt,
      interval.origin,
      interval.estimated,
      predicate.method,
      predicate.uncertaintyPct,
      predicate.overhead.factor,
      predicate.modelId,
      receipt.requesterId,
      receipt.receiptId,
      sha256,
      receipt.leafIndex,
      // Location-based only: a market-based figure needs a certificate, and none is attached.
      null,
    ]) + END
  return intervalsIn(predicate, filter).map(rowOf).join('')
}

/** The intervals of receipts as CSV, one row each, a page of receipts at a time. */
async function* exportCsv(browser: Pick<ReceiptBrowser, 'worked'>, filter: ReceiptFilter): AsyncGenerator<string> {
  yield csvRow(COLUMNS) + END
  for await (const page of workedPages(browser, filter)) yield page.map((receipt) => rowsOf(receipt, filter)).join('')
}

/** Bundles are larger than rows, and each is put together by itself. */
const BUNDLES_AT_ONCE = 20

/** One line for each receipt, as `lineOf` writes it. Nothing follows the last one: the only line of a file is a bundle as it was signed, to the byte. */
async function* exportLines(
  browser: Pick<ReceiptBrowser, 'worked'>,
  filter: ReceiptFilter,
  lineOf: (receipt: WorkedReceipt) => Promise<string>,
): AsyncGenerator<string> {
  let end = ''
  for await (const page of workedPages(browser, filter, BUNDLES_AT_ONCE))
    for (const receipt of page) {
      yield `${end}${await lineOf(receipt)}`
      end = '\n'
    }
}

interface LineSources {
  readonly bundleOf: (receiptId: string) => Promise<ReceiptBundle>
  readonly credentialOf: (receipt: WorkedReceipt) => Promise<string>
}

/** Whole receipts, each as its own line: as the bundle of a `.wfreceipt` file, or as a credential. */
export const exportReceipts = (browser: Pick<ReceiptBrowser, 'worked'>, filter: ReceiptFilter, { bundleOf, credentialOf }: LineSources) => ({
  csv: () => exportCsv(browser, filter),
  jsonl: () => exportLines(browser, filter, async ({ receiptId }) => JSON.stringify(await bundleOf(receiptId))),
  vc: () => exportLines(browser, filter, credentialOf),
})

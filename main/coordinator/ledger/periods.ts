import type { PeriodView } from '../../../shared/contract/ledger.ts'
import type { Envelope } from '../../../shared/contract/wire.ts'
import { BALANCE_SHEET_TYPE, BalanceSheet } from '../../../shared/domain/balance-sheet.ts'
import { payloadOf, signEnvelope } from '../../../shared/domain/dsse.ts'
import { encodeUtf8 } from '../../../shared/domain/encoding.ts'
import { WindfallError } from '../../../shared/errors.ts'
import { fromIso, toIso } from '../../../shared/units.ts'
import { type Signer, sha256Hex } from '../../kernel/signing.ts'
import { type Db, type Tx, transact } from '../persistence/database.ts'
import { type ClosedPeriod, createPeriodsStore } from './periods.store.ts'
import { createReadingStore } from './reading.store.ts'
import { type SheetSums, balancesAfter, createSheetSums } from './sheet.ts'

const AT_ONCE = 1_000

export const sheetOf = (envelope: Envelope): BalanceSheet => BalanceSheet.parse(payloadOf(envelope))
/** Of the payload, as the next sheet names it. */
const sheetSha256 = ({ payload }: Envelope): string => sha256Hex(Buffer.from(payload, 'base64'))

const viewPeriod = ({ until, closedAt }: ClosedPeriod, envelope: Envelope): PeriodView => ({
  until: toIso(until),
  closedAt: toIso(closedAt),
  transactions: sheetOf(envelope).transactions,
  sheetSha256: sheetSha256(envelope),
  envelope,
})

interface ClosingDeps {
  readonly db: Db
  readonly clock: { readonly now: () => number }
  readonly signer: Pick<Signer, 'keyId' | 'publicJwk' | 'sign'>
  readonly decide: (tx: Tx, kind: string, body: object) => Promise<void>
}

/**
 * Closes the books up to `until`: from the moment that is written nothing is booked before it, so the sheet can be made at leisure and comes out the same
 * if it has to be made again. Errors: `input.invalid` for a time that is still to come, `conflict` for one before the end of another period.
 */
export async function closePeriod(deps: ClosingDeps, order: { readonly until: string; readonly by: string }): Promise<PeriodView> {
  const until = fromIso(order.until)
  const now = deps.clock.now()
  if (until > now) throw new WindfallError('input.invalid', `${order.until} is still to come. Close the books up to a time that is past.`)
  await transact(deps.db, async (tx) => {
    const store = createPeriodsStore(tx)
    const newest = await store.newest()
    if (newest && newest.until > until)
      throw new WindfallError('conflict', `The books are closed up to ${toIso(newest.until)}, which is after ${order.until}. Choose a later time.`)
    if (newest?.until === until) return
    await store.close(until, now)
    await deps.decide(tx, 'ledger.closed', { until: order.until, by: order.by })
  })
  // With one whose coordinator stopped before it was signed.
  for (const period of await createPeriodsStore(deps.db).unsigned()) await sign(deps, period)
  const [closed] = await createPeriodsStore(deps.db).after(until - 1, 1)
  if (!closed?.sheet) throw new WindfallError('internal', `The period up to ${order.until} was closed and not signed.`)
  return viewPeriod(closed, closed.sheet)
}

async function sign({ db, signer }: ClosingDeps, period: ClosedPeriod): Promise<void> {
  const before = await createPeriodsStore(db).newest(period.until)
  const summed = await sumUp(db, { from: before?.until ?? 0, until: period.until })
  const sheet: BalanceSheet = {
    type: 'windfall.balance-sheet/v1',
    from: before && toIso(before.until),
    until: toIso(period.until),
    closedAt: toIso(period.closedAt),
    previousSha256: before?.sheet ? sheetSha256(before.sheet) : null,
    ...summed.entries(),
    balances: balancesAfter(before?.sheet ? sheetOf(before.sheet).balances : [], summed.changes),
    signedBy: signer.publicJwk,
  }
  const envelope = await signEnvelope(BALANCE_SHEET_TYPE, encodeUtf8(JSON.stringify(BalanceSheet.parse(sheet))), signer)
  await transact(db, (tx) => createPeriodsStore(tx).sign(period.until, envelope))
}

async function sumUp(db: Db, stretch: { readonly from: number; readonly until: number }): Promise<SheetSums> {
  const sums = createSheetSums()
  for (let after = 0; ; ) {
    const page = await createReadingStore(db).stretch({ ...stretch, after, limit: AT_ONCE })
    for (const booked of page) sums.add(booked)
    if (page.length < AT_ONCE) return sums
    after = page.at(-1)?.seq ?? 0
  }
}

/** Sheets that are signed, oldest first. */
export async function listPeriods(db: Db, { after, limit }: { readonly after: string | null; readonly limit: number }) {
  const found = await createPeriodsStore(db).after(Number(after ?? 0), limit + 1)
  const items = found.slice(0, limit).flatMap((period) => (period.sheet ? [viewPeriod(period, period.sheet)] : []))
  return { items, next: found.length > limit ? String(found[limit - 1]?.until ?? '') : null }
}

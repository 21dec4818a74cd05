import type { LedgerTransactionView, ledgerCalls } from '../../../shared/contract/ledger.ts'
import type { InputOf } from '../../../shared/contract/define.ts'
import { each } from '../../../shared/contract/several.ts'
import { WindfallError } from '../../../shared/errors.ts'
import { fromIso } from '../../../shared/units.ts'
import type { Db } from '../persistence/database.ts'
import { createReadingStore } from './reading.store.ts'
import { type Viewer, viewOf } from './statement.ts'
import { findTransactions } from './transactions.store.ts'

type Asked = InputOf<(typeof ledgerCalls)['listTransactions']>

function spotOf(after: string | null) {
  if (after === null) return null
  const [, at, seq] = /^(\d{1,15})\.(\d{1,15})$/.exec(after) ?? []
  if (at === undefined || seq === undefined) throw new WindfallError('input.invalid', `“${after}” is not the “next” of a page. Start without it.`)
  return { at: Number(at), id: seq }
}

const timeOf = (text: string | undefined): number | null => (text === undefined ? null : fromIso(text))

/** What was booked, the last first, as the viewer may see it: none of what they have no part in. Error: `input.invalid`. */
export async function listTransactions(
  db: Db,
  viewer: Viewer,
  { account, kind, since, until, after, limit }: Asked,
): Promise<{ items: LedgerTransactionView[]; next: string | null }> {
  const accounts = [...(viewer === 'operator' ? [] : [viewer.owner]), ...(account === undefined ? [] : [account])]
  const filter = { accounts, kinds: each(kind), since: timeOf(since), until: timeOf(until) }
  const { spots, next } = await findTransactions(db, filter, { before: spotOf(after), limit })
  const found = new Map((await createReadingStore(db).placed(spots.map(({ id }) => Number(id)))).map((one) => [one.seq, one]))
  const items = spots.flatMap(({ id }) => found.get(Number(id)) ?? []).map((one) => viewOf(one, viewer))
  return { items, next: next && `${next.at}.${next.id}` }
}

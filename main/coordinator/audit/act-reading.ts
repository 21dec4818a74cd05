import { ActBody, type ActEntry, type ActSummary, type auditCalls } from '../../../shared/contract/audit.ts'
import type { InputOf, OutputOf } from '../../../shared/contract/define.ts'
import type { PublicJwk } from '../../../shared/contract/wire.ts'
import { WindfallError } from '../../../shared/errors.ts'
import { fromIso, toIso } from '../../../shared/units.ts'
import type { Db } from '../persistence/database.ts'
import { createActHeadsStore } from './act-heads.store.ts'
import { type Act, type ActFilter, createActsStore } from './acts.store.ts'

type In<K extends keyof typeof auditCalls> = InputOf<(typeof auditCalls)[K]>
type Out<K extends keyof typeof auditCalls> = Promise<OutputOf<(typeof auditCalls)[K]>>

/** The log of acts, for those who may read it. */
export interface ActReading {
  readonly list: (page: In<'listActs'>) => Out<'listActs'>
  /** Error: `not-found`. */
  readonly show: (seq: number) => Out<'getAct'>
  readonly export: (page: In<'exportActs'>) => Out<'exportActs'>
  readonly head: () => Out<'getActHead'>
}

const when = (time: string | null): number | null => (time === null ? null : fromIso(time))
const cursor = (after: string | null): number | null => (after === null ? null : Number(after))

function summaryOf({ seq, at, kind, hash, body }: Act): ActSummary {
  const { actor, outcome, code, about } = ActBody.parse(JSON.parse(body))
  return { seq, at: toIso(at), call: kind, actor, outcome, code, about, hash }
}

const entryOf = ({ at, ...act }: Act, details: string | null): ActEntry => ({ record: { ...act, at: toIso(at) }, details })

export const createActReading = (db: Db, logKey: PublicJwk): ActReading => ({
  async list({ call, since, until, after, limit, ...filter }) {
    const asked: ActFilter = { ...filter, kind: call, since: when(since), until: when(until) }
    const found = await createActsStore(db).newest(asked, { after: cursor(after), limit: limit + 1 })
    const items = found.slice(0, limit).map(summaryOf)
    return { items, next: found.length > limit ? String(items.at(-1)?.seq) : null }
  },
  async show(seq) {
    const store = createActsStore(db)
    const act = await store.get(seq)
    if (!act) throw new WindfallError('not-found', `There is no act ${seq}. To see those that there are: windfall audit list`)
    return entryOf(act, (await store.details([seq])).get(seq) ?? null)
  },
  async export({ after, limit }) {
    const store = createActsStore(db)
    const found = await store.oldest({ after: cursor(after), limit: limit + 1 })
    const shown = found.slice(0, limit)
    const details = await store.details(shown.map(({ seq }) => seq))
    const upTo = shown.at(-1)?.seq ?? 0
    const heads = await createActHeadsStore(db).between(cursor(after) ?? 0, found.length > limit ? upTo : Number.MAX_SAFE_INTEGER)
    return { items: shown.map((act) => entryOf(act, details.get(act.seq) ?? null)), heads, next: found.length > limit ? String(upTo) : null }
  },
  async head() {
    return { head: await createActHeadsStore(db).last(), logKey }
  },
})

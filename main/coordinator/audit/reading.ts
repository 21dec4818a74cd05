import { type DecisionRecord, type DecisionSummary, DecisionSubject, type DecisionView, type decisionCalls } from '../../../shared/contract/decision.ts'
import type { InputOf, OutputOf } from '../../../shared/contract/define.ts'
import { type Viewer, rowsOf } from '../../../shared/domain/permissions.ts'
import { WindfallError } from '../../../shared/errors.ts'
import { fromIso, toIso } from '../../../shared/units.ts'
import type { Db } from '../persistence/database.ts'
import { EVERYTHING } from './audit.ts'
import type { Decision } from './chain.ts'
import { choiceOf } from './choice-body.ts'
import { type DecisionFilter, createDecisionsStore } from './decisions.store.ts'
import { createInputsStore } from './inputs.store.ts'
import { toRecord } from './record.ts'
import { summaryOf } from './summary.ts'

type In<K extends keyof typeof decisionCalls> = InputOf<(typeof decisionCalls)[K]>
type Out<K extends keyof typeof decisionCalls> = OutputOf<(typeof decisionCalls)[K]>

/** The log as requesters may read it; `by` is who asks. */
export interface Decisions {
  readonly list: (viewer: Viewer, page: In<'listDecisions'>) => Promise<Out<'listDecisions'>>
  /** Error: `not-found`. */
  readonly show: (viewer: Viewer, seq: number) => Promise<DecisionView>
  /** Error: `not-found`. */
  readonly input: (asked: In<'getDecisionInput'>) => Promise<Out<'getDecisionInput'>>
  readonly export: (page: In<'exportDecisions'>) => Promise<Out<'exportDecisions'>>
}

interface ReadingDeps {
  readonly db: Db
}

/** A page ends after this many characters of records, since one may be large. */
const PAGE_CHARACTERS = 4 * 1_048_576

const when = (time: string | null): number | null => (time === null ? null : fromIso(time))
const cursor = (after: string | null): number | null => (after === null ? null : Number(after))

const seenBy = (viewer: Viewer): DecisionFilter => ({ ...EVERYTHING, requesterId: rowsOf(viewer) })

/** Reads the log for others: a requester sees what is about its own jobs, and the operator everything. */
export function createDecisions({ db }: ReadingDeps): Decisions {
  return {
    list: (viewer, page) => list(db, seenBy(viewer), page),
    show: (viewer, seq) => show(db, seenBy(viewer), seq),
    async input({ seq, sha256 }) {
      const { inputs } = choiceOf(await required(db, EVERYTHING, seq)) ?? { inputs: {} }
      const text = Object.values(inputs).includes(sha256) ? await createInputsStore(db).text(sha256) : null
      if (text === null) throw new WindfallError('not-found', `Decision ${seq} has no input ${sha256} that is still kept.`)
      return { sha256, text }
    },
    export: (page) => exportPage(db, page),
  }
}

async function list(db: Db, seen: DecisionFilter, { about, kind, since, until, after, limit }: In<'listDecisions'>): Promise<Out<'listDecisions'>> {
  const store = createDecisionsStore(db)
  const [subjectKind, id] = about?.split(':') ?? []
  const filter = { ...seen, about: about === null ? null : DecisionSubject.parse({ kind: subjectKind, id }), kind, since: when(since), until: when(until) }
  const found = await store.newest(filter, { after: cursor(after), limit: limit + 1 })
  const shown = found.slice(0, limit)
  const subjects = await store.subjects(shown.map(({ seq }) => seq))
  const items: DecisionSummary[] = shown.map((decision) => ({ ...summaryOf(decision), at: toIso(decision.at), subjects: subjects.get(decision.seq) ?? [] }))
  return { items, next: found.length > limit ? String(items.at(-1)?.seq) : null }
}

async function required(db: Db, seen: DecisionFilter, seq: number): Promise<Decision> {
  const decision = await createDecisionsStore(db).get(seq, seen)
  if (!decision) throw new WindfallError('not-found', `There is no decision ${seq}, or it is not about a job of yours. To see those: windfall decision list`)
  return decision
}

async function show(db: Db, seen: DecisionFilter, seq: number): Promise<DecisionView> {
  const decision = await required(db, seen, seq)
  const inputs = Object.entries(choiceOf(decision)?.inputs ?? {})
  const sizes = await createInputsStore(db).sizes(inputs.map(([, sha256]) => sha256))
  return { record: toRecord(decision), inputs: inputs.map(([name, sha256]) => ({ name, sha256, bytes: sizes.get(sha256) ?? null })) }
}

async function exportPage(db: Db, { kind, since, until, after, limit }: In<'exportDecisions'>): Promise<Out<'exportDecisions'>> {
  const found = await createDecisionsStore(db).oldest(
    { ...EVERYTHING, kind, since: when(since), until: when(until ?? null) },
    { after: cursor(after), limit: limit + 1 },
  )
  const items: DecisionRecord[] = []
  let characters = 0
  for (const decision of found.slice(0, limit)) {
    characters += decision.body.length
    if (items.length > 0 && characters > PAGE_CHARACTERS) break
    items.push(toRecord(decision))
  }
  return { items, next: items.length < found.length ? String(items.at(-1)?.seq) : null }
}

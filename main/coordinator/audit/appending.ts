import { type Tx, atEnd } from '../persistence/database.ts'
import { type Decision, nextRecord } from './chain.ts'
import { noteRecord } from './acting.ts'
import { type Concerned, type Head, createDecisionsStore } from './decisions.store.ts'

/** What one transaction has recorded and not written yet. */
interface Page {
  last: Head
  readonly decisions: Decision[]
  readonly concerned: (Concerned & Pick<Decision, 'seq'>)[]
}

const pages = new WeakMap<Tx, Promise<Page>>()

async function beginPage(tx: Tx): Promise<Page> {
  const page: Page = { last: await createDecisionsStore(tx).head(), decisions: [], concerned: [] }
  atEnd(tx, () => createDecisionsStore(tx).append(page.decisions, page.concerned))
  return page
}

/**
 * Appends a record to the log, in a work of `transact`. The head is read once in a transaction, in which nobody else appends, and all its records are
 * written together at its end. Answers with the record as it will be.
 */
export async function append(tx: Tx, record: Pick<Decision, 'at' | 'kind' | 'form' | 'body'>, concerned: readonly Concerned[]): Promise<Decision> {
  const begun = pages.get(tx) ?? beginPage(tx)
  pages.set(tx, begun)
  const page = await begun
  const decision = nextRecord(page.last, record)
  page.last = decision
  page.decisions.push(decision)
  noteRecord(tx, decision)
  page.concerned.push(...concerned.map((one) => ({ ...one, seq: decision.seq })))
  return decision
}

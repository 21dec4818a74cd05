import type { Db, Tx } from '../persistence/database.ts'
import { createLogErasingStore } from './erasing.store.ts'
import { RECORDS_ERASED } from './log-check.ts'

/** What of the logs is about a person, by its numbers and hashes. */
export interface Traces {
  readonly facts: readonly number[]
  readonly inputs: readonly string[]
  readonly acts: readonly number[]
}

/** Looks through both logs, which takes a while and nobody waits for. `ids`: everything a person, their jobs and machines are called. */
export async function findTraces(db: Db, ids: ReadonlySet<string>): Promise<Traces> {
  const store = createLogErasingStore(db)
  return { facts: await store.factsAbout(ids), inputs: await store.inputsAbout(ids), acts: await store.actsAbout(ids) }
}

/** `[1, 2, 3, 7]` → `[[1, 3], [7, 7]]`. */
function stretchesOf(seqs: readonly number[]): [number, number][] {
  const stretches: [number, number][] = []
  for (const seq of seqs) {
    const last = stretches.at(-1)
    if (last && last[1] === seq - 1) last[1] = seq
    else stretches.push([seq, seq])
  }
  return stretches
}

/**
 * Removes what was found. The records keep their hashes, so that both chains still verify, and the log of decisions says which of its records were
 * erased and by which erasure: one that is gone without that is found out.
 */
export async function eraseTraces(
  tx: Tx,
  { facts, inputs, acts }: Traces,
  { decide, erasureId }: { readonly decide: (tx: Tx, kind: string, body: object) => Promise<void>; readonly erasureId: string },
): Promise<void> {
  const store = createLogErasingStore(tx)
  await store.eraseFacts(facts)
  await store.dropInputs(inputs)
  await store.dropDetails(acts)
  await decide(tx, RECORDS_ERASED, { erasureId, records: stretchesOf(facts) })
}

import type { Tx } from './schema.ts'

/** Of each work under way, by its transaction. */
const left = new WeakMap<Tx, (() => Promise<void>)[]>()

/** From here on until {@link writeLeft}, a work may leave writes to its end. */
export const leaveToEnd = (tx: Tx): void => void left.set(tx, [])

/**
 * Runs `write` when everything else of the work is done, in its transaction: what its many parts would write one by one, one statement can. Until then
 * nobody reads it, so this is for what only others read.
 */
export function atEnd(tx: Tx, write: () => Promise<void>): void {
  const writes = left.get(tx)
  if (!writes) throw new Error('only what runs in transact has an end')
  writes.push(write)
}

/** What is left may leave more. */
export async function writeLeft(tx: Tx): Promise<void> {
  for (const write of left.get(tx) ?? []) await write()
  left.delete(tx)
}

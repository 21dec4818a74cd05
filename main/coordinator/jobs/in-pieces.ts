/** A statement takes only so many parameters. */
const AT_ONCE = 1_000

/** Asks about many ids, some at a time. */
export async function inPieces<T>(ids: readonly string[], ask: (some: readonly string[]) => Promise<readonly T[]>): Promise<T[]> {
  const found: T[] = []
  for (let from = 0; from < ids.length; from += AT_ONCE) found.push(...(await ask(ids.slice(from, from + AT_ONCE))))
  return found
}

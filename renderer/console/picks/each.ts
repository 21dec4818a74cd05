/** What came of one of several. */
export interface Outcome {
  readonly key: string
  /** Why it was refused; `null` if it was done. */
  readonly error: Error | null
}

/** Does the same to each, a few at a time, and goes on where one is refused. Outcomes are in the order of the keys. */
export async function runEach(keys: readonly string[], run: (key: string) => Promise<unknown>, atOnce = 4): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = []
  const waiting = keys.entries()
  const work = async () => {
    for (const [index, key] of waiting) {
      try {
        await run(key)
        outcomes[index] = { key, error: null }
      } catch (error) {
        outcomes[index] = { key, error: error instanceof Error ? error : new Error(String(error)) }
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(atOnce, keys.length) }, work))
  return outcomes
}

export const refusedOf = (outcomes: readonly Outcome[]): readonly Outcome[] => outcomes.filter(({ error }) => error !== null)
export const doneOf = (outcomes: readonly Outcome[]): readonly Outcome[] => outcomes.filter(({ error }) => error === null)

/** `3 nodes`, `1 node`. */
export const countOf = (count: number, one: string): string => `${new Intl.NumberFormat('en-GB').format(count)} ${count === 1 ? one : `${one}s`}`

/** `3 nodes were quarantined.`, `2 of 3 nodes were quarantined; why the other was not stands above the list.` */
export function outcomeText(outcomes: readonly Outcome[], one: string, past: string): string {
  const [all, done] = [outcomes.length, doneOf(outcomes).length]
  if (done === all) return `${countOf(all, one)} ${all === 1 ? 'was' : 'were'} ${past}.`
  const left = all - done
  return `${done} of ${countOf(all, one)} ${done === 1 ? 'was' : 'were'} ${past}. Why ${left === 1 ? 'one was' : `${left} were`} not stands above the list.`
}

import type { PayoutEvents } from './events.ts'

/**
 * Gives each its turn, one after another. One that fails keeps nobody behind it waiting: what the first of them threw is thrown once all have had
 * their turn, and what others threw is in the log.
 */
export async function inTurn<T>(all: Iterable<T>, run: (one: T) => Promise<unknown>, { failed }: Pick<PayoutEvents, 'failed'>): Promise<void> {
  const failures: unknown[] = []
  for (const one of all)
    try {
      await run(one)
    } catch (error) {
      failures.push(error)
    }
  const [first, ...others] = failures
  for (const other of others) failed(other)
  if (failures.length > 0) throw first
}

/** What every queue is asked to do: the same jobs, as many callers at once, durable before it answers. */
export interface QueueRates {
  /** Jobs per second, one call each. */
  readonly enqueue: number
  /** Jobs per second in calls of a hundred. */
  readonly enqueueMany: number
  /** Jobs per second from the queue to a worker and done. */
  readonly dispatch: number
}

export interface QueueLoad {
  readonly jobs: number
  readonly callers: number
}

export const HUNDRED = 100

/** As much JSON as a small job of ours has. */
export const PAYLOAD = {
  kind: 'job',
  needs: { vram: 12_000, zones: ['DE', 'FR'], maxPrice: 0.12 },
  model: 'llama-3-8b',
  input: 'x'.repeat(440),
  deadline: 1_790_000_000_000,
}

/** Makes `total` calls, `callers` of them under way at once; returns calls per second. */
export async function callRate(total: number, callers: number, call: (index: number) => Promise<unknown>): Promise<number> {
  let next = 0
  const started = performance.now()
  await Promise.all(
    Array.from({ length: callers }, async () => {
      while (next < total) await call(next++)
    }),
  )
  return total / ((performance.now() - started) / 1_000)
}

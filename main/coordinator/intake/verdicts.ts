export type Verdict<V> = { readonly value: V } | { readonly error: unknown }

interface Waiter<V> {
  readonly resolve: (value: V) => void
  readonly reject: (error: unknown) => void
}

/** Who waits for what comes of which message. */
export interface Verdicts<V> {
  readonly isAwaited: (seq: number) => boolean
  /** Resolves or rejects with the verdict, with one that is kept at once. `ask` is called if there is none yet. */
  readonly wait: (seq: number, ask: () => void) => Promise<V>
  /** Tells everyone who waits. */
  readonly tell: (seq: number, verdict: Verdict<V>) => void
  /** Kept for those who ask before the message is gone, until {@link drop}. */
  readonly keep: (seq: number, verdict: Verdict<V>) => void
  readonly drop: (seq: number) => void
  /** Tells everyone who still waits. */
  readonly end: (error: unknown) => void
}

const answer = <V>({ resolve, reject }: Waiter<V>, verdict: Verdict<V>): void => ('value' in verdict ? resolve(verdict.value) : reject(verdict.error))

export function createVerdicts<V>(): Verdicts<V> {
  const waiters = new Map<number, Waiter<V>[]>()
  const kept = new Map<number, Verdict<V>>()
  const tell = (seq: number, verdict: Verdict<V>) => {
    for (const waiter of waiters.get(seq) ?? []) answer(waiter, verdict)
    waiters.delete(seq)
  }
  return {
    isAwaited: (seq) => waiters.has(seq),
    wait: (seq, ask) =>
      new Promise((resolve, reject) => {
        const known = kept.get(seq)
        if (known) return answer({ resolve, reject }, known)
        waiters.set(seq, [...(waiters.get(seq) ?? []), { resolve, reject }])
        ask()
      }),
    tell,
    keep: (seq, verdict) => void kept.set(seq, verdict),
    drop: (seq) => void kept.delete(seq),
    end: (error) => {
      for (const seq of waiters.keys()) tell(seq, { error })
    },
  }
}

/**
 * Start-time fair queueing (Goyal, Vin and Cheng 1996): every job has a start on a virtual clock that runs with what is served, each requester’s
 * jobs one after another, each as far from the next as it is long, divided by the requester’s weight. Whoever is served in the order of starts
 * gives every requester with waiting jobs its share, however many jobs it has. Pure; virtual milliseconds.
 */

/** Of a requester for whom nobody said otherwise. */
export const USUAL_WEIGHT = 100

export interface Standing {
  /** Where the virtual clock stands: what is served now began there. */
  readonly now: number
  /** Where the requester’s last job ends; 0 for one that never had any. */
  readonly finish: number
  /** {@link USUAL_WEIGHT} is the usual share; twice as much is twice the share. */
  readonly weight: number
}

export interface Places {
  /** One for each job, in their order. */
  readonly starts: readonly number[]
  readonly finish: number
}

/** Where jobs that take this long (place-milliseconds) stand in line. One that was idle begins where everybody else is: it has saved up nothing. */
export function standInLine({ now, finish, weight }: Standing, longs: readonly number[]): Places {
  const starts: number[] = []
  let next = Math.max(now, finish)
  for (const long of longs) {
    starts.push(next)
    next += Math.max(1, Math.round((long * USUAL_WEIGHT) / weight))
  }
  return { starts, finish: next }
}

interface InLine {
  readonly jobId: string
  readonly priority: number
  readonly deadlineAt: number
}

/** The most important of a requester’s jobs first; of equals the one that has to be done first. */
export const byImportance = (a: InLine, b: InLine): number =>
  b.priority - a.priority || a.deadlineAt - b.deadlineAt || (a.jobId < b.jobId ? -1 : a.jobId > b.jobId ? 1 : 0)

/** A requester’s starts, dealt out to its jobs, the most important first: what is urgent overtakes only what is the requester’s own. */
export function dealOut(sorted: readonly Pick<InLine, 'jobId'>[], starts: readonly number[]): ReadonlyMap<string, number> {
  const rising = starts.toSorted((a, b) => a - b)
  return new Map(sorted.map(({ jobId }, index) => [jobId, rising[index] ?? rising.at(-1) ?? 0]))
}

interface InPlace {
  readonly jobId: string
  readonly start: number
}

/**
 * Who stands where after some jobs of a requester were served in this order: each has changed places with the first that still waited, if that stood before
 * it. Those that were served later count as waiting until then. `waiting` holds at least as many of the first in line as are served. Only who moved is named.
 */
export function usedUp(served: readonly InPlace[], waiting: readonly InPlace[]): readonly InPlace[] {
  const before = new Map([...served, ...waiting].map(({ jobId, start }) => [jobId, start]))
  const now = new Map(before)
  const inLine = new Set(before.keys())
  for (const { jobId } of served) {
    inLine.delete(jobId)
    const own = now.get(jobId) ?? 0
    let first: InPlace | null = null
    for (const other of inLine) {
      const start = now.get(other) ?? 0
      if (start < (first?.start ?? own)) first = { jobId: other, start }
    }
    if (!first) continue
    now.set(jobId, first.start).set(first.jobId, own)
  }
  return [...now].flatMap(([jobId, start]) => (before.get(jobId) === start ? [] : [{ jobId, start }]))
}

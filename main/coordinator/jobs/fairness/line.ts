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

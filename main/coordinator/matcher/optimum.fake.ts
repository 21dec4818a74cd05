import type { Costs } from './window.ts'

/** What the optimum pays for a job that it has to leave; more than any pair. */
const LEFT = 1e6

/**
 * The cheapest assignment there is of as many machines as jobs, each left job at {@link LEFT}: the Hungarian algorithm with potentials (Kuhn
 * 1955, Munkres 1957, in the O(n³) form of Jonker and Volgenant 1987).
 */
export function optimum({ jobs: n, nodes, of }: Costs): Int32Array {
  if (nodes !== n) throw new RangeError('as many machines as jobs are needed')
  const cost = (i: number, j: number): number => Math.min(LEFT, of[(i - 1) * n + j - 1] as number)
  const [u, v] = [new Float64Array(n + 1), new Float64Array(n + 1)]
  const [match, way] = [new Int32Array(n + 1), new Int32Array(n + 1)]
  for (let i = 1; i <= n; i++) {
    match[0] = i
    let j0 = 0
    const least = new Float64Array(n + 1).fill(Infinity)
    const used = new Uint8Array(n + 1)
    do {
      used[j0] = 1
      const i0 = match[j0] as number
      let [delta, j1] = [Infinity, 0]
      for (let j = 1; j <= n; j++) {
        if (used[j]) continue
        const reduced = cost(i0, j) - (u[i0] as number) - (v[j] as number)
        if (reduced < (least[j] as number)) [least[j], way[j]] = [reduced, j0]
        if ((least[j] as number) < delta) [delta, j1] = [least[j] as number, j]
      }
      for (let j = 0; j <= n; j++) {
        if (used[j]) {
          const row = match[j] as number
          u[row] = (u[row] as number) + delta
          v[j] = (v[j] as number) - delta
        } else least[j] = (least[j] as number) - delta
      }
      j0 = j1
    } while (match[j0] !== 0)
    do {
      const j1 = way[j0] as number
      match[j0] = match[j1] as number
      j0 = j1
    } while (j0 !== 0)
  }
  const nodeOf = new Int32Array(n)
  for (let j = 1; j <= n; j++) nodeOf[(match[j] as number) - 1] = j - 1
  return nodeOf.map((node, job) => ((of[job * n + node] as number) < Infinity ? node : -1))
}

/** How many jobs have a machine, and what those pairs cost together. */
export function totalOf({ nodes, of }: Costs, nodeOf: Int32Array): { readonly placed: number; readonly cost: number } {
  let [placed, cost] = [0, 0]
  for (const [job, node] of nodeOf.entries()) {
    if (node < 0) continue
    placed += 1
    cost += of[job * nodes + node] as number
  }
  return { placed, cost }
}

/** What hosts allow, as they publish it, and whether it was kept. */
import type { PlayedRequest } from './played-hosts.ts'

interface Limit {
  readonly host: string
  readonly path: RegExp
  readonly requests: number
  /** Any stretch of this length, ms. */
  readonly perMs: number
}

export const LIMITS: readonly Limit[] = [
  { host: 'api.neso.energy', path: /datastore_search$/, requests: 2, perMs: 60_000 },
  { host: 'api.neso.energy', path: /package_show$/, requests: 1, perMs: 1_000 },
  { host: 'api.energy-charts.info', path: /./, requests: 30, perMs: 60_000 },
  { host: 'api.open-meteo.com', path: /./, requests: 600, perMs: 60_000 },
  { host: 'api.open-meteo.com', path: /./, requests: 5_000, perMs: 3_600_000 },
  { host: 'api.open-meteo.com', path: /./, requests: 10_000, perMs: 86_400_000 },
]

/** The most requests that any stretch of the limit's length held; they are listed in order of time. */
export function busiest({ host, path, perMs }: Limit, requests: readonly PlayedRequest[]): number {
  const starts = requests.filter((request) => request.host === host && path.test(request.path)).map(({ at }) => at)
  let [most, first] = [0, 0]
  for (const [index, at] of starts.entries()) {
    while (at - (starts[first] ?? at) >= perMs) first += 1
    most = Math.max(most, index - first + 1)
  }
  return most
}

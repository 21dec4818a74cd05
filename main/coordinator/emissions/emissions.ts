import type { EmissionGroup, EmissionSum, Emissions } from '../../../shared/contract/emissions.ts'
import type { ReceiptInterval } from '../../../shared/domain/carbon-receipt.ts'
import { WindfallError } from '../../../shared/errors.ts'
import { toIso } from '../../../shared/units.ts'
import { EMPTY, type RunningSum, type Summand, plus, sumOf } from './sums.ts'

/** A receipt, with what only the coordinator knows about it; its intervals are those that are meant. */
export interface Counted extends Summand {
  readonly requesterId: string | null
}

/** What is summed, and of which stretch, epoch milliseconds. */
interface Stretch {
  readonly since?: number | undefined
  readonly until?: number | undefined
}

export interface EmissionSources {
  /** Receipts, a page at a time. */
  readonly pages: AsyncIterable<readonly Counted[]>
  /** Jobs of theirs that have several receipts: they ran on several machines. */
  readonly several: ReadonlySet<string>
}

export interface EmissionQuestion extends Stretch {
  readonly by: EmissionGroup
  readonly after: string | null
  readonly limit: number
}

const DAY_MS = 86_400_000
/** So many days fit into one answer; a year of hours is asked for month by month. */
const MAX_DAYS: Partial<Record<EmissionGroup, number>> = { hour: 31, day: 366 }

const BASIS =
  'Location-based: metered energy times the average intensity of its zone at its time. Market-based figures are empty, because no certificates are attached. The attributed saving is against jobs that start when they are submitted; it is no certificate and compensates nothing.'

/** Error: `input.invalid` for a stretch that is open, or too long to be cut so finely. */
export function requireShort({ by, since, until }: Pick<EmissionQuestion, 'by' | 'since' | 'until'>): void {
  const days = MAX_DAYS[by]
  if (days === undefined) return
  if (since === undefined || until === undefined || until - since > days * DAY_MS)
    throw new WindfallError('input.invalid', `By ${by} is for ${days} days at most. Say since when and until when.`)
}

interface Group {
  readonly key: string | null
  readonly zone: string | null
  sum: RunningSum
  /** Jobs with one receipt. */
  jobs: number
  /** The others, each once. */
  readonly several: Set<string>
}

type Place = Pick<Group, 'key' | 'zone'>

const startOf = { hour: (time: string) => `${time.slice(0, 13)}:00:00.000Z`, day: (time: string) => `${time.slice(0, 10)}T00:00:00.000Z` }

/** The groups that a receipt belongs to, with what of it belongs there. */
function partsOf(by: EmissionGroup, { predicate, requesterId, intervals }: Counted): readonly (Place & { readonly intervals: readonly ReceiptInterval[] })[] {
  const { zone } = predicate
  if (by === 'hour' || by === 'day') {
    const byStart = Map.groupBy(intervals, ({ from }) => startOf[by](from))
    return [...byStart].map(([key, part]) => ({ key, zone: by === 'hour' ? zone : null, intervals: part }))
  }
  const key = { model: predicate.modelId, requester: requesterId, node: predicate.nodeId, zone }[by]
  return [{ key, zone: null, intervals }]
}

const placeOf = ({ key, zone }: Place): string => `${key ?? ''} ${zone ?? ''}`.trimEnd()
const newGroup = ({ key, zone }: Place): Group => ({ key, zone, sum: EMPTY, jobs: 0, several: new Set() })

function add(group: Group, receipt: Counted, several: EmissionSources['several']): void {
  group.sum = plus(group.sum, receipt)
  const { jobId } = receipt.predicate
  if (several.has(jobId)) group.several.add(jobId)
  else group.jobs += 1
}

const closed = ({ key, zone, sum, jobs, several }: Group): EmissionSum => sumOf(sum, { key, zone, jobs: jobs + several.size })

/** Sums receipts by one of their properties. What is held is the sums, never the receipts. */
export async function sumEmissions({ pages, several }: EmissionSources, { by, since, until, after, limit }: EmissionQuestion): Promise<Emissions> {
  const total = newGroup({ key: null, zone: null })
  const groups = new Map<string, Group>()
  for await (const page of pages)
    for (const receipt of page) {
      if (receipt.intervals.length === 0) continue
      add(total, receipt, several)
      for (const { intervals, ...place } of partsOf(by, receipt)) {
        const group = groups.get(placeOf(place)) ?? newGroup(place)
        groups.set(placeOf(place), group)
        add(group, { ...receipt, intervals }, several)
      }
    }
  const sorted = [...groups].filter(([place]) => after === null || place > after).toSorted(([a], [b]) => (a < b ? -1 : 1))
  const shown = sorted.slice(0, limit)
  return {
    since: since === undefined ? null : toIso(since),
    until: until === undefined ? null : toIso(until),
    by,
    total: closed(total),
    items: shown.map(([, group]) => closed(group)),
    next: sorted.length > limit ? (shown.at(-1)?.[0] ?? null) : null,
    basis: BASIS,
  }
}

import type { FleetSummary, JobFigures, ZoneOverview } from '../../shared/contract/overview.ts'
import type { Signal } from '../../shared/contract/wire.ts'
import { rowsOf } from '../../shared/domain/permissions.ts'
import { messageOf } from '../../shared/errors.ts'
import { toIso } from '../../shared/units.ts'
import type { Clock } from '../kernel/clock.ts'
import type { GridAnswers } from './grid/grid-answers.ts'
import { type ZoneSignals, zoneOutlook } from './grid/zone-outlook.ts'
import type { OverviewParts, ZoneReader } from './http/overview-parts.ts'
import { jobFigures } from './jobs/figures.ts'
import { keptAnswers } from './kept-answer.ts'
import type { Db } from './persistence/database.ts'
import { finishedByZone } from './receipts/finished.store.ts'
import { fleetSummary } from './registry/fleet-summary.ts'
import type { Registry } from './registry/registry.ts'

export interface OverviewDeps {
  readonly db: Db
  readonly clock: Pick<Clock, 'now' | 'monotonic' | 'sleep'>
  readonly registry: Pick<Registry, 'seen'>
  readonly grid: Pick<GridAnswers, 'zones' | 'signal' | 'signalOf'>
}

const HOUR_MS = 3_600_000
/** For so long everybody is given the same counts: they take reading every node. */
const KEEP_MS = 10_000
/** And the same figures of a zone: its sources say nothing new more often. */
const KEEP_ZONE_MS = 30_000
/** A source that takes longer than this is not waited for: its answer is there when somebody asks again. */
const PATIENCE_MS = 3_000

/** What everybody looks at first; counted when somebody asks, and for all who ask within seconds at once. */
export function createOverview(deps: OverviewDeps): OverviewParts {
  const { db, clock } = deps
  const [fleets, figures, signals] = [
    keptAnswers<FleetSummary>(clock, KEEP_MS),
    keptAnswers<JobFigures>(clock, KEEP_MS),
    keptAnswers<ZoneSignals>(clock, KEEP_ZONE_MS),
  ]
  const fleet = () => fleets('', () => fleetSummary(deps))
  return {
    fleet,
    jobs: (reader) => {
      const requesterId = rowsOf(reader)
      return figures(requesterId ?? ' everybody', () => jobFigures(db, requesterId, clock.now()))
    },
    zones: async (reader) => {
      const { zones } = await fleet()
      const counts = new Map(zones.map(({ zone, nodes, online }) => [zone, { all: nodes, online }]))
      const now = clock.now()
      const finished = reader.receipts && (await finishedByZone(db, now - HOUR_MS, rowsOf(reader.receipts)))
      const shown = shownZones(deps, reader, [...counts.keys()])
      const found = await inTime(
        clock,
        shown.map(({ zone }) => signals(zone, () => signalsOf(deps, zone))),
      )
      const items = shown.map(({ zone, name }, at): ZoneOverview => {
        const nodes = reader.seesNodes ? (counts.get(zone) ?? { all: 0, online: 0 }) : null
        return { zone, name, ...zoneOutlook(found[at] ?? UNHEARD, now), nodes, completedLastHour: finished && (finished.get(zone) ?? 0) }
      })
      return { asOf: toIso(now), zones: items, attributions: attributionsOf(found) }
    },
  }
}

/** Zones with machines in them, most first; with `all`, every other known one after them. Whoever does not see the fleet is not told where it is. */
function shownZones({ grid }: OverviewDeps, { all, seesNodes }: ZoneReader, inhabited: readonly string[]): { zone: string; name: string | null }[] {
  const known = new Map(grid.zones().map(({ zone, name }) => [zone, name]))
  const shown = !seesNodes || all ? [...new Set([...(seesNodes ? inhabited : []), ...known.keys()])] : inhabited
  return shown.map((zone) => ({ zone, name: known.get(zone) ?? null }))
}

async function signalsOf({ grid }: OverviewDeps, zone: string): Promise<ZoneSignals> {
  const price = async (): Promise<Signal | null> => (await grid.signalOf(zone, 'price')).signal
  const [average, cost] = await Promise.allSettled([grid.signal(zone), price()])
  return {
    average: average.status === 'fulfilled' ? average.value : null,
    reason: average.status === 'rejected' ? messageOf(average.reason).slice(0, 300) : null,
    price: cost.status === 'fulfilled' ? cost.value : null,
  }
}

const UNHEARD: ZoneSignals = { average: null, reason: 'Its sources have not answered yet. Look again in a moment.', price: null }

/** What there is in time of each. */
async function inTime(clock: Pick<Clock, 'sleep'>, answers: readonly Promise<ZoneSignals>[]): Promise<ZoneSignals[]> {
  const patience = new AbortController()
  const late = clock.sleep(PATIENCE_MS, patience.signal).then(() => UNHEARD)
  const found = await Promise.all(answers.map((answer) => Promise.race([answer, late])))
  patience.abort()
  return found
}

const attributionsOf = (found: readonly ZoneSignals[]): string[] =>
  [...new Set(found.flatMap(({ average, price }) => [average, price].flatMap((signal) => (signal ? [signal.attribution] : []))))].slice(0, 40)

import { fromIso } from '../../shared/units.ts'
import { WindfallError } from '../../shared/errors.ts'
import type { Clock } from '../kernel/clock.ts'
import type { CoordinatorEvents } from './events.ts'
import type { GridProvider } from './grid/provider.ts'
import type { Answered } from './http/traffic.ts'
import type { PlanJobs } from './jobs/ports.ts'
import { type Catalogue, createCatalogue } from './metrics/catalogue.ts'
import { OTHER } from './metrics/metric.ts'
import type { PayoutEvents } from './payouts/events.ts'
import { type Db, watchWrites } from './persistence/database.ts'

const none = {}

/** What goes on, counted: features say what happens, and know nothing of metrics. */
export interface Measuring {
  readonly catalogue: Catalogue
  readonly events: (events: CoordinatorEvents) => CoordinatorEvents
  readonly payouts: (events: PayoutEvents) => PayoutEvents
  readonly plan: (plan: PlanJobs) => PlanJobs
  readonly provider: (provider: GridProvider) => GridProvider
  readonly writes: (db: Db) => void
  readonly answered: (answered: Answered) => void
}

/** Tells a listener beside the log. */
const also =
  <A extends unknown[], R>(said: (...args: A) => R, count: (...args: A) => void) =>
  (...args: A): R => {
    count(...args)
    return said(...args)
  }

const counted = ({ work, proofs, money, process }: Catalogue, events: CoordinatorEvents): CoordinatorEvents => ({
  ...events,
  leasePushed: also(events.leasePushed, () => work.leased.add(none)),
  leaseDue: also(events.leaseDue, (_, delayMs) => work.dispatch.observe(none, delayMs / 1_000)),
  leaseAskedBack: also(events.leaseAskedBack, () => work.askedBack.add(none)),
  leaseEnded: also(events.leaseEnded, () => work.ended.add(none)),
  dispatchFailed: also(events.dispatchFailed, () => work.failedRounds.add(none)),
  nodePresence: also(events.nodePresence, (_, isOnline) => work.online.add(none, isOnline ? 1 : -1)),
  incidentMoved: also(events.incidentMoved, (_incident, _from, to) => to === 'ANOMALY_DETECTED' && work.incidents.add(none)),
  proofKept: also(events.proofKept, (_, ms) => proofs.acknowledged.observe(none, ms / 1_000)),
  proofAccepted: also(events.proofAccepted, () => proofs.accepted.add(none)),
  proofRefused: also(events.proofRefused, (_, code) => proofs.refused.add({ code })),
  proofPostponed: also(events.proofPostponed, () => proofs.postponed.add(none)),
  booksChecked: also(events.booksChecked, (at, { length }) => {
    money.balanced.set(none, length === 0 ? 1 : 0)
    money.findings.set(none, length)
    money.checked.set(none, at / 1_000)
  }),
  databaseLost: also(events.databaseLost, () => process.connectionsLost.add(none)),
  requestFailed: also(events.requestFailed, () => process.failures.add(none)),
})

const countedPayouts = ({ money }: Catalogue, events: PayoutEvents): PayoutEvents => ({
  ...events,
  refill: also(events.refill, (message) => money.refill.set(none, message === null ? 0 : 1)),
  failed: also(events.failed, () => money.failed.add(none)),
})

const isOfStorage = (error: unknown): boolean => error instanceof WindfallError && error.code.startsWith('storage.')

export function createMeasuring(clock: Pick<Clock, 'monotonic'>): Measuring {
  const catalogue = createCatalogue()
  const { border, work, grid, process } = catalogue
  const since = (begun: number): number => (clock.monotonic() - begun) / 1_000
  return {
    catalogue,
    events: (events) => counted(catalogue, events),
    payouts: (events) => countedPayouts(catalogue, events),
    plan: (plan) => async (world) => {
      const begun = clock.monotonic()
      const planned = await plan(world)
      if (world.jobs.length > 0) work.rounds.observe(none, since(begun))
      return planned
    },
    provider: (provider) => ({ ...provider, read: measuredRead(grid, provider, { begin: clock.monotonic, since }) }),
    writes: (db) =>
      watchWrites(db, (written) => {
        const begun = clock.monotonic()
        written.then(
          () => process.writes.observe(none, since(begun)),
          (error: unknown) => isOfStorage(error) && process.writesFailed.add(none),
        )
      }),
    answered({ route, method, status, ms }) {
      const known = route ?? OTHER
      border.requests.add({ route: known, method, status: `${Math.floor(status / 100)}xx` })
      border.requestTime.observe({ route: known }, ms / 1_000)
      if (status === 429) border.limited.add({ route: known })
    },
  }
}

interface Stopwatch {
  readonly begin: () => number
  readonly since: (begun: number) => number
}

function measuredRead(grid: Catalogue['grid'], { id: provider, read }: GridProvider, { begin, since }: Stopwatch): GridProvider['read'] {
  return async (query, abort) => {
    const begun = begin()
    try {
      const signal = await read(query, abort)
      grid.asked.add({ provider, outcome: signal === null ? 'nothing' : 'answered' })
      if (signal) grid.newest.set({ provider }, fromIso(signal.issuedAt) / 1_000)
      return signal
    } catch (error) {
      if (!abort.aborted) grid.asked.add({ provider, outcome: 'failed' })
      throw error
    } finally {
      grid.askedTime.observe({ provider }, since(begun))
    }
  }
}

import type { Clock } from '../../kernel/clock.ts'
import { fromIso } from '../../../shared/units.ts'
import { type Db, type Tx, transact } from '../persistence/database.ts'
import { changeJob } from './change.ts'
import { type Displaced, handOut } from './handing-out.ts'
import type { Holdings } from './holdings.ts'
import { createJobsStore } from './jobs.store.ts'
import { LEASE_LEAD_MS } from './leases.ts'
import { type LeasingDeps, type Taker, leaseJob } from './leasing.ts'
import type { FreeNode, JobDeps, KnownNode, MatchJobs } from './ports.ts'
import { explainWindow } from './reasons.ts'
import type { Due, Rounds } from './rounds.ts'

export interface DueDeps extends LeasingDeps {
  readonly holdings: () => Promise<Holdings>
  readonly match: MatchJobs
}

/** How long jobs and nodes that compete wait for others to join: who meets whom at once is chosen better than one after another. */
const WINDOW_MS = 150

type Look = Pick<Rounds, 'due' | 'drop' | 'upset' | 'told' | 'freedSince'>

/** Where several jobs and several nodes compete since when, by zone. */
export type Windows = Map<string, number>

export interface DueState {
  readonly rounds: Look
  readonly windows: Windows
  readonly nodes: readonly KnownNode[]
}

/**
 * Hands over every job whose window is near: to the node it is planned on if that is there, willing and free, and otherwise to whichever other one of
 * its zone suits best. Returns in how many milliseconds a window closes that is open, or `null`.
 */
export async function leaseDue(deps: DueDeps, { rounds, windows, nodes }: DueState): Promise<number | null> {
  const holdings = await deps.holdings()
  const now = deps.clock.now()
  const { own, displaced, free } = handOut({ now, due: rounds.due(), nodes, holdings, freed: (nodeId, kind) => rounds.freedSince(holdings, nodeId, kind) })
  const known = new Map(nodes.map((node) => [node.nodeId, node]))
  await Promise.all(own.map((due) => give(deps, rounds, { due, node: known.get(due.nodeId), choice: null })))
  const { closed, openMs } = meetings(windows, deps.clock, { displaced, free })
  const placed = await meet(deps, rounds, { meetings: closed, known })
  for (const { due } of displaced) {
    if (placed.has(due.jobId)) continue
    if (due.from <= now) rounds.upset()
    if (due.isTold) continue
    rounds.told(due.jobId)
    await explainDelay(deps, due.jobId)
  }
  return openMs
}

interface Meeting {
  readonly displaced: readonly Displaced[]
  readonly free: readonly FreeNode[]
}

/** Zone by zone: those that need not wait, and for how long the first of the others does. */
function meetings(
  windows: Windows,
  clock: Pick<Clock, 'monotonic'>,
  { displaced, free }: Meeting,
): { readonly closed: readonly Meeting[]; readonly openMs: number | null } {
  const now = clock.monotonic()
  const nodesIn = Map.groupBy(free, ({ node }) => node.capabilities.zone)
  const closed: Meeting[] = []
  let openMs: number | null = null
  const zones = Map.groupBy(displaced, ({ zone }) => zone)
  for (const zone of windows.keys()) if (!zones.has(zone) || !nodesIn.has(zone)) windows.delete(zone)
  for (const [zone, jobs] of zones) {
    const nodes = nodesIn.get(zone) ?? []
    if (nodes.length === 0) continue
    const since = windows.get(zone) ?? now
    const leftMs = jobs.length > 1 && nodes.length > 1 ? since + WINDOW_MS - now : 0
    if (leftMs > 0) {
      windows.set(zone, since)
      openMs = Math.min(openMs ?? leftMs, leftMs)
      continue
    }
    windows.delete(zone)
    closed.push({ displaced: jobs, free: nodes })
  }
  return { closed, openMs }
}

/** Ids of the jobs that another node has taken. */
async function meet(
  deps: DueDeps,
  rounds: Look,
  { meetings: all, known }: { readonly meetings: readonly Meeting[]; readonly known: ReadonlyMap<string, KnownNode> },
): Promise<ReadonlySet<string>> {
  const placed = new Set<string>()
  for (const { displaced, free } of all) {
    const due = new Map(displaced.map((one) => [one.jobId, one.due]))
    const pairs = await deps.match({ jobs: displaced, nodes: free })
    await Promise.all(
      pairs.map(async ({ jobId, nodeId, choice }) => {
        const one = due.get(jobId)
        if (one && (await give(deps, rounds, { due: one, node: known.get(nodeId), choice }))) placed.add(jobId)
      }),
    )
  }
  return placed
}

/** False if the place is taken after all. */
async function give(deps: DueDeps, rounds: Look, { due, node, choice }: { due: Due; node: KnownNode | undefined; choice: Taker['choice'] }): Promise<boolean> {
  if (!node) return false
  const given = await leaseJob(deps, { jobId: due.jobId, node, choice })
  if (given === 'full') {
    rounds.upset()
    return false
  }
  rounds.drop(due.jobId)
  return true
}

/** A job whose window has opened no longer waits for its window: it says so, without a new plan. */
async function explainDelay(deps: JobDeps, jobId: string): Promise<void> {
  const isToldStill = async (db: Db | Tx) => {
    const job = await createJobsStore(db).get(jobId)
    return job?.reason === 'waiting.window' && job.plan && fromIso(job.plan.window.from) - deps.clock.now() <= LEASE_LEAD_MS ? { ...job, plan: job.plan } : null
  }
  if (!(await isToldStill(deps.db))) return
  await transact(deps.db, async (tx) => {
    const job = await isToldStill(tx)
    if (job) await changeJob(deps, tx, { job, change: { type: 'planned', ...explainWindow(job.plan, { now: deps.clock.now(), hasRun: false }) } })
  })
}

import type { Lease } from '../../../shared/contract/job.ts'
import type { Clock } from '../../kernel/clock.ts'
import { fromIso } from '../../../shared/units.ts'
import { changeJob } from './change.ts'
import { type Giving, giveAll } from './giving.ts'
import { type Displaced, handOut } from './handing-out.ts'
import type { Holdings } from './holdings.ts'
import { inBatches } from './in-batches.ts'
import { createJobsStore } from './jobs.store.ts'
import { LEASE_LEAD_MS } from './leases.ts'
import type { LeasingDeps } from './leasing.ts'
import type { FreeNode, JobDeps, KnownNode, MatchJobs } from './ports.ts'
import { explainWindow } from './reasons.ts'
import type { Due } from './next-run.ts'
import type { Rounds } from './rounds.ts'

export interface DueDeps extends LeasingDeps {
  readonly holdings: () => Promise<Holdings>
  readonly match: MatchJobs
  readonly nodes: () => Promise<readonly KnownNode[]>
  readonly onFailure: (message: string) => void
}

/** How long jobs and nodes that compete wait for others to join: who meets whom at once is chosen better than one after another. */
const WINDOW_MS = 150

type Look = Pick<Rounds, 'due' | 'drop' | 'upset' | 'told' | 'freedSince' | 'held'>

/** Where several jobs and several nodes compete since when, by zone. */
export type Windows = Map<string, number>

export interface DueState {
  /** A lease was given to this node, and is written. */
  readonly onGiven: (nodeId: string, lease: Lease) => void
  readonly rounds: Look
  readonly windows: Windows
}

/**
 * Hands over every job whose window is near: to the node it is planned on if that is there, willing and free, and otherwise to whichever other one of
 * its zone suits best. Returns in how many milliseconds a window closes that is open, or `null`.
 */
export async function leaseDue(deps: DueDeps, { rounds, windows, onGiven }: DueState): Promise<number | null> {
  if (rounds.due().length === 0) {
    windows.clear()
    return null
  }
  const [holdings, nodes] = [await deps.holdings(), await deps.nodes()]
  const now = deps.clock.now()
  const { own, displaced, early, free } = handOut({
    now,
    due: rounds.due(),
    nodes,
    holdings,
    freed: (nodeId, kind) => rounds.freedSince(holdings, nodeId, kind),
  })
  const known = new Map(nodes.map((node) => [node.nodeId, node]))
  const giving = { rounds, onGiven, holdings, given: new Map<string, number>() }
  await giveAll(
    deps,
    giving,
    own.map((due) => ({ due, node: known.get(due.nodeId), choice: null })),
  )
  const { closed, openMs } = meetings(windows, deps.clock, { displaced: [...displaced, ...early], free })
  const placed = await meet(deps, giving, { meetings: closed, known })
  const late = displaced.flatMap(({ due }) => (placed.has(due.jobId) ? [] : [due]))
  if (late.some(({ from }) => from <= now)) rounds.upset()
  const untold = late.filter(({ isTold }) => !isTold)
  for (const { jobId } of untold) rounds.told(jobId)
  await explainDelays(deps, untold)
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
  giving: Giving,
  { meetings: all, known }: { readonly meetings: readonly Meeting[]; readonly known: ReadonlyMap<string, KnownNode> },
): Promise<ReadonlySet<string>> {
  const placed = new Set<string>()
  for (const { displaced, free } of all) {
    const due = new Map(displaced.map((one) => [one.jobId, one.due]))
    const pairs = await deps.match({ jobs: displaced, nodes: free })
    const gifts = pairs.flatMap(({ jobId, nodeId, choice }) => {
      const one = due.get(jobId)
      return one ? [{ due: one, node: known.get(nodeId), choice }] : []
    })
    for (const jobId of await giveAll(deps, giving, gifts)) placed.add(jobId)
  }
  return placed
}

/** Jobs whose window has opened no longer wait for their windows: they say so, without a new plan. Most have said so already. */
async function explainDelays(deps: JobDeps, due: readonly Due[]): Promise<void> {
  const late = await createJobsStore(deps.db).saying(
    'waiting.window',
    due.map(({ jobId }) => jobId),
  )
  await inBatches(deps.db, late, async (tx, some) => {
    for (const jobId of some) {
      const job = await createJobsStore(tx).get(jobId)
      const isOpen = job?.reason === 'waiting.window' && job.plan && fromIso(job.plan.window.from) - deps.clock.now() <= LEASE_LEAD_MS
      if (isOpen) await changeJob(deps, tx, { job, change: { type: 'planned', ...explainWindow(job.plan, { now: deps.clock.now(), hasRun: false }) } })
    }
    return []
  })
}

/** What is due goes to the node it is planned on, or to another one that has something free. */
import { handOut } from '../../../main/coordinator/jobs/handing-out.ts'
import type { Holdings } from '../../../main/coordinator/jobs/holdings.ts'
import { type Due, dueOf } from '../../../main/coordinator/jobs/next-run.ts'
import { placeOf } from '../../../main/coordinator/jobs/place.ts'
import type { KnownNode } from '../../../main/coordinator/jobs/ports.ts'
import type { Taker, Taking } from '../../../main/coordinator/jobs/taking.ts'
import { leaseOf } from '../../../main/coordinator/jobs/view.ts'
import { meet } from '../../../main/coordinator/matcher/meeting.ts'
import { toMachine, toMeeting } from '../../../main/coordinator/matching.ts'
import { placeKindFor, placesFor } from '../../../shared/domain/places.ts'
import { type Round, move, openAttempts } from './moving.ts'
import { LEASE_TTL_MS, startsOf } from './world.ts'

function holdingsOf({ tx }: Round): Holdings & { readonly byPlace: Map<string, number> } {
  const open = openAttempts(tx)
  const byPlace = new Map<string, number>()
  for (const { nodeId, jobId } of open) {
    const needs = tx.tables.jobs.get(jobId)?.spec.needs
    if (!needs) continue
    const place = placeOf(nodeId, placeKindFor(needs))
    byPlace.set(place, (byPlace.get(place) ?? 0) + placesFor(needs))
  }
  return { byPlace, leaseIds: new Set(open.map(({ leaseId }) => leaseId)), taken: (nodeId, kind) => byPlace.get(placeOf(nodeId, kind)) ?? 0 }
}

function dueNow({ tx }: Round): Due[] {
  return [...tx.tables.jobs.values()].flatMap((job) => {
    const [run] = job.plan?.runs ?? []
    if (job.state !== 'planned' || !job.plan || !run) return []
    return [dueOf({ job, turn: 0, held: null, avoids: [], barred: [], restMs: 0, hasRun: false }, job.plan, run)]
  })
}

export function giveOut(one: Round, nodes: readonly KnownNode[], told: (() => void)[]): void {
  const { world, replica, tx, now } = one
  const due = dueNow(one)
  if (due.length === 0) return
  const holdings = holdingsOf(one)
  const { own, displaced, early, free } = handOut({ now, due, nodes, holdings, freed: () => 0 })
  const known = new Map(nodes.map((node) => [node.nodeId, node]))
  const takers: Taker[] = own.flatMap(({ jobId, nodeId }) => {
    const node = known.get(nodeId)
    return node ? [{ jobId, node, choice: null }] : []
  })
  const others = [...displaced, ...early]
  if (others.length > 0 && free.length > 0)
    for (const { jobId, nodeId } of meeting(others, free)) {
      const node = known.get(nodeId)
      if (node) takers.push({ jobId, node, choice: { policy: { name: 'match', version: '1' }, inputs: {}, answer: { outcome: null, alternatives: [] } } })
    }
  if (takers.length === 0) return
  const waiting = new Map([...tx.tables.jobs].filter(([, { state }]) => state === 'planned'))
  const ids = { next: () => world.nextId('lease') }
  const { nextToken } = replica.memory()
  for (const taking of world.rules.takeInTurn({ now, ids, nextToken }, takers, { jobs: waiting, taken: holdings.byPlace }))
    if (typeof taking !== 'string') lease(one, taking, told)
}

/** In one piece: nobody else's turn comes in between here. */
function meeting(jobs: Parameters<typeof toMeeting>[0][], nodes: readonly Parameters<typeof toMachine>[0][]) {
  const work = meet({ jobs: jobs.map(toMeeting), nodes: nodes.map(toMachine) })
  for (;;) {
    const next = work.next()
    if (next.done) return next.value
  }
}

/** A soft lease is on its way while it is being written, a durable one afterwards; so is what was not on its way by then. */
function lease(one: Round, { job, attempt }: Taking, told: (() => void)[]): void {
  const { world, replica, tx } = one
  const { jobId, leaseId, nodeId, token, plan: carriedOut } = attempt
  const leased = move(one, job, { type: 'leased' }, { token, plan: carriedOut })
  if (!leased) return
  tx.put('attempts', leaseId, attempt)
  world.trace.note('lease', jobId, leaseId, nodeId, token)
  replica.memory().renewals.renew(leaseId)
  world.clocks.starts.set(leaseId, startsOf(world))
  const given = leaseOf(leased, attempt, { ttlMs: LEASE_TTL_MS, checkpoint: null })
  const agent = world.agents.find((node) => node.nodeId === nodeId)
  const offer = (): void => {
    if (agent) world.network.send(replica.machine.name, agent.machine, () => agent.offer(given))
  }
  if (job.spec.lease === 'durable') told.push(offer)
  else offer()
}

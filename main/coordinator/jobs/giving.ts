import type { JobSpec, Lease } from '../../../shared/contract/job.ts'
import { placeKindFor, placesFor } from '../../../shared/domain/places.ts'
import { messageOf } from '../../../shared/errors.ts'
import type { Holdings } from './holdings.ts'
import { type Given, type LeasingDeps, leaseJobs } from './leasing.ts'
import type { Due } from './next-run.ts'
import { placeOf } from './place.ts'
import type { KnownNode } from './ports.ts'
import type { Rounds } from './rounds.ts'
import type { Taker } from './taking.ts'
import { isOfAll } from './together.ts'

interface GivingDeps extends LeasingDeps {
  readonly onFailure: (message: string) => void
}

/** What is known while jobs are given out. */
export interface Giving {
  readonly rounds: Pick<Rounds, 'drop' | 'upset' | 'held'>
  /** A lease was given to this node, and is written. */
  readonly onGiven: (nodeId: string, lease: Lease) => void
  /** What was held before. */
  readonly holdings: Holdings
  /** Places that have been given since, by place. */
  readonly given: Map<string, number>
}

/** Who is to have which job. */
interface Gift {
  readonly due: Due
  readonly node: KnownNode | undefined
  readonly choice: Taker['choice']
}

/** So many leases are written together, and are on their way before the next ones are: nobody waits for all of them. */
const AT_ONCE = 64

/** Gives jobs to nodes. Returns the ids of the jobs that no longer wait; the places of the others are taken after all. */
export async function giveAll(deps: GivingDeps, giving: Giving, gifts: readonly Gift[]): Promise<readonly string[]> {
  const { rounds } = giving
  const gone: string[] = []
  const takers = gifts.flatMap(({ due, node, choice }) => (node ? [{ due, taker: { jobId: due.jobId, node, choice } }] : []))
  for (let from = 0; from < takers.length; from += AT_ONCE) {
    const some = takers.slice(from, from + AT_ONCE)
    const given = await leaseEach(
      deps,
      some.map(({ taker }) => taker),
    )
    for (const [index, { due, taker }] of some.entries()) {
      if (given[index] === 'full') {
        rounds.upset()
        continue
      }
      if (given[index] === 'failed') {
        // Planned again before long; until then nobody waits for it.
        rounds.drop(due.jobId)
        rounds.upset()
        continue
      }
      gone.push(due.jobId)
      rounds.drop(due.jobId)
      const lease = given[index]
      if (typeof lease !== 'object') continue
      hold(giving, taker.node.nodeId, due.spec.needs)
      giving.onGiven(taker.node.nodeId, lease)
    }
  }
  return gone
}

/** As `leaseJobs`. Where one of several cannot be written, the others are: those that failed together are halved until it stands alone. */
async function leaseEach(deps: GivingDeps, takers: readonly Taker[]): Promise<readonly (Given | 'failed')[]> {
  try {
    return await leaseJobs(deps, takers)
  } catch (error) {
    if (isOfAll(error)) throw error
    const [one, ...others] = takers
    if (one && others.length === 0) {
      deps.onFailure(`Job ${one.jobId} cannot be given to node ${one.node.nodeId}, and is planned again: ${messageOf(error)}`)
      return ['failed']
    }
    const half = Math.ceil(takers.length / 2)
    return [...(await leaseEach(deps, takers.slice(0, half))), ...(await leaseEach(deps, takers.slice(half)))]
  }
}

function hold({ rounds, holdings, given }: Giving, nodeId: string, needs: JobSpec['needs']): void {
  const kind = placeKindFor(needs)
  const place = placeOf(nodeId, kind)
  const more = (given.get(place) ?? 0) + placesFor(needs)
  given.set(place, more)
  rounds.held(nodeId, kind, holdings.taken(nodeId, kind) + more)
}

import { isWorking } from '../../../shared/contract/node.ts'
import { WindfallError } from '../../../shared/errors.ts'
import { type Db, type Tx, transact } from '../persistence/database.ts'
import type { ConductDeps } from './conduct.ts'
import { createFleetsStore } from './fleets.store.ts'
import { type Node, createNodesStore } from './nodes.store.ts'
import { newStanding } from './standing.ts'
import { createStandingStore } from './standing.store.ts'

/** Who asks, for the log: a requester that operates the coordinator, or a node of the same owner. */
interface Order {
  readonly nodeId: string
  readonly by: string
  readonly reason: string
}

export interface Membership {
  /** Takes a node out of service until it is released, with a reason its owner is shown. Errors: `not-found`, `conflict` if it was removed. */
  readonly quarantine: (order: Order) => Promise<void>
  /** Ends a quarantine. Unless it is trusted at once, the node gets small jobs until it has done some well. Errors: `not-found`, `conflict`. */
  readonly release: (order: Order & { readonly isTrusted: boolean }) => Promise<void>
  /** Takes a node out for good: what it holds is handed to others, what it has earned is paid. Repeating it is harmless. Error: `not-found`. */
  readonly remove: (order: Order) => Promise<void>
  /** Lets those back on probation whose quarantine is over. */
  readonly releaseDue: () => Promise<void>
}

export interface MembershipDeps extends Pick<ConductDeps, 'clock' | 'decide' | 'takeBack'> {
  readonly db: Db
  /** Told once a node that may no longer work has been taken out. */
  readonly onBanned: (nodeId: string) => void
}

async function required(tx: Tx, nodeId: string): Promise<Node> {
  const node = await createNodesStore(tx).get(nodeId)
  if (!node) throw new WindfallError('not-found', `There is no node ${nodeId}. To see those there are: windfall node list`)
  return node
}

const isGone = (nodeId: string) =>
  new WindfallError('conflict', `Node ${nodeId} was removed. It comes back by enrolling with a token: windfall node token create`)

export function createMembership(deps: MembershipDeps): Membership {
  const { db, clock } = deps
  return {
    async quarantine(order) {
      await transact(db, (tx) => quarantine(deps, tx, order))
      deps.onBanned(order.nodeId)
    },
    release: (order) => transact(db, (tx) => release(deps, tx, order)),
    async remove(order) {
      await transact(db, (tx) => remove(deps, tx, order))
      deps.onBanned(order.nodeId)
    },
    async releaseDue() {
      for (const nodeId of await createNodesStore(db).quarantineOver(clock.now())) await transact(db, (tx) => releaseOne(deps, tx, nodeId))
    },
  }
}

async function quarantine({ clock, decide, takeBack }: MembershipDeps, tx: Tx, { nodeId, by, reason }: Order): Promise<void> {
  const { state } = await required(tx, nodeId)
  if (state === 'removed') throw isGone(nodeId)
  await createNodesStore(tx).setState(nodeId, { state: 'quarantined', reason, at: clock.now() })
  await decide(tx, 'node.quarantined', { nodeId, by, reason })
  if (isWorking(state)) await takeBack(tx, { nodeId, reason: 'node.quarantined', isDistrusted: true })
}

const ON_PROBATION = 'It was quarantined, and is given small jobs until it has done some of them well.'

async function beginProbation({ clock }: Pick<MembershipDeps, 'clock'>, tx: Tx, nodeId: string): Promise<void> {
  const now = clock.now()
  const standings = createStandingStore(tx)
  await standings.save(nodeId, { ...((await standings.get(nodeId)) ?? newStanding(now)), clean: 0, inRow: 0 })
  await createNodesStore(tx).setState(nodeId, { state: 'probation', reason: ON_PROBATION, at: now })
}

async function release(deps: MembershipDeps, tx: Tx, { nodeId, by, reason, isTrusted }: Order & { readonly isTrusted: boolean }): Promise<void> {
  const { state } = await required(tx, nodeId)
  if (state === 'removed') throw isGone(nodeId)
  if (state === 'active') throw new WindfallError('conflict', `Node ${nodeId} is in service: there is nothing to release it from.`)
  if (isTrusted) await createNodesStore(tx).setState(nodeId, { state: 'active', reason: null, at: deps.clock.now() })
  else await beginProbation(deps, tx, nodeId)
  await deps.decide(tx, 'node.released', { nodeId, by, reason, probation: !isTrusted })
}

/** Another process may have done it, or an operator meanwhile something else. */
async function releaseOne(deps: MembershipDeps, tx: Tx, nodeId: string): Promise<void> {
  const { state, quarantinedUntil } = await required(tx, nodeId)
  if (state !== 'quarantined' || quarantinedUntil === null || quarantinedUntil > deps.clock.now()) return
  await beginProbation(deps, tx, nodeId)
  await deps.decide(tx, 'node.released', { nodeId, reason: 'the time of its quarantine is over', probation: true })
}

/** An operator's quarantine is not counted until its node leaves: then it must not be forgotten, should it come back. */
async function rememberQuarantine(tx: Tx, nodeId: string, now: number): Promise<void> {
  const standings = createStandingStore(tx)
  const standing = (await standings.get(nodeId)) ?? newStanding(now)
  await standings.save(nodeId, { ...standing, quarantines: Math.max(1, standing.quarantines) })
}

async function remove({ clock, decide, takeBack }: MembershipDeps, tx: Tx, { nodeId, by, reason }: Order): Promise<void> {
  const { state } = await required(tx, nodeId)
  if (state === 'removed') return
  const fleets = createFleetsStore(tx)
  const fleetId = await fleets.fleetOf(nodeId)
  if (fleetId !== null) await fleets.remove(fleetId, nodeId)
  await fleets.withdraw(nodeId)
  if (state !== 'active') await rememberQuarantine(tx, nodeId, clock.now())
  await createNodesStore(tx).setState(nodeId, { state: 'removed', reason, at: clock.now() })
  await decide(tx, 'node.removed', { nodeId, by, reason, before: state })
  await takeBack(tx, { nodeId, reason: 'node.removed', isDistrusted: false })
}

import type { coordinatorContract } from '../../../shared/contract/coordinator.ts'
import type { OutputOf } from '../../../shared/contract/define.ts'
import { WindfallError } from '../../../shared/errors.ts'
import { toIso } from '../../../shared/units.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { Ids } from '../../kernel/ids.ts'
import { type Db, type Tx, transact } from '../persistence/database.ts'
import { CODE_TTL_MS, hashCode, newCode, readCode, spokenCode } from './fleet-code.ts'
import { type FleetMember, createFleetsStore } from './fleets.store.ts'
import { createGuessLimit } from './guess-limit.ts'

export interface FleetDeps {
  readonly db: Db
  readonly clock: Clock
  readonly ids: Ids
  readonly random: (bytes: number) => Uint8Array
  readonly decide: (tx: Tx, kind: string, body: object) => Promise<void>
}

type Invited = OutputOf<typeof coordinatorContract.inviteToFleet>

/** Machines that belong to one owner. Who is in one may see all, bring others in and take them out; nobody pays for anybody else. */
export interface Fleets {
  /** A code by which another machine joins the fleet of this one, which gets a fleet if it has none. Error: `rate.limited`. */
  readonly invite: (nodeId: string) => Promise<Invited>
  /** Joins by a code; repeating it is harmless. Errors: `not-found` for a code that is wrong, used or expired, `conflict`, `rate.limited`. */
  readonly join: (nodeId: string, typed: string) => Promise<{ readonly fleetId: string }>
  /** The fleet of this node and who is in it, oldest first. Error: `not-found`. */
  readonly of: (nodeId: string) => Promise<{ readonly fleetId: string; readonly members: readonly FleetMember[] }>
  /** Takes `removed` out of the fleet of `nodeId`, which may be the same node. Error: `not-found`. */
  readonly remove: (nodeId: string, removed: string) => Promise<void>
}

const MAX_MEMBERS = 1_000
const MAX_OPEN_INVITES = 20
/** A code that was used is remembered for a while, so that an answer which got lost can be asked for again. */
const REMEMBERED_MS = 86_400_000

const wrongCode = () => new WindfallError('not-found', 'This code is wrong, was used, or is older than 10 minutes. Ask for a new one: windfall fleet invite')
const alone = () => new WindfallError('not-found', 'This machine is in no fleet. Make one with “windfall fleet invite”, or join one with “windfall pair CODE”.')

export function createFleets(deps: FleetDeps): Fleets {
  const { db, clock } = deps
  const guesses = createGuessLimit(clock)
  return {
    invite: async (nodeId) => {
      const code = newCode(deps.random)
      const codeHash = await hashCode(code)
      const expiresAt = clock.now() + CODE_TTL_MS
      const fleetId = await transact(db, (tx) => invite(deps, tx, { nodeId, codeHash, expiresAt }))
      return { fleetId, code: spokenCode(code), expiresAt: toIso(expiresAt) }
    },
    async join(nodeId, typed) {
      const wait = guesses.take(nodeId)
      if (wait > 0) throw new WindfallError('rate.limited', `Too many wrong codes. Try again in ${wait} seconds.`)
      const code = readCode(typed)
      if (code === null) throw wrongCode()
      const codeHash = await hashCode(code)
      const fleetId = await transact(db, (tx) => join(deps, tx, { nodeId, codeHash }))
      guesses.giveBack(nodeId)
      return { fleetId }
    },
    async of(nodeId) {
      const fleets = createFleetsStore(db)
      const fleetId = await fleets.fleetOf(nodeId)
      if (fleetId === null) throw alone()
      return { fleetId, members: await fleets.members(fleetId) }
    },
    remove: (nodeId, removed) => transact(db, (tx) => remove(deps, tx, { nodeId, removed })),
  }
}

async function ownFleet({ clock, ids, decide }: FleetDeps, tx: Tx, nodeId: string): Promise<string> {
  const fleets = createFleetsStore(tx)
  const known = await fleets.fleetOf(nodeId)
  if (known !== null) return known
  const fleetId = ids.next()
  await fleets.create(fleetId, { at: clock.now(), name: null })
  // Two invitations at once: the second finds the fleet that the first has made.
  if (!(await fleets.add(fleetId, nodeId, clock.now()))) throw new WindfallError('conflict', 'This machine has just joined a fleet. Ask for the code again.')
  await decide(tx, 'fleet.created', { fleetId, nodeId })
  return fleetId
}

async function invite(deps: FleetDeps, tx: Tx, { nodeId, codeHash, expiresAt }: { nodeId: string; codeHash: string; expiresAt: number }): Promise<string> {
  const fleets = createFleetsStore(tx)
  const now = deps.clock.now()
  const fleetId = await ownFleet(deps, tx, nodeId)
  await fleets.forgetBefore(now - REMEMBERED_MS)
  if ((await fleets.openInvites(fleetId, now)) >= MAX_OPEN_INVITES)
    throw new WindfallError('rate.limited', `This fleet has ${MAX_OPEN_INVITES} codes that nobody has used yet. Use one of them, or wait until they expire.`)
  await fleets.invite(codeHash, { fleetId, createdBy: nodeId, expiresAt })
  await deps.decide(tx, 'fleet.invited', { fleetId, nodeId, expiresAt: toIso(expiresAt) })
  return fleetId
}

async function join({ clock, decide }: FleetDeps, tx: Tx, { nodeId, codeHash }: { nodeId: string; codeHash: string }): Promise<string> {
  const fleets = createFleetsStore(tx)
  const found = await fleets.invited(codeHash)
  const current = await fleets.fleetOf(nodeId)
  if (found && found.fleetId === current && (found.usedBy === nodeId || found.usedBy === null)) return found.fleetId
  if (!found || found.usedBy !== null || found.expiresAt <= clock.now()) throw wrongCode()
  const { fleetId, createdBy } = found
  if (current !== null) throw new WindfallError('conflict', 'This machine is in another fleet. Leave that one first: windfall fleet leave')
  if ((await fleets.members(fleetId)).length >= MAX_MEMBERS)
    throw new WindfallError('conflict', `This fleet has ${MAX_MEMBERS} machines, which is as many as one may have.`)
  if (!(await fleets.use(codeHash, nodeId, clock.now())) || !(await fleets.add(fleetId, nodeId, clock.now()))) throw wrongCode()
  await decide(tx, 'fleet.joined', { fleetId, nodeId, invitedBy: createdBy })
  return fleetId
}

async function remove({ decide }: FleetDeps, tx: Tx, { nodeId, removed }: { nodeId: string; removed: string }): Promise<void> {
  const fleets = createFleetsStore(tx)
  const fleetId = await fleets.fleetOf(nodeId)
  if (fleetId === null) throw alone()
  if (!(await fleets.remove(fleetId, removed))) throw new WindfallError('not-found', 'That machine is not in this fleet. See who is: windfall fleet list')
  await fleets.withdraw(removed)
  await decide(tx, nodeId === removed ? 'fleet.left' : 'fleet.removed', { fleetId, nodeId: removed, by: nodeId })
}

import { WindfallError, messageOf } from '../../../shared/errors.ts'
import { transact } from '../persistence/database.ts'
import { PAGE, createNeighboursStore } from './neighbours.store.ts'
import type { HeardElsewhere, Neighbours, Order } from './orders.ts'
import { LOOK_MS, type NeighboursDeps, type State, createVoice, nothingKnown } from './voice.ts'

/** What this coordinator is told by the others. */
export interface Ears {
  readonly heard: (heard: readonly HeardElsewhere[]) => void
  readonly ordered: (order: Order) => void
  /** The node has a newer socket elsewhere. */
  readonly moved: (nodeId: string) => void
  /** After every look, whatever came of it. */
  readonly looked: () => Promise<void>
}

export interface RunningNeighbours extends Neighbours {
  /** Error: `instance.running` if another coordinator takes the name of this one. */
  readonly run: (ears: Ears, signal: AbortSignal) => Promise<void>
}

/** What was said longer ago says nothing of now. */
const PRESENCE_KEPT_MS = 300_000

/**
 * What coordinators over one database say to each other, by rows in it: each writes in one piece what has changed, and looks once a second. Nothing
 * that is said is needed for anything to stay right; it makes it quick.
 */
export function createNeighbours(deps: NeighboursDeps): RunningNeighbours {
  const { clock, membership, onFailure } = deps
  const state = nothingKnown()
  const say = createVoice(deps, state)
  const tell = (to: Iterable<string>, order: Order) => {
    for (const replicaId of to) state.orders.push({ to: replicaId, order })
    if (state.orders.length > 0) void say()
  }
  return {
    tellAll: (order) => tell(state.others, order),
    heard(nodeId, presence, isNews) {
      state.heard.set(nodeId, { presence, at: clock.monotonic() })
      state.isUrgent ||= isNews || presence.running.length > 0
    },
    opened(nodeId) {
      state.closed.delete(nodeId)
      state.here.set(nodeId, null)
    },
    closed(nodeId) {
      state.here.delete(nodeId)
      state.closed.add(nodeId)
    },
    send(nodeId, frame) {
      const replicaId = state.elsewhere.get(nodeId)
      const isThere = replicaId !== undefined && state.others.has(replicaId)
      // A node without a socket may wait for such an order anywhere.
      const to = isThere ? [replicaId] : frame.type === 'cancel' || frame.type === 'yield' ? state.others : []
      tell(to, { type: 'frame', nodeId, frame })
      return isThere
    },
    async run(ears, signal) {
      do {
        await say()
        await look(deps, state, ears).catch((error: unknown) => failUnless(error, onFailure))
        await ears.looked().catch((error: unknown) => onFailure(messageOf(error)))
      } while (await clock.sleep(LOOK_MS, signal))
      await membership.leave()
    },
  }
}

function failUnless(error: unknown, onFailure: (message: string) => void): void {
  if (error instanceof WindfallError && error.code === 'instance.running') throw error
  onFailure(messageOf(error))
}

async function look(deps: NeighboursDeps, state: State, ears: Ears): Promise<void> {
  await deps.membership.showUp()
  state.others = await deps.membership.others()
  await lookForLines(deps, state, ears)
  await lookForPresence(deps, state, ears)
  await lookForOrders(deps, ears)
}

async function lookForLines({ db, replicaId: own }: NeighboursDeps, state: State, ears: Ears): Promise<void> {
  for (const { nodeId, replicaId, seq } of await createNeighboursStore(db).linesAfter(state.linesRead)) {
    state.linesRead = seq
    if (replicaId === null || replicaId === own) {
      state.elsewhere.delete(nodeId)
      continue
    }
    state.elsewhere.set(nodeId, replicaId)
    const known = state.here.get(nodeId)
    if (typeof known === 'number' && known < seq) ears.moved(nodeId)
  }
}

async function lookForPresence({ db, databaseNow, replicaId }: NeighboursDeps, state: State, ears: Ears): Promise<void> {
  const now = await databaseNow(db)
  for (;;) {
    const rows = await createNeighboursStore(db).presenceAfter(state.presenceRead, replicaId)
    state.presenceRead = rows.at(-1)?.seq ?? state.presenceRead
    const heard = rows.map(({ nodeId, presence, heardAt }) => ({ nodeId, presence, ageMs: Math.max(0, now - heardAt) }))
    ears.heard(heard.filter(({ ageMs }) => ageMs < PRESENCE_KEPT_MS))
    if (rows.length < PAGE) return
  }
}

/** What is done twice after a crash in between does no harm. */
async function lookForOrders({ db, replicaId }: NeighboursDeps, ears: Ears): Promise<void> {
  const orders = await createNeighboursStore(db).ordersFor(replicaId)
  const last = orders.at(-1)?.seq
  if (last === undefined) return
  for (const { order } of orders) ears.ordered(order)
  await transact(db, (tx) => createNeighboursStore(tx).ordersDone(replicaId, last))
}

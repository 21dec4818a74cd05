import type { Presence } from '../../../shared/contract/node.ts'
import { messageOf } from '../../../shared/errors.ts'
import type { Clock } from '../../kernel/clock.ts'
import { type Db, type Tx, transact } from '../persistence/database.ts'
import type { Membership } from './membership.ts'
import { createNeighboursStore } from './neighbours.store.ts'
import type { Order } from './orders.ts'

export interface NeighboursDeps {
  readonly db: Db
  readonly clock: Pick<Clock, 'monotonic' | 'sleep'>
  /** What the database's own clock shows, epoch ms. */
  readonly databaseNow: (db: Db | Tx) => Promise<number>
  readonly replicaId: string
  readonly membership: Pick<Membership, 'showUp' | 'others' | 'leave'>
  /** Others know within this time of a node that was heard and has nothing to do. */
  readonly presenceEveryMs: number
  readonly onFailure: (message: string) => void
}

/** So often each looks for what others have said. */
export const LOOK_MS = 1_000

interface Heard {
  readonly presence: Presence
  /** On the clock that never jumps. */
  readonly at: number
}

/** What is known and what is still to be said. */
export interface State {
  heard: Map<string, Heard>
  isUrgent: boolean
  saidAt: number
  /** Sockets that are here: from which number on others know, `null` until they do. */
  readonly here: Map<string, number | null>
  closed: Set<string>
  orders: { readonly to: string; readonly order: Order }[]
  /** By node: the replica where its socket is. */
  readonly elsewhere: Map<string, string>
  others: ReadonlySet<string>
  linesRead: number
  presenceRead: number
}

export const nothingKnown = (): State => ({
  heard: new Map(),
  isUrgent: false,
  saidAt: 0,
  here: new Map(),
  closed: new Set(),
  orders: [],
  elsewhere: new Map(),
  others: new Set(),
  linesRead: 0,
  presenceRead: 0,
})

/** Says what is to be said, one piece after another. */
export function createVoice(deps: NeighboursDeps, state: State): () => Promise<void> {
  let saying: Promise<void> | null = null
  const say = (): Promise<void> => {
    saying ??= saySome(deps, state)
      .catch((error: unknown) => deps.onFailure(messageOf(error)))
      .finally(() => {
        saying = null
        if (state.orders.length > 0) void say()
      })
    return saying
  }
  return say
}

interface Said {
  readonly opened: readonly string[]
  readonly closed: ReadonlySet<string>
  readonly orders: State['orders']
  readonly heard: ReadonlyMap<string, Heard>
}

function takeWhatIsToBeSaid({ clock, presenceEveryMs }: NeighboursDeps, state: State): Said {
  const isPresenceDue = clock.monotonic() - state.saidAt >= (state.isUrgent ? Math.min(LOOK_MS, presenceEveryMs) : presenceEveryMs)
  const opened = [...state.here].flatMap(([nodeId, seq]) => (seq === null ? [nodeId] : []))
  const said = { opened, closed: state.closed, orders: state.orders, heard: isPresenceDue ? state.heard : new Map<string, Heard>() }
  Object.assign(state, { closed: new Set(), orders: [] })
  if (isPresenceDue) Object.assign(state, { heard: new Map(), isUrgent: false, saidAt: clock.monotonic() })
  return said
}

/** What could not be said is said again, unless there is something newer; but for orders, which nodes ask for by themselves. */
async function saySome(deps: NeighboursDeps, state: State): Promise<void> {
  const said = takeWhatIsToBeSaid(deps, state)
  const { opened, closed, orders, heard } = said
  if (opened.length + closed.size + orders.length + heard.size === 0) return
  try {
    const first = await write(deps, said)
    for (const [index, nodeId] of opened.entries()) if (state.here.get(nodeId) === null) state.here.set(nodeId, first + index)
  } catch (error) {
    state.heard = new Map([...heard, ...state.heard])
    state.isUrgent ||= heard.size > 0
    state.closed = new Set([...closed, ...state.closed].filter((nodeId) => !state.here.has(nodeId)))
    throw error
  }
}

/** Returns from which number on others know of the sockets that were opened. */
const write = ({ db, clock, databaseNow, replicaId }: NeighboursDeps, { opened, closed, orders, heard }: Said): Promise<number> =>
  transact(db, async (tx) => {
    const store = createNeighboursStore(tx)
    const [now, monotonic] = [await databaseNow(tx), clock.monotonic()]
    await store.closeLines(replicaId, [...closed])
    const first = await store.openLines(replicaId, opened)
    const rows = [...heard].map(([nodeId, { presence, at }]) => ({ nodeId, presence, heardAt: Math.round(now - (monotonic - at)) }))
    await store.savePresence(replicaId, rows)
    await store.addOrders(orders, now)
    return first
  })

import type { SocketToAgent } from '../../../shared/contract/agent-socket.ts'
import type { Presence } from '../../../shared/contract/node.ts'

/** What one coordinator asks another one over the same database to do. */
export type Order =
  /** Say this to a node, if its socket or its waiting request is there. */
  | { readonly type: 'frame'; readonly nodeId: string; readonly frame: SocketToAgent }
  /** Close the socket of a node. */
  | { readonly type: 'drop'; readonly nodeId: string }
  /** Look at once at what is watched. */
  | { readonly type: 'look' }

/** A node as another coordinator has heard it. */
export interface HeardElsewhere {
  readonly nodeId: string
  readonly presence: Presence
  /** How long ago, by the clock of the database. */
  readonly ageMs: number
}

/** The other coordinators over the same database, as far as the features are concerned. */
export interface Neighbours {
  /** A node was heard here; `isNews` if it may now be given work that it could not be given before. */
  readonly heard: (nodeId: string, presence: Presence, isNews: boolean) => void
  /** The socket of a node was opened or closed here. */
  readonly opened: (nodeId: string) => void
  readonly closed: (nodeId: string) => void
  /** Says something to a node that is connected elsewhere, in about a second; false if it is not. */
  readonly send: (nodeId: string, frame: SocketToAgent) => boolean
  readonly tellAll: (order: Order) => void
}

const nothing = () => undefined

/** Nobody else writes to this database. */
export const alone: Neighbours = { heard: nothing, opened: nothing, closed: nothing, send: () => false, tellAll: nothing }

/** What incidents take from their neighbours; the root wires them. */
import type { Choice } from '../../../shared/contract/decision.ts'
import type { IncidentState } from '../../../shared/contract/incident.ts'
import type { YieldReason } from '../../../shared/contract/job.ts'
import type { Signal, Window } from '../../../shared/contract/wire.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { Ids } from '../../kernel/ids.ts'
import type { Db, Tx } from '../persistence/database.ts'
import type { SourceHealth, WatchedNode } from './detect.ts'
import type { StoredIncident } from './incidents.store.ts'
import type { RunningJob } from './pause.ts'
import type { ReplanScope, Replanned } from './response.ts'

interface Abundance extends Window {
  readonly share: number
  readonly evidence: string
}

/** The grid as it is, simulations left out. Each answers `null` where nobody knows, and may reject. */
export interface WatchedGrid {
  /** Live average intensity, from a day behind to what is known ahead. */
  readonly intensity: (zone: string) => Promise<Signal | null>
  /** The same, measured, in the last seven days as far as they are settled. May be slow. */
  readonly usual: (zone: string) => Promise<Signal | null>
  readonly renewableShare: (zone: string) => Promise<Signal | null>
  readonly price: (zone: string) => Promise<Signal | null>
  readonly frequency: (zone: string) => Promise<Signal | null>
  readonly surplusIn: (share: Signal | null) => readonly Abundance[]
  readonly curtailmentIn: (share: Signal | null, price: Signal | null) => readonly Abundance[]
  readonly source: (zone: string) => Promise<SourceHealth | null>
}

export interface IncidentsDeps {
  readonly db: Db
  /** The database as what runs by itself writes to it: only while this coordinator is the one that runs it. */
  readonly loopDb: Db
  /** Another coordinator may be the one that watches: it looks at once. */
  readonly wakeOthers: () => void
  readonly clock: Clock
  readonly ids: Ids
  readonly decide: (tx: Tx, kind: string, body: object) => Promise<void>
  /** Records what a policy chose, and on what. */
  readonly choose: (tx: Tx, choice: Choice) => Promise<unknown>
  readonly grid: WatchedGrid
  /** Every node that works for this coordinator. */
  readonly nodes: () => Promise<readonly WatchedNode[]>
  /** Plans jobs again that have not begun, and says what came of each. */
  readonly replan: (scope: ReplanScope) => Promise<readonly Replanned[]>
  /** Jobs that run in a zone. May be slow. */
  readonly running: (zone: string) => Promise<readonly RunningJob[]>
  /** Asks for a running job back, to go on later from what it has saved; one that runs no longer is left alone. */
  readonly askBack: (leaseId: string, reason: YieldReason) => Promise<void>
  readonly onMoved: (
    incident: Pick<StoredIncident, 'incidentId' | 'cause' | 'zone' | 'nodeId' | 'simulated' | 'summary'>,
    move: { from: IncidentState; to: IncidentState; reason: string },
  ) => void
  readonly onActed: (incidentId: string, action: Replanned) => void
  readonly onFailure: (message: string) => void
}

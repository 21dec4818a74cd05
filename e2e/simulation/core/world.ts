/** What all parts of a simulation share. */
import type { Agenda } from './agenda.ts'
import type { Agent } from './agent-parts.ts'
import type { Chain } from './chain.ts'
import type { Database } from './database.ts'
import type { Watch } from './invariants.ts'
import type { Network } from './network.ts'
import type { Options } from './options.ts'
import type { Random } from './random.ts'
import type { Replica } from './replica.ts'
import type { Rules } from './rules.ts'
import type { Trace } from './trace.ts'

export interface World {
  readonly options: Options
  readonly rules: Rules
  readonly agenda: Agenda
  readonly trace: Trace
  readonly network: Network
  readonly database: Database
  readonly chain: Chain
  readonly watch: Watch
  readonly replicas: readonly Replica[]
  readonly agents: readonly Agent[]
  /** One stream of chance for each part, so that a part less changes nothing for the others. */
  readonly random: (stream: string) => Random
  /** One more fault of a kind has happened. */
  readonly count: (fault: string) => void
  /** Ids rise, and are never given twice. */
  readonly nextId: (what: string) => string
  readonly grid: { isDown: boolean }
  /** How often the clock of a coordinator was set, and how often coordinators had been started when each lease was given. */
  readonly clocks: { sets: number; readonly starts: Map<string, number> }
  /** Whether nothing goes wrong any more. */
  readonly calm: { isOver: boolean }
}

export const HEARTBEAT_MS = 15_000
export const LEASE_TTL_MS = 90_000

/** How often coordinators were started, all together. */
export const startsOf = ({ replicas }: Pick<World, 'replicas'>): number => replicas.reduce((sum, { machine }) => sum + machine.starts(), 0)

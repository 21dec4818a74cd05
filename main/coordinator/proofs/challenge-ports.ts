/** What challenges take from their neighbours; the root wires them. */
import type { Choice } from '../../../shared/contract/decision.ts'
import type { NodeEvent } from '../../../shared/contract/node-event.ts'
import type { ChallengeFigure, OpenChallenge } from '../../../shared/contract/proof.ts'
import type { EnergyProof } from '../../../shared/domain/energy-proof.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { Ids } from '../../kernel/ids.ts'
import type { Db, Tx } from '../persistence/database.ts'

/** What the samples say about the proof they are said to lie behind. */
export interface Finding {
  /** `refused`: they cannot be integrated again, and that is no fault of theirs. */
  readonly state: 'valid' | 'mismatch' | 'refused'
  readonly message: string
  readonly figures: readonly ChallengeFigure[]
}

export interface Examination {
  readonly proof: EnergyProof
  /** The sample log, gzip-compressed, as a node sent it: hostile. */
  readonly gzip: Uint8Array
}

/**
 * Looks at samples away from the thread that serves everybody else, within limits of memory and time.
 * Errors: `input.invalid` if the bytes are no gzip, `input.too-large`, `unavailable` if too many wait.
 */
export type Examine = (examination: Examination) => Promise<Finding>

export interface ChallengeDeps {
  readonly db: Db
  /** The database as what runs by itself writes to it: only while this coordinator is the one that runs it. */
  readonly loopDb: Db
  readonly clock: Clock
  readonly ids: Ids
  readonly random: (bytes: number) => Uint8Array
  /** Share of accepted proofs that are checked unasked, 0…1. */
  readonly rate: number
  /** A node that is silent for longer than this is away. */
  readonly awayAfterMs: number
  readonly decide: (tx: Tx, kind: string, body: object) => Promise<void>
  /** Records what a policy chose, and on what. */
  readonly choose: (tx: Tx, choice: Choice) => Promise<unknown>
  readonly recordEvent: (tx: Tx, nodeId: string, fact: NodeEvent['fact']) => Promise<void>
  readonly examine: Examine
  /** Asks a node that is connected; others learn of it with their next heartbeat. */
  readonly push: (nodeId: string, challenge: OpenChallenge) => void
  /** Something was recorded that nodes should learn of. */
  readonly recorded: () => Promise<void>
  readonly onEnded: (challenge: { readonly challengeId: string; readonly nodeId: string; readonly state: string }) => void
  readonly onFailure: (message: string) => void
}

import { NodeFault } from '../../shared/contract/node-fault.ts'
import { type FailureCode, messageOf } from '../../shared/errors.ts'
import type { EnergyProof } from '../../shared/domain/energy-proof.ts'
import { solarOf } from '../../shared/domain/energy-proof.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Run } from '../kernel/lifecycle.ts'
import type { CoordinatorEvents } from './events.ts'
import type { SocketHub } from './http/socket.ts'
import { type Attempt, createAttemptsStore } from './jobs/attempts.store.ts'
import type { Jobs } from './jobs/jobs.ts'
import type { Db, Tx } from './persistence/database.ts'
import { type Conduct, type ConductDeps, createConduct } from './registry/conduct.ts'
import { type Membership, createMembership } from './registry/membership.ts'
import { createNodesStore } from './registry/nodes.store.ts'
import type { Registry } from './registry/registry.ts'

const LOOK_EVERY_MS = 2_000
/** Clocks of several coordinators on one database differ by less. */
const LOOK_BACK_MS = 60_000

interface StandingsDeps extends Pick<ConductDeps, 'decide' | 'choose'> {
  readonly db: Db
  readonly clock: Clock
  readonly registry: Pick<Registry, 'seen'>
  readonly jobs: Pick<Jobs, 'takeBack' | 'wake'>
  readonly hub: Pick<SocketHub, 'connected' | 'send' | 'drop'>
  readonly events: Pick<CoordinatorEvents, 'standingsFailed'>
}

interface Done {
  readonly jobId: string
  readonly nodeId: string
}

/** What proofs and challenges say of nodes, in the transactions in which they are judged. */
export interface Standings extends Membership {
  readonly proven: (tx: Tx, proof: EnergyProof) => Promise<void>
  readonly refused: (tx: Tx, refusal: { readonly nodeId: string; readonly code: FailureCode }) => Promise<void>
  /** A node has done this job, which shows whose fault it was that others did not. */
  readonly completed: (tx: Tx, done: Done) => Promise<void>
  /** A node came to something else than what is known to be right. */
  readonly wrongResult: (tx: Tx, nodeId: string) => Promise<void>
  readonly challenged: (tx: Tx, nodeId: string, state: string) => Promise<void>
  /** Lets nodes back whose quarantine is over, and ends the connections of those that may no longer work. */
  readonly run: Run
}

/** Refusals that no honest node gets: the others may come of a clock, a lost lease or a restored backup. */
const AT_FAULT: ReadonlySet<string> = new Set([
  'proof.malformed',
  'proof.signature',
  'proof.wrong-node',
  'proof.implausible',
  'proof.runtime',
  'proof.replayed',
])

/** What ended an attempt at a job that another node has done; `null` if its owner did, or nobody. */
function faultOf({ state, reason }: Attempt): NodeFault | null {
  if ((state !== 'failed' && state !== 'lost') || reason === null) return null
  if (reason === 'lease.expired') return 'silent'
  if (reason === 'proof.output' || reason === 'quorum.differs') return 'wrong-result'
  return /^(?:runtime|job)\./.test(reason) ? 'failed' : null
}

/** A machine that was switched off has not come back, or says so when it is: only one that is there and says nothing was silent. */
function hasComeBack({ registry, clock }: Pick<StandingsDeps, 'registry' | 'clock'>, { nodeId, endedAt }: Attempt): boolean {
  const { ageMs } = registry.seen(nodeId)
  return ageMs !== null && endedAt !== null && clock.now() - ageMs >= endedAt
}

async function judgeOthers(deps: StandingsDeps, fault: Conduct['fault'], { tx, jobId, nodeId }: Done & { readonly tx: Tx }): Promise<void> {
  for (const attempt of await createAttemptsStore(tx).ofJob(jobId)) {
    const found = attempt.nodeId === nodeId ? null : faultOf(attempt)
    if (found && (found !== 'silent' || hasComeBack(deps, attempt))) await fault(tx, { nodeId: attempt.nodeId, fault: found })
  }
}

/** How nodes work and what becomes of those that do it badly. */
export function createStandings(deps: StandingsDeps): Standings {
  const { clock, db, jobs } = deps
  const takeBack: ConductDeps['takeBack'] = async (tx, order) => {
    await jobs.takeBack(tx, order)
    jobs.wake()
  }
  const conduct = createConduct({ ...deps, takeBack })
  const membership = createMembership({ ...deps, takeBack, onBanned: (nodeId) => expel(deps, nodeId) })
  return {
    ...membership,
    proven: (tx, proof) => conduct.proven(tx, { nodeId: proof.nodeId, energyJ: proof.boardJ, solarJ: solarOf(proof)?.joules ?? 0 }),
    async refused(tx, { nodeId, code }) {
      if (AT_FAULT.has(code)) await conduct.fault(tx, { nodeId, fault: 'refused-proof' })
    },
    wrongResult: (tx, nodeId) => conduct.fault(tx, { nodeId, fault: 'wrong-result' }),
    completed: (tx, done) => judgeOthers(deps, conduct.fault, { tx, ...done }),
    async challenged(tx, nodeId, state) {
      if (state === 'mismatch') await conduct.fault(tx, { nodeId, fault: 'forged-samples' })
      if (state === 'overdue') await conduct.fault(tx, { nodeId, fault: 'unanswered' })
    },
    async run(signal) {
      while (await clock.sleep(LOOK_EVERY_MS, signal)) {
        try {
          await membership.releaseDue()
          const connected = new Set(deps.hub.connected())
          for (const nodeId of await createNodesStore(db).bannedSince(clock.now() - LOOK_BACK_MS)) if (connected.has(nodeId)) expel(deps, nodeId)
        } catch (error) {
          deps.events.standingsFailed(messageOf(error))
        }
      }
    },
  }
}

/** Its agent hears that what it runs is no longer its own, and then nothing more. */
function expel({ hub, registry }: StandingsDeps, nodeId: string): void {
  for (const { leaseId, state } of registry.seen(nodeId).presence?.running ?? [])
    if (state !== 'proving') hub.send(nodeId, { type: 'cancel', leaseId, reason: 'lost' })
  hub.drop(nodeId)
}

import type { Canaries } from './canarying.ts'
import { createConfirming } from './confirming.ts'
import type { CoordinatorEvents } from './events.ts'
import type { CoordinatorParts } from './http/parts.ts'
import type { Inbox } from './intake/inbox.ts'
import { type Intaking, createIntaking } from './intaking.ts'
import type { Jobs } from './jobs/jobs.ts'
import { createJobsStore } from './jobs/jobs.store.ts'
import { recordPaid } from './jobs/verification.ts'
import type { Blobs } from './persistence/blobs.ts'
import type { Db, Tx } from './persistence/database.ts'
import type { Challenges } from './proofs/challenges.ts'
import { type Closing, createClosing } from './proofs/closing.ts'
import type { ProofDeps } from './proofs/ports.ts'
import { listProofs, proofView } from './proofs/read.ts'
import { chainHead } from './proofs/submit.ts'
import { createNodesStore } from './registry/nodes.store.ts'
import type { Registry } from './registry/registry.ts'
import type { SoftSignals } from './registry/soft-signals.ts'
import type { Shards } from './replicas/shards.ts'
import type { Standings } from './standings.ts'

interface ProvingDeps
  extends Pick<ProofDeps, 'compare' | 'db' | 'clock' | 'clockSlackMs' | 'decide' | 'recordEvent' | 'prepareReceipts' | 'settle' | 'accrue'> {
  /** The database as the loop that closes cancelled jobs writes to it. */
  readonly loopDb: Db
  readonly registry: Pick<Registry, 'node' | 'withCapabilities'>
  readonly standings: Pick<Standings, 'proven' | 'refused' | 'completed'>
  readonly jobs: Jobs
  readonly challenges: Pick<Challenges, 'plan'>
  readonly signals: Pick<SoftSignals, 'weigh' | 'ofProof'>
  readonly canaries: Pick<Canaries, 'proven' | 'refused'>
  readonly outputs: Pick<Blobs, 'write'>
  readonly events: Pick<CoordinatorEvents, 'proofAccepted' | 'proofRefused' | 'proofPostponed' | 'proofKept' | 'closingFailed'>
  /** Where proofs wait, durable, until they are settled. */
  readonly inbox: Inbox
  readonly shards: Pick<Shards, 'epochOf'>
  /** Tells connected nodes that something was recorded for them. */
  readonly hint: () => Promise<void>
}

interface Proving {
  readonly proofs: CoordinatorParts['proofs']
  readonly closing: Closing
  readonly intake: Omit<Intaking, 'proofs'>
  /** What a cancelled job owes for the runs that it had is paid at once, if that can be said already. */
  readonly cancel: Jobs['cancel']
}

/** Proofs as the coordinator takes them in: they move jobs, are receipted and paid, and their nodes are told. */
export function createProving(deps: ProvingDeps): Proving {
  const { db, registry, standings, jobs, challenges, signals, outputs, hint, compare, canaries } = deps
  const { beginVerification, awaitReceipt, completeJob, giveBack, rejectResult, attempt } = jobs
  const proofDeps: ProofDeps = {
    ...deps,
    node: registry.withCapabilities,
    currentKey: (of: Db | Tx, nodeId: string) => createNodesStore(of).keyOf(nodeId),
    attempt,
    beginVerification,
    awaitReceipt,
    completeJob: async (tx, run, result) => {
      await completeJob(tx, result)
      await standings.completed(tx, run)
    },
    giveBack,
    recordPaid,
    job: async (tx: Tx, jobId: string) => createJobsStore(tx).get(jobId),
    rejectResult,
    saveOutput: (bytes: Uint8Array) => outputs.write(once(bytes), { maxBytes: bytes.length, expected: null }),
    compare,
    weigh: signals.weigh,
    planChallenge: challenges.plan,
    async proven(tx, proof) {
      await standings.proven(tx, proof)
      canaries.proven(proof)
    },
    async refused(tx, refusal) {
      await standings.refused(tx, refusal)
      await canaries.refused(tx, refusal)
    },
  }
  const closing = createClosing({ ...proofDeps, loopDb: deps.loopDb, onFailure: deps.events.closingFailed })
  const confirm = createConfirming({ ...proofDeps, loopDb: deps.loopDb, jobs, standings, hint, onFailure: deps.events.closingFailed })
  const intake = createIntaking({ ...deps, proofs: proofDeps, signerOf: registry.node, mayAdopt: () => deps.shards.epochOf('proofs') !== null })
  return {
    closing: { ...closing, run: async (signal) => void (await Promise.all([closing.run(signal), confirm(signal)])) },
    intake,
    proofs: {
      ...intake.proofs,
      head: (nodeId) => chainHead(db, nodeId),
      list: (page) => listProofs(db, page),
      get: async (asked) => ({ ...(await proofView(db, asked)), signals: await signals.ofProof(asked.proofId) }),
    },
    async cancel(requesterId, jobId) {
      await jobs.cancel(requesterId, jobId)
      await closing.close(jobId)
      await hint()
      return jobs.view(requesterId, jobId)
    },
  }
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}

import { messageOf } from '../../shared/errors.ts'
import type { CoordinatorEvents } from './events.ts'
import type { CoordinatorParts } from './http/parts.ts'
import type { Jobs } from './jobs/jobs.ts'
import { createJobsStore } from './jobs/jobs.store.ts'
import { recordPaid } from './jobs/verification.ts'
import type { Blobs } from './persistence/blobs.ts'
import type { Tx } from './persistence/database.ts'
import type { Challenges } from './proofs/challenges.ts'
import { type Closing, createClosing } from './proofs/closing.ts'
import { giveBackRun } from './proofs/give-back.ts'
import type { ProofDeps } from './proofs/ports.ts'
import { listProofs, proofView } from './proofs/read.ts'
import { chainHead, submitProof } from './proofs/submit.ts'
import { createNodesStore } from './registry/nodes.store.ts'
import type { Registry } from './registry/registry.ts'

interface ProvingDeps extends Pick<ProofDeps, 'db' | 'clock' | 'decide' | 'recordEvent' | 'prepareReceipts' | 'settle'> {
  readonly registry: Pick<Registry, 'withCapabilities'>
  readonly jobs: Jobs
  readonly challenges: Pick<Challenges, 'plan'>
  readonly outputs: Pick<Blobs, 'write'>
  readonly events: Pick<CoordinatorEvents, 'proofAccepted' | 'proofRefused' | 'closingFailed'>
  /** Tells connected nodes that something was recorded for them. */
  readonly hint: () => Promise<void>
}

interface Proving {
  readonly proofs: CoordinatorParts['proofs']
  readonly closing: Closing
  /** What a cancelled job owes for the runs that it had is paid at once, if that can be said already. */
  readonly cancel: Jobs['cancel']
}

/** Proofs as the coordinator takes them in: they move jobs, are receipted and paid, and their nodes are told. */
export function createProving(deps: ProvingDeps): Proving {
  const { db, registry, jobs, challenges, outputs, hint } = deps
  const { beginVerification, awaitReceipt, completeJob, giveBack, rejectResult, attempt } = jobs
  const proofDeps: ProofDeps = {
    ...deps,
    node: registry.withCapabilities,
    currentKey: async (tx: Tx, nodeId: string) => (await createNodesStore(tx).get(nodeId))?.keyId ?? null,
    attempt,
    beginVerification,
    awaitReceipt,
    completeJob,
    giveBack,
    recordPaid,
    job: async (tx: Tx, jobId: string) => createJobsStore(tx).get(jobId),
    rejectResult,
    saveOutput: (bytes: Uint8Array) => outputs.write(once(bytes), { maxBytes: bytes.length, expected: null }),
    planChallenge: challenges.plan,
  }
  const closing = createClosing({ ...proofDeps, onFailure: deps.events.closingFailed })
  return {
    closing,
    proofs: {
      submit: reported(deps, (nodeId, input) => submitProof(proofDeps, nodeId, input)),
      giveBack: reported(deps, (nodeId, input) => giveBackRun(proofDeps, nodeId, input)),
      head: (nodeId) => chainHead(db, nodeId),
      list: (page) => listProofs(db, page),
      get: (asked) => proofView(db, asked),
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

/** Hands in a proof, logs how it went and tells the node at once. */
const reported =
  <I, O extends { readonly jobId: string; readonly receiptId?: string }>({ events, hint }: ProvingDeps, handIn: (nodeId: string, input: I) => Promise<O>) =>
  async (nodeId: string, input: I): Promise<O> => {
    try {
      const answer = await handIn(nodeId, input)
      events.proofAccepted(nodeId, answer.jobId, answer.receiptId ?? null)
      return answer
    } catch (error) {
      events.proofRefused(nodeId, messageOf(error))
      throw error
    } finally {
      await hint()
    }
  }

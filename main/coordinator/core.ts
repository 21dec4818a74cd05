import { join } from 'node:path'
import { MAX_CHECKPOINT_BYTES } from '../../shared/contract/job.ts'
import type { Presence } from '../../shared/contract/node.ts'
import { messageOf } from '../../shared/errors.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Ids } from '../kernel/ids.ts'
import { createAudit } from './audit/audit.ts'
import { createChallenging } from './challenging.ts'
import type { CoordinatorConfig } from './config.ts'
import type { CoordinatorEvents } from './events.ts'
import { createFleetCalls } from './fleet-calls.ts'
import { createHearing } from './hearing.ts'
import type { AccessDeps } from './http/access.ts'
import type { BlobDeps } from './http/blob-routes.ts'
import type { CoordinatorParts } from './http/parts.ts'
import { isExpectedAuthority } from './http/server.ts'
import { type SocketHub, createSocketHub } from './http/socket.ts'
import { type Checkpoints, createCheckpoints } from './jobs/checkpoints.ts'
import { type Jobs, createJobs } from './jobs/jobs.ts'
import type { JobMoney, PlanJob } from './jobs/ports.ts'
import { type Blobs, openBlobs } from './persistence/blobs.ts'
import type { Db, Tx } from './persistence/database.ts'
import type { Challenges } from './proofs/challenges.ts'
import type { ProofDeps } from './proofs/ports.ts'
import { listProofs, proofView } from './proofs/read.ts'
import { chainHead, submitProof } from './proofs/submit.ts'
import { requesterOfKey } from './registry/api-keys.ts'
import { createRecordEvent, eventPositions } from './registry/node-events.ts'
import { createNodesStore } from './registry/nodes.store.ts'
import { type Registry, createRegistry } from './registry/registry.ts'

export interface CoreDeps {
  readonly config: Pick<CoordinatorConfig, 'dataDirectory' | 'host' | 'heartbeatMs' | 'leaseTtlMs' | 'challengeRate'>
  readonly db: Db
  readonly clock: Clock
  readonly ids: Ids
  readonly random: (bytes: number) => Uint8Array
  readonly events: CoordinatorEvents
  readonly plan: PlanJob
  readonly money: JobMoney
  readonly prepareReceipt: ProofDeps['prepareReceipt']
  readonly settle: ProofDeps['settle']
}

/** Registry, jobs, proofs and the agents' socket, wired to each other and to what they are given. */
export interface Core {
  readonly access: AccessDeps
  readonly blobs: BlobDeps
  readonly checkpoints: Checkpoints
  readonly registry: Registry
  readonly jobs: Jobs
  readonly challenges: Challenges
  readonly hub: SocketHub
  readonly parts: Pick<CoordinatorParts, 'registry' | 'fleets' | 'agents' | 'jobs' | 'proofs' | 'challenges' | 'outputs'>
  readonly decide: (tx: Tx, kind: string, body: object) => Promise<void>
  readonly recordEvent: ReturnType<typeof createRecordEvent>
}

export function createCore(deps: CoreDeps): Core {
  const { config, db, clock, ids, random } = deps
  const decide = createAudit(clock)
  const recordEvent = createRecordEvent(clock)
  const blobs = openBlobs(join(config.dataDirectory, 'blobs'), ids.next)
  // Apart from what nodes may fetch: a receipt is public and names its output's digest, the output is its requester's alone.
  const outputs = openBlobs(join(config.dataDirectory, 'outputs'), ids.next)
  const checkpoints = createCheckpoints({
    ...deps,
    decide,
    maxBytes: MAX_CHECKPOINT_BYTES,
    blobs: openBlobs(join(config.dataDirectory, 'checkpoints'), ids.next),
  })
  const registry = createRegistry({ db, clock, random, heartbeatMs: config.heartbeatMs, decide, keyReplaced: (nodeId) => hub.drop(nodeId) })
  // The socket hears agents for the jobs, and the jobs push through the socket: one of the two has to be named before it exists.
  const hub = createHub(deps, registry, { presence: (nodeId, presence) => agents.hear(nodeId, presence), welcome: (nodeId) => agents.offer(nodeId) })
  const hint = createHints(db, hub)
  const afterRound = async () => void (await Promise.all([hint(), checkpoints.tidy()]))
  const jobs = createCoreJobs(deps, { registry, blobs, hub, decide, afterRound })
  const challenges = createChallenging({ ...deps, hub, decide, recordEvent, hint })
  const agents = createHearing(db, { registry, jobs, challenges, hub })
  const { beginVerification, awaitReceipt, completeJob, rejectResult, attempt } = jobs
  const saveOutput = (bytes: Uint8Array) => outputs.write(once(bytes), { maxBytes: bytes.length, expected: null })
  const proofDeps = {
    ...deps,
    decide,
    recordEvent,
    node: registry.withCapabilities,
    currentKey: async (tx: Tx, nodeId: string) => (await createNodesStore(tx).get(nodeId))?.keyId ?? null,
    attempt,
    beginVerification,
    awaitReceipt,
    completeJob,
    rejectResult,
    saveOutput,
    planChallenge: challenges.plan,
  }
  const proofs: CoordinatorParts['proofs'] = {
    submit: reportProof(deps, { proofDeps, hint }),
    head: (nodeId) => chainHead(db, nodeId),
    list: (page) => listProofs(db, page),
    get: (asked) => proofView(db, asked),
  }
  const access = { clock, nodeOfKey: registry.nodeOfKey, requesterOfKey: (apiKey: string) => requesterOfKey(db, apiKey) }
  const archives = { ...blobs, mayFetch: jobs.holdsArchive }
  const parts = { registry, fleets: createFleetCalls({ ...deps, registry, decide }), jobs, outputs, proofs, challenges, agents }
  return { access, blobs: archives, checkpoints, registry, jobs, challenges, hub, decide, recordEvent, parts }
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}

interface Ears {
  readonly presence: (nodeId: string, presence: Presence) => Promise<void>
  readonly welcome: (nodeId: string) => Promise<void>
}

function createHub({ config, clock, random, events }: CoreDeps, registry: Registry, ears: Ears): SocketHub {
  return createSocketHub({
    clock,
    random,
    accepts: (authority) => isExpectedAuthority(config.host, authority),
    keyOf: async (nodeId) => {
      const node = await registry.node(nodeId)
      return node?.state === 'active' ? node.publicJwk : null
    },
    lastEvent: async (nodeId) => (await registry.node(nodeId))?.lastEvent ?? 0,
    onWelcome: ears.welcome,
    onPresence: ears.presence,
    onFailure: (error, nodeId) => events.socketFailed(nodeId, messageOf(error)),
  })
}

/** Tells connected agents that something new happened to them, whoever recorded it. */
function createHints(db: Db, hub: SocketHub): () => Promise<void> {
  const told = new Map<string, number>()
  return async () => {
    const positions = await eventPositions(db, hub.connected())
    for (const nodeId of told.keys()) if (!positions.has(nodeId)) told.delete(nodeId)
    for (const [nodeId, lastEvent] of positions)
      if (told.get(nodeId) !== lastEvent && hub.send(nodeId, { type: 'events', lastEvent })) told.set(nodeId, lastEvent)
  }
}

function createCoreJobs(
  deps: CoreDeps,
  { registry, blobs, hub, decide, afterRound }: Pick<Core, 'registry' | 'hub' | 'decide'> & { blobs: Pick<Blobs, 'has'>; afterRound: () => Promise<void> },
): Jobs {
  const { events } = deps
  return createJobs({
    ...deps,
    decide,
    leaseTtlMs: deps.config.leaseTtlMs,
    nodes: registry.list,
    hasBlob: blobs.has,
    push: {
      lease: (nodeId, lease) => {
        events.leasePushed(nodeId, lease.leaseId, lease.jobId)
        return hub.send(nodeId, { type: 'lease', lease })
      },
      yield: (nodeId, order) => {
        events.leaseAskedBack(nodeId, order.leaseId, order.reason)
        return hub.send(nodeId, { type: 'yield', ...order })
      },
      cancel: (nodeId, { leaseId, reason }) => {
        events.leaseEnded(nodeId, leaseId, reason)
        return hub.send(nodeId, { type: 'cancel', leaseId, reason })
      },
    },
    afterRound,
    onFailure: events.dispatchFailed,
  })
}

/** Submits a proof, logs how it went and tells the node at once. */
function reportProof({ events }: CoreDeps, { proofDeps, hint }: { proofDeps: ProofDeps; hint: () => Promise<void> }): CoordinatorParts['proofs']['submit'] {
  return async (nodeId, input) => {
    try {
      const answer = await submitProof(proofDeps, nodeId, input)
      events.proofAccepted(nodeId, answer.jobId, answer.receiptId)
      return answer
    } catch (error) {
      events.proofRefused(nodeId, messageOf(error))
      throw error
    } finally {
      await hint()
    }
  }
}

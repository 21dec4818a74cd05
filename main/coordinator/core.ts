import { MAX_CHECKPOINT_BYTES } from '../../shared/contract/job.ts'
import type { Presence } from '../../shared/contract/node.ts'
import { messageOf } from '../../shared/errors.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Ids } from '../kernel/ids.ts'
import { createAudit, createChoose } from './audit/audit.ts'
import { createDecisions } from './audit/reading.ts'
import type { BlobStores } from './blob-stores.ts'
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
import type { JobMoney, PlanJobs } from './jobs/ports.ts'
import type { Blobs } from './persistence/blobs.ts'
import type { Db, Tx } from './persistence/database.ts'
import type { Challenges } from './proofs/challenges.ts'
import type { Closing } from './proofs/closing.ts'
import type { ProofDeps } from './proofs/ports.ts'
import { endRuns } from './proofs/unpaid.ts'
import { createProving } from './proving.ts'
import { requesterOfKey } from './registry/api-keys.ts'
import { createRecordEvent, eventPositions } from './registry/node-events.ts'
import { type Registry, createRegistry } from './registry/registry.ts'

export interface CoreDeps {
  readonly config: Pick<CoordinatorConfig, 'host' | 'heartbeatMs' | 'leaseTtlMs' | 'challengeRate'>
  readonly db: Db
  readonly stores: BlobStores
  readonly clock: Clock
  readonly ids: Ids
  readonly random: (bytes: number) => Uint8Array
  /** Whether this requester operates the coordinator, and so may read what belongs to others. */
  readonly isOperator: (requesterId: string) => boolean
  readonly events: CoordinatorEvents
  readonly plan: PlanJobs
  readonly money: JobMoney
  readonly prepareReceipts: ProofDeps['prepareReceipts']
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
  readonly closing: Pick<Closing, 'run'>
  readonly hub: SocketHub
  readonly parts: Pick<CoordinatorParts, 'registry' | 'fleets' | 'agents' | 'jobs' | 'proofs' | 'challenges' | 'outputs' | 'decisions'>
  readonly decide: (tx: Tx, kind: string, body: object) => Promise<void>
  readonly choose: ReturnType<typeof createChoose>
  readonly recordEvent: ReturnType<typeof createRecordEvent>
}

export function createCore(deps: CoreDeps): Core {
  const { config, db, clock, random } = deps
  const decide = createAudit(clock)
  const choose = createChoose(clock)
  const recordEvent = createRecordEvent(clock)
  const { blobs, outputs } = deps.stores
  const checkpoints = createCheckpoints({ ...deps, decide, maxBytes: MAX_CHECKPOINT_BYTES, blobs: deps.stores.checkpoints })
  const registry = createRegistry({
    db,
    clock,
    random,
    heartbeatMs: config.heartbeatMs,
    decide,
    keyReplaced: (nodeId) => hub.drop(nodeId),
    onUnsaved: deps.events.habitsUnsaved,
  })
  // The socket hears agents for the jobs, and the jobs push through the socket: one of the two has to be named before it exists.
  const hub = createHub(deps, registry, { presence: (nodeId, presence) => agents.hear(nodeId, presence), welcome: (nodeId) => agents.offer(nodeId) })
  const hint = createHints(db, hub)
  const jobs = createCoreJobs(deps, { registry, blobs, hub, decide, choose, recordEvent, afterRound: hint })
  const challenges = createChallenging({ ...deps, hub, decide, choose, recordEvent, hint })
  const agents = createHearing(db, { registry, jobs, challenges, hub })
  const { proofs, closing, cancel } = createProving({ ...deps, registry, jobs, challenges, outputs, decide, recordEvent, hint })
  const access = { clock, nodeOfKey: registry.nodeOfKey, requesterOfKey: (apiKey: string) => requesterOfKey(db, apiKey) }
  const archives = { ...blobs, mayFetch: jobs.holdsArchive }
  const parts = {
    registry,
    fleets: createFleetCalls({ ...deps, registry, decide }),
    jobs: { ...jobs, cancel },
    outputs,
    proofs,
    challenges,
    agents,
    decisions: createDecisions(deps),
  }
  return { access, blobs: archives, checkpoints, registry, jobs, challenges, closing, hub, decide, choose, recordEvent, parts }
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
  {
    registry,
    blobs,
    hub,
    decide,
    choose,
    recordEvent,
    afterRound,
  }: Pick<Core, 'registry' | 'hub' | 'decide' | 'choose' | 'recordEvent'> & { blobs: Pick<Blobs, 'has'>; afterRound: () => Promise<void> },
): Jobs {
  const { events } = deps
  return createJobs({
    ...deps,
    decide,
    choose,
    endRuns: (tx, end) => endRuns({ decide, recordEvent }, tx, end),
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

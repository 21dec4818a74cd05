import { MAX_CHECKPOINT_BYTES } from '../../shared/contract/job.ts'
import type { Role } from '../../shared/domain/permissions.ts'
import type { Clock } from '../kernel/clock.ts'
import { watchSteps } from '../kernel/clock-steps.ts'
import type { Ids } from '../kernel/ids.ts'
import { type Admitting, createAdmitting } from './admitting.ts'
import { createAudit, createChoose } from './audit/audit.ts'
import { createDecisions } from './audit/reading.ts'
import type { BlobStores } from './blob-stores.ts'
import { type Canaries, createCanaries } from './canarying.ts'
import { createChallenging } from './challenging.ts'
import { createComparing } from './comparing.ts'
import type { CoordinatorConfig } from './config.ts'
import type { CoordinatorEvents } from './events.ts'
import { createFleetCalls } from './fleet-calls.ts'
import { createHandIn } from './handing-in.ts'
import { createHearing } from './hearing.ts'
import { createHints } from './hinting.ts'
import type { AccessDeps } from './http/access.ts'
import type { BlobDeps } from './http/blob-routes.ts'
import type { CoordinatorParts } from './http/parts.ts'
import type { SocketHub } from './http/socket.ts'
import type { Inbox } from './intake/inbox.ts'
import type { Intaking } from './intaking.ts'
import { type Checkpoints, createCheckpoints } from './jobs/checkpoints.ts'
import { createCoreJobs } from './jobbing.ts'
import { type Inputs, createInputs } from './jobs/inputs.ts'
import type { Jobs } from './jobs/jobs.ts'
import { createJobLogs } from './jobs/logs/logs.ts'
import type { JobMoney, PlanJobs } from './jobs/ports.ts'
import { createModels } from './models/models.ts'
import { createNodeAdmin } from './node-admin.ts'
import { createHub } from './lines.ts'
import { type Ordering, createOrdering } from './ordering.ts'
import type { Db, Tx } from './persistence/database.ts'
import type { Challenges } from './proofs/challenges.ts'
import type { Closing } from './proofs/closing.ts'
import type { ProofDeps } from './proofs/ports.ts'
import { planFor } from './plan-privacy.ts'
import { createProving } from './proving.ts'
import { createEars, reachEverywhere } from './reaching.ts'
import type { Ears as NeighbourEars } from './replicas/neighbours.ts'
import type { Neighbours } from './replicas/orders.ts'
import type { Shards } from './replicas/shards.ts'
import { createKeyCheck } from './registry/api-keys.ts'
import type { SignInRules } from './sign-in-config.ts'
import { createStatistics } from './statistics.ts'
import { type Standings, createStandings } from './standings.ts'
import { createKeyRing } from './registry/key-ring.ts'
import { createRecordEvent } from './registry/node-events.ts'
import type { Telling } from './webhooks/telling.ts'
import { createRequesterAdmin } from './requester-admin.ts'
import { type Registry, createRegistry } from './registry/registry.ts'
import { type SoftSignals, createSoftSignals } from './registry/soft-signals.ts'
import { type Results, createResults, shownJobs } from './results.ts'
import { createWork } from './working.ts'
import { type WalletPorts, type Walleting, cooldownOf, createWalleting } from './walleting.ts'

const DAY_MS = 86_400_000

export interface CoreDeps {
  readonly config: Pick<
    CoordinatorConfig,
    | 'host'
    | 'enrolment'
    | 'heartbeatMs'
    | 'leaseTtlMs'
    | 'challengeRate'
    | 'canaryRate'
    | 'replicationRate'
    | 'repeatAllowanceMicroUsd'
    | 'logDays'
    | 'outputDays'
    | 'maxOutputBytes'
    | 'addressCooldownMs'
    | 'walletCooldownMs'
  >
  readonly db: Db
  /** What of this runs by itself, and on which coordinator. */
  readonly shards: Pick<Shards, 'fenced' | 'epochOf'>
  readonly neighbours: Neighbours
  readonly stores: BlobStores
  readonly inbox: Inbox
  readonly clock: Clock
  readonly ids: Ids
  readonly random: (bytes: number) => Uint8Array
  /** Aborts when this coordinator begins to leave: no agent opens a line to it any more. */
  readonly quiet: AbortSignal
  /** By which enrolment challenges are known, to all coordinators of one database. */
  readonly challengeKey: Uint8Array
  /** What the configuration makes of an account. */
  readonly rolesOf: (account: string) => readonly Role[]
  readonly events: CoordinatorEvents
  readonly plan: PlanJobs
  readonly money: JobMoney
  readonly prepareReceipts: ProofDeps['prepareReceipts']
  readonly settle: ProofDeps['settle']
  readonly accrue: ProofDeps['accrue']
  readonly wallets: WalletPorts
  /** Lets requesters hear of what is recorded. */
  readonly telling: Pick<Telling, 'alongside'>
  readonly signIn: SignInRules
}

/** Registry, jobs, proofs and the agents' socket, wired to each other and to what they are given. */
export interface Core {
  readonly access: AccessDeps
  readonly signIn: Admitting['pages']
  readonly blobs: BlobDeps
  readonly checkpoints: Checkpoints
  readonly inputs: Inputs
  readonly registry: Registry
  readonly jobs: Jobs
  readonly canaries: Pick<Canaries, 'run'>
  readonly challenges: Challenges
  readonly closing: Pick<Closing, 'run'>
  readonly intake: Omit<Intaking, 'proofs'>
  readonly signals: Pick<SoftSignals, 'run'>
  readonly standings: Standings
  readonly walleting: Pick<Walleting, 'run'>
  readonly hub: SocketHub
  readonly ordering: Pick<Ordering, 'run'>
  /** Told what to look at when another coordinator says so: what it does about what the others say. */
  readonly ears: (look: () => void) => NeighbourEars
  readonly parts: Pick<
    CoordinatorParts,
    | 'canaries'
    | 'registry'
    | 'members'
    | 'nodes'
    | 'wallets'
    | 'requesters'
    | 'apiKeys'
    | 'models'
    | 'statistics'
    | 'fleets'
    | 'agents'
    | 'jobs'
    | 'logs'
    | 'proofs'
    | 'challenges'
    | 'decisions'
    | 'work'
  > & { readonly results: Results }
  readonly decide: (tx: Tx, kind: string, body: object) => Promise<void>
  readonly choose: ReturnType<typeof createChoose>
  readonly recordEvent: ReturnType<typeof createRecordEvent>
}

export function createCore(given: CoreDeps): Core {
  const steps = watchSteps(given.clock)
  const deps = { ...given, clock: steps.clock }
  const { config, db, clock, random, neighbours } = deps
  const decide = deps.telling.alongside(createAudit(clock))
  const choose = createChoose(clock)
  const recordEvent = createRecordEvent(clock, (nodeId, seq) => hints.recorded(nodeId, seq))
  const paidTo = { clock, decide, recordEvent, cooldownMs: cooldownOf(config) }
  const walleting = createWalleting({ ...deps, ...paidTo, loopDb: deps.shards.fenced('payouts') })
  const { blobs, outputs } = deps.stores
  const proofsDb = deps.shards.fenced('proofs')
  const checkpoints = createCheckpoints({ ...deps, decide, maxBytes: MAX_CHECKPOINT_BYTES, blobs: deps.stores.checkpoints })
  const registry = createRegistry({
    db,
    loopDb: deps.shards.fenced('planning'),
    random,
    requiresToken: config.enrolment === 'token',
    challengeKey: deps.challengeKey,
    heartbeatMs: config.heartbeatMs,
    ...paidTo,
    keyReplaced: (nodeId) => hub.drop(nodeId),
    onPresence: deps.events.nodePresence,
    onUnsaved: deps.events.habitsUnsaved,
  })
  const logs = createJobLogs({ db, clock, keepMs: config.logDays * DAY_MS })
  // The socket hears agents for the jobs, and the jobs push through the socket: one of the two has to be named before it exists.
  const ownHub = createHub(deps, registry, {
    presence: (nodeId, presence) => agents.hear(nodeId, presence),
    welcome: (nodeId) => agents.offer(nodeId),
    log: logs.hear,
    handIn: (nodeId, frame) => handIn(nodeId, frame),
  })
  const hub = reachEverywhere(ownHub, neighbours)
  const hints = createHints({ db, hub: ownHub, clock })
  const { hint } = hints
  const ordering = createOrdering({ clock, renew: (nodeId, running) => jobs.renew(nodeId, running) })
  const models = createModels({ ...deps, decide })
  const jobs = createCoreJobs(deps, { registry, blobs, models, hub, ordering, decide, choose, recordEvent, afterRound: hint })
  const standings = createStandings({ ...deps, registry, jobs, hub, decide, choose })
  const challenges = createChallenging({ ...deps, standings, loopDb: proofsDb, hub, decide, choose, recordEvent, hint })
  const signals = createSoftSignals({ ...deps, choose })
  const canaries = createCanaries({ ...deps, registry, jobs, standings, blobs, decide, choose })
  const agents = createHearing(db, { registry, jobs, challenges, hub: ownHub, neighbours })
  const ears = createEars({ ...deps, registry, jobs, challenges, ordering, hub: ownHub, hint })
  const { proofs, closing, intake, cancel } = createProving({
    ...deps,
    clockSlackMs: steps.slackMs,
    standings,
    loopDb: proofsDb,
    registry,
    jobs,
    challenges,
    signals,
    canaries,
    compare: createComparing({ ...deps, jobs, registry, signals, outputs, decide, choose }),
    outputs,
    decide,
    recordEvent,
    hint,
  })
  const handIn = createHandIn(intake)
  const admitting = createAdmitting({ ...deps, decide, origin: deps.wallets.origin })
  const results = createResults({ view: jobs.view, outputs, keepMs: config.outputDays * DAY_MS })
  const access = { clock, nodeOfKey: registry.nodeOfKey, principalOfKey: createKeyCheck(deps), ...admitting.access }
  const archives = { ...blobs, mayFetch: jobs.holdsArchive }
  const parts = {
    registry,
    members: admitting.calls,
    requesters: createRequesterAdmin({ ...deps, decide }),
    apiKeys: createKeyRing({ ...deps, decide }),
    nodes: createNodeAdmin({ ...deps, ...paidTo, registry, standings }),
    wallets: walleting.calls,
    models,
    canaries: canaries.calls,
    statistics: createStatistics(deps),
    fleets: createFleetCalls({ ...deps, registry, decide }),
    jobs: {
      ...jobs,
      ...shownJobs(db, jobs, results),
      cancel,
      plan: planFor(jobs.plan),
    },
    logs,
    results,
    proofs,
    challenges,
    agents: { ...agents, orders: ordering.ask },
    decisions: createDecisions(deps),
    work: createWork(db, jobs),
  }
  return {
    access,
    signIn: admitting.pages,
    blobs: archives,
    checkpoints,
    inputs: createInputs({ db, blobs, outputs }),
    registry,
    jobs,
    canaries,
    challenges,
    closing,
    intake,
    hub,
    ordering,
    ears,
    standings,
    signals,
    walleting,
    decide,
    choose,
    recordEvent,
    parts,
  }
}

/** Everything the HTTP border needs from the coordinator; the root supplies it. */
import type { ApiKeyParts } from './api-key-parts.ts'
import type { ApprovalParts } from './approval-parts.ts'
import type { CanaryParts } from './canary-parts.ts'
import type { OverviewParts } from './overview-parts.ts'
import type { WorkParts } from './work-parts.ts'
import type { coordinatorContract } from '../../../shared/contract/coordinator.ts'
import type { Presence } from '../../../shared/contract/node.ts'
import type { Handlers, InputOf, OutputOf } from '../../../shared/contract/define.ts'
import type { Principal, Reach, Viewer } from '../../../shared/domain/permissions.ts'
import type { JobSpec, JobView, Lease } from '../../../shared/contract/job.ts'
import type { PlanAnswer } from '../../../shared/contract/plan.ts'
import type { Envelope, PublicJwk, Signal } from '../../../shared/contract/wire.ts'
import type { ReceiptBundle } from '../../../shared/domain/carbon-receipt.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { EvidenceParts, ExportParts } from './export-parts.ts'
import type { LedgerParts } from './ledger-parts.ts'
import type { PersonParts } from './person-parts.ts'
import type { LogParts } from './log-parts.ts'
import type { MemberParts, Settle } from './member-parts.ts'
import type { WebhookParts } from './webhook-parts.ts'
import type { DepositParts, VaultParts, WalletParts } from './wallet-parts.ts'

type Contract = typeof coordinatorContract
type In<K extends keyof Contract> = InputOf<Contract[K]>
type Out<K extends keyof Contract> = OutputOf<Contract[K]>

/** Who makes a call, once the border has checked it. */
export type Caller =
  | { readonly kind: 'public' }
  | { readonly kind: 'node'; readonly nodeId: string; readonly isAsync?: boolean }
  /** `reach`: whose rows the permission of this very call covers. */
  | (Principal & { readonly reach: Reach })

export type CoordinatorHandlers = Handlers<Contract, Caller>

interface Page {
  readonly after: string | null
  readonly limit: number
}

export interface CoordinatorParts {
  readonly clock: Clock
  readonly version: string
  readonly health: () => Promise<Out<'health'>['status']>
  readonly keys: () => Out<'keys'>
  readonly statistics: () => Promise<Out<'getStatistics'>>
  readonly registry: {
    readonly begin: (publicJwk: PublicJwk) => Out<'beginEnrolment'>
    readonly enrol: (input: In<'enrol'>) => Promise<Out<'enrol'>>
    readonly rotateKey: (nodeId: string, statement: Envelope) => Promise<Out<'rotateKey'>>
  }
  readonly replicas: () => Promise<Out<'listReplicas'>>
  /** What an operator does about nodes; who orders comes first. */
  readonly nodes: {
    readonly createToken: (by: string, order: In<'createEnrolmentToken'>) => Promise<Out<'createEnrolmentToken'>>
    readonly tokens: (page: In<'listEnrolmentTokens'>) => Promise<Out<'listEnrolmentTokens'>>
    readonly revokeToken: (by: string, tokenId: string) => Promise<Out<'revokeEnrolmentToken'>>
    readonly list: (page: In<'listNodes'>) => Promise<Out<'listNodes'>>
    readonly show: (nodeId: string) => Promise<Out<'getNode'>>
    readonly history: (page: In<'getNodeHistory'>) => Promise<Out<'getNodeHistory'>>
    readonly signals: (page: In<'listSoftSignals'>) => Promise<Out<'listSoftSignals'>>
    readonly quarantine: (by: string, order: In<'quarantineNode'>) => Promise<Out<'quarantineNode'>>
    readonly release: (by: string, order: In<'releaseNode'>) => Promise<Out<'releaseNode'>>
    readonly remove: (by: string, order: In<'removeNode'>) => Promise<Out<'removeNode'>>
    /** What a node may ask and do about itself. */
    readonly own: {
      readonly show: (nodeId: string) => Promise<Out<'getOwnNode'>>
      readonly history: (page: In<'getNodeHistory'>) => Promise<Out<'getOwnHistory'>>
      readonly signals: (page: In<'listSoftSignals'>) => Promise<Out<'getOwnSignals'>>
      /** Error: `input.invalid` for what is no address. */
      readonly payTo: (nodeId: string, address: string) => Promise<Out<'setPayoutAddress'>>
      /** Error: `auth.refused` for a node that is not of its fleet. */
      readonly remove: (by: string, order: In<'removeOwnNode'>) => Promise<Out<'removeOwnNode'>>
    }
  }
  /** What an operator does about those who submit jobs; who orders comes first. */
  readonly requesters: {
    /** Error: `auth.refused` for an account that is to run the coordinator. */
    readonly add: (by: Pick<Principal, 'by' | 'account' | 'grants'>, order: In<'addRequester'>) => Promise<Out<'addRequester'>>
    readonly list: (page: In<'listRequesters'>) => Promise<Out<'listRequesters'>>
    readonly weigh: (by: string, order: In<'weighRequester'>) => Promise<Out<'weighRequester'>>
    readonly fund: (by: string, order: In<'fundRequester'>, settle?: Settle) => Promise<Out<'fundRequester'>>
  }
  readonly apiKeys: ApiKeyParts
  readonly approvals: ApprovalParts
  readonly deposits: DepositParts
  readonly vaults: VaultParts
  readonly webhooks: WebhookParts
  readonly wallets: WalletParts
  readonly fleets: {
    readonly invite: (nodeId: string) => Promise<Out<'inviteToFleet'>>
    readonly join: (nodeId: string, code: string) => Promise<Out<'joinFleet'>>
    readonly view: (nodeId: string) => Promise<Out<'getFleet'>>
    readonly remove: (nodeId: string, removed: string) => Promise<void>
  }
  readonly agents: {
    readonly heartbeat: (nodeId: string, presence: Presence) => Promise<Omit<Out<'heartbeat'>, 'now'>>
    readonly orders: (nodeId: string, question: In<'awaitOrders'>) => Promise<Out<'awaitOrders'>>
    readonly events: (nodeId: string, page: { readonly after: number; readonly limit: number }) => Promise<Out<'nodeEvents'>['events']>
  }
  readonly jobs: {
    readonly submit: (submission: { readonly requesterId: string } & In<'submitJob'>) => Promise<JobView>
    /** Only whoever sees the fleet is told which nodes are meant. */
    readonly plan: (spec: JobSpec, seesNodes: boolean) => Promise<PlanAnswer>
    readonly view: (requesterId: string, jobId: string) => Promise<JobView>
    readonly list: (page: { readonly requesterId: string } & In<'listJobs'>) => Promise<Out<'listJobs'>>
    readonly cancel: (requesterId: string, jobId: string) => Promise<JobView>
    readonly request: (nodeId: string, runtimes: In<'requestLease'>['runtimes']) => Promise<Lease | null>
    readonly start: (claim: { readonly nodeId: string } & In<'startAttempt'>) => Promise<void>
    readonly fail: (failure: { readonly nodeId: string } & In<'failAttempt'>) => Promise<void>
    readonly templates: {
      readonly save: (requesterId: string, template: In<'saveTemplate'>) => Promise<Out<'saveTemplate'>>
      readonly list: (requesterId: string, page: Page) => Promise<Out<'listTemplates'>>
      readonly show: (requesterId: string, asked: In<'getTemplate'>) => Promise<Out<'getTemplate'>>
      readonly remove: (requesterId: string, name: string) => Promise<void>
    }
    readonly arrays: {
      readonly submit: (requesterId: string, submission: In<'submitArray'>) => Promise<Out<'submitArray'>>
      readonly list: (requesterId: string, page: Page) => Promise<Out<'listArrays'>>
      readonly view: (requesterId: string, arrayId: string) => Promise<Out<'getArray'>>
      readonly cancel: (requesterId: string, arrayId: string) => Promise<Out<'cancelArray'>>
    }
  }
  readonly logs: {
    readonly hear: (nodeId: string, piece: In<'appendLog'>) => Promise<void>
    readonly read: (requesterId: string, question: In<'getJobLog'>) => Promise<Out<'getJobLog'>>
  }
  readonly proofs: {
    /** `isAsync`: answered as soon as what was sent is kept; its verdict comes as a node event. */
    readonly submit: (nodeId: string, input: In<'submitProof'>, isAsync?: boolean) => Promise<Out<'submitProof'>>
    readonly submitAll: (nodeId: string, input: In<'submitProofs'>, isAsync?: boolean) => Promise<Out<'submitProofs'>>
    readonly giveBack: (nodeId: string, input: In<'giveBack'>) => Promise<Out<'giveBack'>>
    readonly head: (nodeId: string) => Promise<Out<'proofChain'>>
    readonly list: (page: { readonly requesterId: string } & Page) => Promise<Out<'listProofs'>>
    readonly get: (asked: { readonly requesterId: string } & In<'getProof'>) => Promise<Out<'getProof'>>
  }
  readonly challenges: {
    readonly ask: (requesterId: string, proofId: string) => Promise<Out<'challengeProof'>>
    readonly list: (requesterId: string, proofId: string) => Promise<Out<'getChallenges'>['challenges']>
    readonly answer: (nodeId: string, input: In<'answerChallenge'>) => Promise<Out<'answerChallenge'>>
  }
  readonly overview: OverviewParts
  readonly work: WorkParts
  /** Error: `input.invalid`. */
  readonly profitability: (asked: In<'getProfitability'>) => Promise<Out<'getProfitability'>>
  readonly incidents: {
    readonly list: (page: In<'listIncidents'>) => Promise<Out<'listIncidents'>>
    readonly show: (incidentId: string) => Promise<Out<'getIncident'>>
    readonly acknowledge: (by: string, incidentId: string) => Promise<Out<'acknowledgeIncident'>>
    readonly close: (by: string, closing: In<'closeIncident'>) => Promise<Out<'closeIncident'>>
    readonly simulate: (by: string, order: In<'simulateEvent'>) => Promise<Out<'simulateEvent'>>
  }
  readonly decisions: {
    readonly list: (viewer: Viewer, page: In<'listDecisions'>) => Promise<Out<'listDecisions'>>
    readonly show: (viewer: Viewer, seq: number) => Promise<Out<'getDecision'>>
    readonly input: (asked: In<'getDecisionInput'>) => Promise<Out<'getDecisionInput'>>
    readonly export: (page: In<'exportDecisions'>) => Promise<Out<'exportDecisions'>>
  }
  readonly persons: PersonParts
  readonly audit: {
    readonly list: (page: In<'listActs'>) => Promise<Out<'listActs'>>
    /** Error: `not-found`. */
    readonly show: (seq: number) => Promise<Out<'getAct'>>
    readonly export: (page: In<'exportActs'>) => Promise<Out<'exportActs'>>
    readonly head: () => Promise<Out<'getActHead'>>
  }
  readonly canaries: CanaryParts
  readonly members: MemberParts
  readonly models: {
    readonly add: (by: string, model: In<'addModel'>) => Promise<Out<'addModel'>>
    readonly list: (page: In<'listModels'>) => Promise<Out<'listModels'>>
    readonly show: (asked: In<'getModel'>) => Promise<Out<'getModel'>>
  }
  readonly results: {
    /** Error: `not-found`. */
    readonly read: (requesterId: string, jobId: string) => Promise<{ readonly outputSha256: string; readonly content: Uint8Array }>
  }
  readonly receipts: {
    /** Error: `not-found`. */
    readonly get: (receiptId: string) => Promise<ReceiptBundle>
  }
  readonly log: LogParts
  readonly exports: ExportParts
  readonly evidence: EvidenceParts
  readonly ledger: LedgerParts
  readonly payouts: {
    /** What a node may ask about its own money. Errors: `payout.refused`, `funds.insufficient`, `not-found`, `conflict`. */
    readonly own: {
      readonly terms: (nodeId: string) => Promise<Out<'getPayoutTerms'>>
      readonly setTerms: (nodeId: string, wanted: In<'setPayoutTerms'>) => Promise<Out<'setPayoutTerms'>>
      readonly quote: (nodeId: string, wanted: In<'quotePayout'>) => Promise<Out<'quotePayout'>>
      readonly claim: (nodeId: string, order: In<'claimPayout'>) => Promise<Out<'claimPayout'>>
      readonly show: (nodeId: string, claimId: string) => Promise<Out<'getPayoutClaim'>>
      readonly list: (nodeId: string, page: Page) => Promise<Out<'listPayoutClaims'>>
    }
    /** What an operator does about them; who orders comes first. */
    readonly admin: {
      readonly status: () => Promise<Out<'getPayoutStatus'>>
      readonly pause: (by: string, order: In<'pausePayouts'>) => Promise<Out<'pausePayouts'>>
      readonly resume: (by: string) => Promise<Out<'resumePayouts'>>
      readonly list: (page: Page) => Promise<Out<'listPayouts'>>
      readonly batches: (page: In<'listPayoutBatches'>) => Promise<Out<'listPayoutBatches'>>
      readonly approve: (by: string, order: In<'approvePayout'>) => Promise<Out<'approvePayout'>>
      readonly reject: (by: string, order: In<'rejectPayout'>) => Promise<Out<'rejectPayout'>>
      readonly rebuild: (by: string, order: In<'rebuildPayouts'>) => Promise<Out<'rebuildPayouts'>>
    }
  }
  readonly grid: {
    readonly zones: () => readonly Out<'listZones'>['zones'][number][]
    readonly find: (question: In<'findZone'>) => Promise<Out<'findZone'>>
    /** Errors: `grid.unknown-zone`, `grid.unavailable`. */
    readonly signal: (zone: string) => Promise<Signal>
    readonly signalOf: (zone: string, kind: In<'getSignalOf'>['kind']) => Promise<Out<'getSignalOf'>>
    /** Epoch milliseconds; `null` where the caller leaves it open. */
    readonly history: (zone: string, stretch: { readonly from: number | null; readonly to: number | null }) => Promise<Signal>
    readonly accuracy: (zone: string) => Promise<Out<'getGridAccuracy'>>
    readonly abundance: (zone: string) => Promise<Out<'getAbundance'>>
    /** Errors: `rate.limited`, `grid.unavailable`. */
    readonly sun: (site: In<'getSolarForecast'>) => Promise<Out<'getSolarForecast'>>
  }
}

/** Everything an agent or a requester may ask of the coordinator over HTTP, and what the two say on the agent's socket. */
import { z } from 'zod'
import { ReceiptBundle } from '../domain/carbon-receipt.ts'
import { MeterMethod } from '../domain/energy-proof.ts'
import { MAX_ROTATIONS } from '../domain/rotation.ts'
import { call } from './define.ts'
import { JobSpec, JobState, JobView, Lease, PlanAnswer } from './job.ts'
import { ChallengeAnswer, ChallengeState, ChallengeView, MAX_OPEN_CHALLENGES, OpenChallenge, ProofSummary, ProofView } from './proof.ts'
import {
  Base64,
  DecimalString,
  Envelope,
  Id,
  IsoTime,
  KeyId,
  Origin,
  PageRequest,
  PublicJwk,
  RuntimeName,
  Sha256Hex,
  Signal,
  SolanaAddress,
  SolanaSignature,
  UnsignedDecimal,
  Zone,
  pageOf,
} from './wire.ts'

export const Capabilities = z.strictObject({
  agentVersion: z.string().max(40),
  os: z.string().max(60),
  arch: z.string().max(20),
  cpu: z.strictObject({ model: z.string().max(120), cores: z.number().int().min(1) }),
  ramBytes: z.number().int().min(0),
  gpus: z
    .array(
      z.strictObject({
        uuidHash: Sha256Hex,
        vendor: z.string().max(60),
        name: z.string().max(120),
        driver: z.string().max(60),
        vramBytes: z.number().int().min(0),
        powerLimitW: z.number().min(0),
      }),
    )
    .max(64),
  /** Largest power all metered CPU packages may draw together; bounds the plausibility check of CPU jobs. */
  cpuPowerLimitW: z.number().min(0),
  runtimes: z.array(z.strictObject({ name: RuntimeName, version: z.string().max(80) })).max(8),
  zone: Zone,
})
export type Capabilities = z.infer<typeof Capabilities>

export const Presence = z.strictObject({
  /** Whether the agent would start a job now. */
  ready: z.boolean(),
  reasons: z.array(z.string().max(40)).max(32),
  running: z
    .array(z.strictObject({ leaseId: Id, token: z.number().int().positive(), state: z.enum(['waiting', 'preparing', 'running', 'collecting', 'proving']) }))
    .max(64),
})
export type Presence = z.infer<typeof Presence>

/** One thing that happened to a node, in order; the agent asks for what follows the last it has stored. */
export const NodeEvent = z.strictObject({
  seq: z.number().int().positive(),
  at: IsoTime,
  fact: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('proof-accepted'), proofId: Id, jobId: Id, receiptId: Id }),
    z.strictObject({
      kind: z.literal('proof-refused'),
      proofId: z.string().max(64),
      jobId: z.string().max(64),
      code: z.string().max(40),
      message: z.string().max(500),
    }),
    z.strictObject({ kind: z.literal('receipt'), receiptId: Id, bundle: ReceiptBundle }),
    z.strictObject({ kind: z.literal('earning'), earningId: Id, jobId: Id, receiptId: Id, state: z.enum(['accrued', 'confirmed']), microUsd: DecimalString }),
    z.strictObject({
      kind: z.literal('challenge'),
      challengeId: Id,
      proofId: Id,
      jobId: Id,
      state: ChallengeState.exclude(['asked']),
      message: z.string().max(500),
    }),
    z.strictObject({
      kind: z.literal('payout'),
      payoutId: Id,
      state: z.enum(['planned', 'sent', 'confirmed', 'finalized', 'failed']),
      lamports: UnsignedDecimal,
      microUsd: UnsignedDecimal,
      signature: SolanaSignature.nullable(),
      address: SolanaAddress,
      rate: z.string().max(120),
      cluster: z.string().max(40),
    }),
  ]),
})
export type NodeEvent = z.infer<typeof NodeEvent>

export const ReceiptSummary = z.strictObject({
  receiptId: Id,
  jobId: Id,
  nodeId: KeyId,
  zone: Zone,
  issuedAt: IsoTime,
  energyWh: z.number(),
  emissionsG: z.number(),
  attributedSavingG: z.number(),
  origin: Origin,
  /** The day its grid data was recorded; `null` unless it rests on a recording. */
  recordedOn: z.string().max(40).nullable(),
  method: MeterMethod,
  leafIndex: z.number().int(),
})
export type ReceiptSummary = z.infer<typeof ReceiptSummary>

const PayoutState = z.enum(['planned', 'signed', 'sent', 'confirmed', 'finalized', 'failed'])
export const PayoutView = z.strictObject({
  payoutId: Id,
  nodeId: KeyId,
  address: SolanaAddress,
  lamports: UnsignedDecimal,
  microUsd: UnsignedDecimal,
  /** Where the conversion rate came from and when, in words. */
  rate: z.string(),
  state: PayoutState,
  signature: SolanaSignature.nullable(),
  cluster: z.string(),
  attempts: z.number().int(),
  createdAt: IsoTime,
  updatedAt: IsoTime,
})
export type PayoutView = z.infer<typeof PayoutView>

/** A machine as every machine of its owner sees it. */
const FleetNode = z.strictObject({
  nodeId: KeyId,
  joinedAt: IsoTime,
  /** `unknown`: the coordinator has started anew and has not heard of it yet. */
  state: z.enum(['online', 'offline', 'unknown', 'quarantined']),
  /** Whether it would start a job now; `null` unless it is online. */
  ready: z.boolean().nullable(),
  /** Why it is not, as it said last. */
  reasons: z.array(z.string().max(300)).max(32),
  running: z.number().int().min(0),
  /** Since it was heard last; `null` if that was before the coordinator started. */
  ageMs: z.number().int().min(0).nullable(),
  zone: Zone.nullable(),
  os: z.string().nullable(),
  arch: z.string().nullable(),
  agentVersion: z.string().nullable(),
  gpus: z.array(z.string()),
  /** By receipts issued and earnings booked since midnight UTC. */
  today: z.strictObject({ energyWh: z.number(), microUsd: DecimalString }),
})
export const FleetView = z.strictObject({ fleetId: Id, self: KeyId, since: IsoTime, nodes: z.array(FleetNode) })
export type FleetView = z.infer<typeof FleetView>

/** How a node that has replaced its key shows which node it still is: needed where its coordinator has not heard of it yet. */
const KeyChanges = z.strictObject({ firstKey: PublicJwk, rotations: z.array(Envelope).min(1).max(MAX_ROTATIONS) })

const Empty = z.strictObject({})
const http = (method: 'GET' | 'POST', path: string, access: 'public' | 'node' | 'requester', summary: string) => ({ method, path, access, summary }) as const

export const coordinatorContract = {
  health: call(
    Empty,
    z.strictObject({ status: z.enum(['ok', 'starting', 'degraded']), version: z.string(), time: IsoTime }),
    http('GET', '/v1/health', 'public', 'Is the coordinator up?'),
  ),
  keys: call(
    Empty,
    z.strictObject({ receiptKey: PublicJwk, logKey: PublicJwk, logId: KeyId, cluster: z.string(), hotWallet: SolanaAddress }),
    http('GET', '/v1/keys', 'public', 'Public keys to pin for receipt verification'),
  ),

  beginEnrolment: call(
    z.strictObject({ publicJwk: PublicJwk }),
    z.strictObject({ challenge: Base64, expiresAt: IsoTime }),
    http('POST', '/v1/enrolments', 'public', 'Ask for a challenge to sign'),
  ),
  enrol: call(
    z.strictObject({
      publicJwk: PublicJwk,
      challenge: Base64,
      signature: Base64,
      capabilities: Capabilities,
      payoutAddress: SolanaAddress.nullable(),
      history: KeyChanges.optional(),
    }),
    z.strictObject({ nodeId: KeyId, enrolledAt: IsoTime, heartbeatMs: z.number().int() }),
    http('POST', '/v1/nodes', 'public', 'Enrol a node by proof of possession of its device key'),
  ),
  rotateKey: call(
    z.strictObject({ statement: Envelope }),
    z.strictObject({ nodeId: KeyId, keyId: KeyId }),
    http('POST', '/v1/nodes/keys', 'node', 'Replace the device key of this node; repeating it is harmless'),
  ),
  heartbeat: call(
    Presence,
    z.strictObject({
      lost: z.array(Id),
      cancelled: z.array(Id),
      now: IsoTime,
      lastEvent: z.number().int(),
      challenges: z.array(OpenChallenge).max(MAX_OPEN_CHALLENGES).default([]),
    }),
    http('POST', '/v1/presence', 'node', 'Report presence and renew held leases'),
  ),
  requestLease: call(
    z.strictObject({ runtimes: z.array(RuntimeName).max(8) }),
    z.strictObject({ lease: Lease.nullable() }),
    http('POST', '/v1/leases', 'node', 'Ask for the next job (fallback of the socket)'),
  ),
  startAttempt: call(
    z.strictObject({ leaseId: Id, token: z.number().int().positive() }),
    Empty,
    http('POST', '/v1/leases/{leaseId}/start', 'node', 'The attempt has started'),
  ),
  failAttempt: call(
    z.strictObject({
      leaseId: Id,
      token: z.number().int().positive(),
      reason: z.string().max(80),
      message: z.string().max(500),
      exitCode: z.number().int().nullable(),
      retry: z.boolean(),
    }),
    Empty,
    http('POST', '/v1/leases/{leaseId}/fail', 'node', 'The attempt ended without a result'),
  ),
  submitProof: call(
    z.strictObject({ leaseId: Id, token: z.number().int().positive(), envelope: Envelope, output: Base64.max(22_400_000) }),
    z.strictObject({ proofId: Id, jobId: Id, receiptId: Id }),
    http('POST', '/v1/proofs', 'node', 'Submit a signed energy proof with the output it covers'),
  ),
  proofChain: call(
    Empty,
    z.strictObject({ seq: z.number().int().min(0), head: Sha256Hex.nullable() }),
    http('GET', '/v1/proofs/head', 'node', 'Where the proof chain of this node stands'),
  ),
  answerChallenge: call(
    z.strictObject({ challengeId: Id, ...ChallengeAnswer.shape }),
    z.strictObject({ state: ChallengeState.exclude(['asked', 'overdue']), message: z.string().max(500) }),
    http('POST', '/v1/challenges/{challengeId}', 'node', 'Hand in the sample log a challenge asks for, or say why it cannot be given'),
  ),
  nodeEvents: call(
    z.strictObject({ after: z.coerce.number().int().min(0), limit: z.coerce.number().int().min(1).max(200).default(100) }),
    z.strictObject({ events: z.array(NodeEvent), next: z.number().int() }),
    http('GET', '/v1/events', 'node', 'What happened to this node since'),
  ),

  inviteToFleet: call(
    Empty,
    z.strictObject({ fleetId: Id, code: z.string().max(16), expiresAt: IsoTime }),
    http('POST', '/v1/fleet/invites', 'node', 'A short code by which another machine of the same owner joins the fleet of this node'),
  ),
  joinFleet: call(
    z.strictObject({ code: z.string().min(1).max(40) }),
    z.strictObject({ fleetId: Id }),
    http('POST', '/v1/fleet/members', 'node', 'Join a fleet by a code; repeating it is harmless'),
  ),
  getFleet: call(Empty, FleetView, http('GET', '/v1/fleet', 'node', 'Every machine of the fleet that this node is in')),
  removeFromFleet: call(
    z.strictObject({ nodeId: KeyId }),
    Empty,
    http('POST', '/v1/fleet/members/{nodeId}/remove', 'node', 'Take a machine, or this node itself, out of the fleet'),
  ),

  submitJob: call(
    z.strictObject({ jobId: Id, spec: JobSpec }),
    JobView,
    http('POST', '/v1/jobs', 'requester', 'Submit a job; repeating the same id is harmless'),
  ),
  planJob: call(
    z.strictObject({ spec: JobSpec }),
    PlanAnswer,
    http('POST', '/v1/jobs/plan', 'requester', 'Explain where and when a job would run, without submitting it'),
  ),
  listJobs: call(
    z.strictObject({
      state: JobState.nullable().default(null),
      after: z.string().max(128).nullable().default(null),
      limit: z.coerce.number().int().min(1).max(200).default(50),
    }),
    pageOf(JobView),
    http('GET', '/v1/jobs', 'requester', 'Jobs, newest first'),
  ),
  getJob: call(z.strictObject({ jobId: Id }), JobView, http('GET', '/v1/jobs/{jobId}', 'requester', 'One job')),
  getJobOutput: call(
    z.strictObject({ jobId: Id }),
    z.strictObject({ outputSha256: Sha256Hex, output: Base64 }),
    http('GET', '/v1/jobs/{jobId}/output', 'requester', 'What a completed job produced'),
  ),
  cancelJob: call(z.strictObject({ jobId: Id }), JobView, http('POST', '/v1/jobs/{jobId}/cancel', 'requester', 'Cancel a job that has not finished')),
  getAccount: call(
    Empty,
    z.strictObject({ requesterId: Id, balanceMicroUsd: DecimalString, reservedMicroUsd: DecimalString }),
    http('GET', '/v1/account', 'requester', 'Prepaid balance and what is reserved'),
  ),

  listReceipts: call(
    PageRequest.extend({ limit: z.coerce.number().int().min(1).max(200).default(50) }),
    pageOf(ReceiptSummary),
    http('GET', '/v1/receipts', 'requester', 'Receipts, newest first'),
  ),
  getReceipt: call(z.strictObject({ receiptId: Id }), ReceiptBundle, http('GET', '/v1/receipts/{receiptId}', 'public', 'A receipt bundle anyone can verify')),
  treeHead: call(Empty, z.strictObject({ treeHead: Envelope }), http('GET', '/v1/log/head', 'public', 'The newest signed tree head')),
  listProofs: call(
    PageRequest.extend({ limit: z.coerce.number().int().min(1).max(200).default(50) }),
    pageOf(ProofSummary),
    http('GET', '/v1/proofs', 'requester', 'Accepted energy proofs of your jobs, newest first'),
  ),
  getProof: call(z.strictObject({ proofId: Id }), ProofView, http('GET', '/v1/proofs/{proofId}', 'requester', 'One energy proof and its challenges')),
  challengeProof: call(
    z.strictObject({ proofId: Id }),
    ChallengeView,
    http('POST', '/v1/proofs/{proofId}/challenge', 'requester', 'Ask the node for the samples behind a proof; repeating it while one is open is harmless'),
  ),
  getChallenges: call(
    z.strictObject({ proofId: Id }),
    z.strictObject({ challenges: z.array(ChallengeView) }),
    http('GET', '/v1/proofs/{proofId}/challenge', 'requester', 'What challenges of a proof have come to, newest first'),
  ),
  listPayouts: call(
    PageRequest.extend({ limit: z.coerce.number().int().min(1).max(200).default(50) }),
    pageOf(PayoutView),
    http('GET', '/v1/payouts', 'requester', 'Payouts, newest first'),
  ),
  checkLedger: call(
    Empty,
    z.strictObject({
      balanced: z.boolean(),
      sums: z.array(z.strictObject({ asset: z.string(), sum: DecimalString })),
      entries: z.number().int(),
      confirmedMicroUsd: DecimalString,
      paidMicroUsd: DecimalString,
      paidLamports: DecimalString,
      findings: z.array(z.string()),
    }),
    http('GET', '/v1/ledger/check', 'requester', 'Prove that the books balance'),
  ),
  getSignal: call(
    z.strictObject({ zone: Zone }),
    z.strictObject({ signal: Signal }),
    http('GET', '/v1/grid/{zone}', 'public', 'Intensity now and the forecast for the next 48 hours'),
  ),
}

/** What the coordinator says on the agent's socket, one JSON object per frame. */
export const SocketToAgent = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('challenge'), nonce: Base64 }),
  z.strictObject({ type: z.literal('welcome'), lastEvent: z.number().int() }),
  z.strictObject({ type: z.literal('lease'), lease: Lease }),
  z.strictObject({ type: z.literal('cancel'), leaseId: Id, reason: z.string().max(80) }),
  z.strictObject({ type: z.literal('events'), lastEvent: z.number().int() }),
  /** Asks for the samples behind a proof; `challenge` is the one of the connection. */
  z.strictObject({ type: z.literal('proof-challenge'), ...OpenChallenge.shape }),
])
export type SocketToAgent = z.infer<typeof SocketToAgent>

/** What the agent says. `hello` signs `windfall-socket-v1 SP nonce` once per connection. */
export const SocketToCoordinator = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('hello'), nodeId: KeyId, signature: Base64 }),
  z.strictObject({ type: z.literal('presence'), presence: Presence }),
])
export type SocketToCoordinator = z.infer<typeof SocketToCoordinator>

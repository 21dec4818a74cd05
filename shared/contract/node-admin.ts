/** Nodes as their owners and the operator see them, and what they may do about them. */
import { z } from 'zod'
import { AttestationView } from './attestation.ts'
import { call } from './define.ts'
import { Empty, http } from './http-binding.ts'
import { NodeFault } from './node-fault.ts'
import { Capabilities, NodeState } from './node.ts'
import { NamePart, SeveralZones, severalOf } from './several.ts'
import { SoftSignalView } from './soft-signal.ts'
import { IsoTime, KeyId, SolanaAddress, Zone, pageOf } from './wire.ts'

const share = z.number().min(0).max(1)

const NodePresence = z.enum(['online', 'offline', 'unknown'])

export const NodeSummary = z.strictObject({
  nodeId: KeyId,
  /** The name an operator gave its owner, else the id of its fleet; `null` for a machine that is in none. */
  owner: z.string().max(64).nullable(),
  state: NodeState,
  /** Why it is not simply active. */
  reason: z.string().max(300).nullable(),
  /** `unknown`: the coordinator has started anew and has not heard of it yet. */
  presence: NodePresence,
  running: z.number().int().min(0),
  zone: Zone.nullable(),
  gpus: z.array(z.string().max(120)).max(64),
  enrolledAt: IsoTime,
  /** How likely its next job is done well; 0.5 for a node that nothing is known of. */
  reputation: share,
  /** When it was heard last, as far as anybody knows since the coordinator started; `null` if it was not. */
  lastSeenAt: IsoTime.nullable().default(null),
})
export type NodeSummary = z.infer<typeof NodeSummary>

export const NodeView = z.strictObject({
  ...NodeSummary.shape,
  stateSince: IsoTime.nullable(),
  /** When a quarantine ends by itself; `null` for one that an operator ends. */
  quarantinedUntil: IsoTime.nullable(),
  payoutAddress: SolanaAddress.nullable(),
  capabilities: Capabilities.nullable(),
  standing: z.strictObject({
    /** Runs that were proven, ever. */
    jobs: z.number().int().min(0),
    /** What it did well and badly in its favour and against it, fading to a half in thirty days. */
    good: z.number().min(0),
    bad: z.number().min(0),
    faults: z.partialRecord(NodeFault, z.number().min(0)),
    quarantines: z.number().int().min(0),
  }),
  /** How many results it may have in a day (UTC): one more for each good one, one less for each bad one. What its owner stops is neither. */
  quota: z.strictObject({ perDay: z.number().int().min(1), today: z.number().int().min(0), freshAt: IsoTime }),
  /** What was unlikely about its proofs, the newest few; `windfall node signals` has all. */
  signals: z.array(SoftSignalView).max(5),
  /** What it showed of where its key lives; `null`: nothing but its own word. */
  attestation: AttestationView.nullable(),
  /** `0.5 × idle + 0.5 × solar share`; `null` while too little is known of when it is idle. */
  eco: z.strictObject({ score: share, idle: share, solarShare: share }).nullable(),
})
export type NodeView = z.infer<typeof NodeView>

const CapabilityRecord = z.strictObject({ version: z.number().int().min(1), recordedAt: IsoTime, capabilities: Capabilities })
export type CapabilityRecord = z.infer<typeof CapabilityRecord>

const page = { after: z.string().max(128).nullable().default(null), limit: z.coerce.number().int().min(1).max(200).default(50) }
const reason = z.string().min(1).max(200)

export const nodeAdminCalls = {
  listNodes: call(
    z.strictObject({
      /** One or more states, separated by commas. */
      state: severalOf(NodeState.options).nullable().default(null),
      presence: severalOf(NodePresence.options).optional(),
      zone: SeveralZones.optional(),
      /** A part of the name of one of its GPUs. */
      gpu: NamePart.optional(),
      /** Whose it is, in full. */
      owner: z.string().min(1).max(64).optional(),
      /** The beginning of its id or of its owner. */
      search: NamePart.optional(),
      /** Those whose id begins so. */
      beginning: z
        .string()
        .regex(/^[A-Za-z0-9_-]{1,43}$/, 'expected the beginning of a node id')
        .nullable()
        .default(null),
      ...page,
    }),
    pageOf(NodeSummary),
    http('GET', '/v1/nodes', 'fleet.read', 'Every node, newest first; for operators. A page that is not full is not the last unless its next is null'),
  ),
  getNode: call(z.strictObject({ nodeId: KeyId }), NodeView, http('GET', '/v1/nodes/{nodeId}', 'fleet.read', 'One node with how it has worked; for operators')),
  getNodeHistory: call(
    z.strictObject({ nodeId: KeyId, ...page }),
    pageOf(CapabilityRecord),
    http('GET', '/v1/nodes/{nodeId}/history', 'fleet.read', 'What a node could do, newest first, one entry for each change; for operators'),
  ),
  quarantineNode: call(
    z.strictObject({ nodeId: KeyId, reason }),
    NodeView,
    http(
      'POST',
      '/v1/nodes/{nodeId}/quarantine',
      'fleet.write',
      'Take a node out of service until it is released; its owner is shown the reason. For operators',
    ),
  ),
  releaseNode: call(
    z.strictObject({ nodeId: KeyId, reason, trusted: z.boolean().default(false) }),
    NodeView,
    http('POST', '/v1/nodes/{nodeId}/release', 'fleet.write', 'Let a quarantined node back, on probation unless it is trusted at once; for operators'),
  ),
  removeNode: call(
    z.strictObject({ nodeId: KeyId, reason }),
    NodeView,
    http('POST', '/v1/nodes/{nodeId}/remove', 'fleet.write', 'Take a node out for good; what it has earned is paid. Repeating it is harmless. For operators'),
  ),
  listSoftSignals: call(
    z.strictObject({ nodeId: KeyId.nullable().default(null), ...page }),
    pageOf(SoftSignalView),
    http('GET', '/v1/soft-signals', 'fleet.read', 'What was unlikely about proofs, of one node or of all, newest first; for operators'),
  ),
  getOwnSignals: call(
    z.strictObject(page),
    pageOf(SoftSignalView),
    http('GET', '/v1/node/signals', 'any-node', 'What was unlikely about the proofs of this node, newest first'),
  ),
  getOwnNode: call(Empty, NodeView, http('GET', '/v1/node', 'any-node', 'This node as the coordinator sees it, and why')),
  getOwnHistory: call(z.strictObject(page), pageOf(CapabilityRecord), http('GET', '/v1/node/history', 'any-node', 'What this node could do, newest first')),
  setPayoutAddress: call(
    z.strictObject({ address: SolanaAddress }),
    NodeView,
    http('POST', '/v1/node/payout-address', 'any-node', 'Where this node is paid from now on, also after it was removed; repeating it is harmless'),
  ),
  removeOwnNode: call(
    z.strictObject({ nodeId: KeyId, reason }),
    NodeView,
    http(
      'POST',
      '/v1/node/remove',
      'any-node',
      'Take this node, or another one of its fleet, out for good; what it has earned is paid. Repeating it is harmless',
    ),
  ),
}

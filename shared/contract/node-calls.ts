/** What a node may ask of its coordinator: to be enrolled, for work, to prove it, and about its fleet. */
import { z } from 'zod'
import { MAX_ROTATIONS } from '../domain/rotation.ts'
import { TpmEvidence } from './attestation.ts'
import { call } from './define.ts'
import { FleetView } from './fleet.ts'
import { SignalOrReason, SolarSite } from './grid.ts'
import { Empty, http } from './http-binding.ts'
import { Lease } from './job.ts'
import { NodeEvent } from './node-event.ts'
import { Capabilities, Presence } from './node.ts'
import { ChallengeAnswer, ChallengeState, MAX_OPEN_CHALLENGES, OpenChallenge } from './proof.ts'
import { proofCalls } from './proof-calls.ts'
import { Orders } from './run-calls.ts'
import { Base64, Envelope, Id, IsoTime, KeyId, PublicJwk, RuntimeName, Sha256Hex, SolanaAddress } from './wire.ts'

/** How a node that has replaced its key shows which node it still is: needed where its coordinator has not heard of it yet. */
const KeyChanges = z.strictObject({ firstKey: PublicJwk, rotations: z.array(Envelope).min(1).max(MAX_ROTATIONS) })

export const nodeCalls = {
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
      /** Where machines are let in by token, or one that was removed comes back; without meaning for one that is known. */
      token: z.string().max(100).optional(),
      /** In answer to the SHA-256 of the challenge. */
      attestation: TpmEvidence.optional(),
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
      ...Orders.shape,
      now: IsoTime,
      lastEvent: z.number().int(),
      challenges: z.array(OpenChallenge).max(MAX_OPEN_CHALLENGES).default([]),
    }),
    http('POST', '/v1/presence', 'node', 'Report presence and renew held leases'),
  ),
  getSolarForecast: call(
    SolarSite,
    SignalOrReason,
    http('POST', '/v1/nodes/sun', 'node', 'What the sun is expected to give to the panels of the node’s owner'),
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
  ...proofCalls,
  proofChain: call(
    Empty,
    z.strictObject({ seq: z.number().int().min(0), head: Sha256Hex.nullable() }),
    http('GET', '/v1/proofs/head', 'any-node', 'Where the proof chain of this node stands'),
  ),
  answerChallenge: call(
    z.strictObject({ challengeId: Id, ...ChallengeAnswer.shape }),
    z.strictObject({ state: ChallengeState.exclude(['asked', 'overdue']), message: z.string().max(500) }),
    http('POST', '/v1/challenges/{challengeId}', 'any-node', 'Hand in the sample log a challenge asks for, or say why it cannot be given'),
  ),
  nodeEvents: call(
    z.strictObject({ after: z.coerce.number().int().min(0), limit: z.coerce.number().int().min(1).max(200).default(100) }),
    z.strictObject({ events: z.array(NodeEvent), next: z.number().int() }),
    http('GET', '/v1/events', 'any-node', 'What happened to this node since'),
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
}

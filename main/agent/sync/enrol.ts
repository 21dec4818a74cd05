import type { coordinatorContract } from '../../../shared/contract/coordinator.ts'
import type { Capabilities } from '../../../shared/contract/node.ts'
import type { Client } from '../../../shared/contract/define.ts'
import type { Envelope, PublicJwk } from '../../../shared/contract/wire.ts'
import { enrolmentText } from '../../../shared/domain/enrolment.ts'
import type { Signer } from '../../kernel/signing.ts'
import { attestationNonce } from '../../kernel/tpm-attest.ts'

/** The key a node is named after, and how the one that signs now follows from it. */
export interface KeyChanges {
  readonly firstKey: PublicJwk
  readonly rotations: readonly Envelope[]
}

export interface EnrolmentFacts {
  readonly capabilities: Capabilities
  readonly payoutAddress: string | null
  /** For a coordinator that has not heard of them; left out, the key that signs is the node's first. */
  readonly keyChanges?: KeyChanges | undefined
  /** From the operator of a coordinator that lets machines in by token. */
  readonly token?: string | null
  /** Whether the TPM that keeps the key, if one does, is to answer for it: that takes seconds. */
  readonly attests?: boolean
}

/** Evidence is no condition of work: a TPM that can sign and not attest, as one without SHA-256 registers, signs. */
const evidenceOf = async ({ attest }: Signer, challenge: string) => {
  const attestation = await attest?.(attestationNonce(challenge)).catch(() => undefined)
  return attestation ? { attestation } : {}
}

/** Proves possession of the device key and tells the coordinator what this machine can do. Repeating it only refreshes the facts. */
export async function enrol(
  client: Client<typeof coordinatorContract>,
  live: Signer,
  { capabilities, payoutAddress, keyChanges, token = null, attests = false }: EnrolmentFacts,
): Promise<{ nodeId: string; heartbeatMs: number }> {
  // The key may be replaced meanwhile: challenge and signature belong to one.
  const signer = { ...live }
  const { publicJwk } = signer
  const { challenge } = await client.call('beginEnrolment', { publicJwk })
  const signature = Buffer.from(await signer.sign(enrolmentText(challenge, payoutAddress))).toString('base64')
  const rotations = [...(keyChanges?.rotations ?? [])]
  const history = keyChanges && rotations.length > 0 ? { history: { firstKey: keyChanges.firstKey, rotations } } : {}
  const evidence = attests ? await evidenceOf(signer, challenge) : {}
  const proven = { publicJwk, challenge, signature, capabilities, payoutAddress }
  return client.call('enrol', { ...proven, ...history, ...evidence, ...(token === null ? {} : { token }) })
}

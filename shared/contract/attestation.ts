/** What a node can show of where its key lives, beyond its own word. */
import { z } from 'zod'
import { Base64, IsoTime, KeyId } from './wire.ts'

/**
 * Statements of a TPM 2.0, as it signs them (TCG “TPM 2.0 Library”, part 2): an attestation key, which signs nothing but what the TPM itself says, answers a
 * question (quote) and for the key of the node (certify). Binary structures are base64.
 */
export const TpmEvidence = z.strictObject({
  kind: z.literal('tpm2'),
  /** TPM2B_PUBLIC of the attestation key and of the node's key. */
  attestationKey: Base64.max(1_400),
  nodeKey: Base64.max(1_400),
  /** TPMS_ATTEST with its signature, DER. */
  certified: Base64.max(2_800),
  certifiedSignature: Base64.max(128),
  quote: Base64.max(2_800),
  quoteSignature: Base64.max(128),
})
export type TpmEvidence = z.infer<typeof TpmEvidence>

/** `consistent`: it all fits together and answers our question. It is no proof: without the certificate of the TPM's maker a program can say the same. */
export const AttestationVerdict = z.enum(['consistent', 'invalid'])
export type AttestationVerdict = z.infer<typeof AttestationVerdict>

export const AttestationView = z.strictObject({
  kind: z.literal('tpm2'),
  verdict: AttestationVerdict,
  reason: z.string().max(300),
  at: IsoTime,
  /** The key it is about. */
  keyId: KeyId,
})
export type AttestationView = z.infer<typeof AttestationView>

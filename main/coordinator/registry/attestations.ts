import type { AttestationView, TpmEvidence } from '../../../shared/contract/attestation.ts'
import type { PublicJwk } from '../../../shared/contract/wire.ts'
import { toIso } from '../../../shared/units.ts'
import type { Clock } from '../../kernel/clock.ts'
import { keyIdOf } from '../../kernel/signing.ts'
import { attestationNonce } from '../../kernel/tpm-attest.ts'
import type { Db, Tx } from '../persistence/database.ts'
import { createAttestationsStore } from './attestations.store.ts'
import { judgeTpmEvidence } from './tpm-evidence.ts'

/** The same verdict on the same key is recorded anew after so long. */
const KEEP_MS = 30 * 86_400_000

interface Shown {
  readonly nodeId: string
  readonly publicJwk: PublicJwk
  readonly challenge: string
  readonly evidence: TpmEvidence
}

/** Records what a node showed with its enrolment, and what it is worth. Evidence that does not hold keeps nobody out: without it a node is as good. */
export async function recordAttestation(
  { clock, decide }: { readonly clock: Pick<Clock, 'now'>; readonly decide: (tx: Tx, kind: string, body: object) => Promise<void> },
  tx: Tx,
  { nodeId, publicJwk, challenge, evidence }: Shown,
): Promise<void> {
  const { verdict, reason } = judgeTpmEvidence(evidence, { publicJwk, nonce: attestationNonce(challenge) })
  const [at, keyId] = [clock.now(), keyIdOf(publicJwk)]
  const attestations = createAttestationsStore(tx)
  const last = await attestations.newest(nodeId)
  if (last?.keyId === keyId && last.verdict === verdict && last.reason === reason && at - last.at < KEEP_MS) return
  await attestations.add({ nodeId, version: (last?.version ?? 0) + 1, at, keyId, verdict, reason, evidence })
  await decide(tx, 'node.attested', { nodeId, keyId, evidence: evidence.kind, verdict, reason })
}

/** The newest of a node; `null` if it never showed anything. */
export async function attestationOf(db: Db, nodeId: string): Promise<AttestationView | null> {
  const last = await createAttestationsStore(db).newest(nodeId)
  return last && { kind: last.evidence.kind, verdict: last.verdict, reason: last.reason, at: toIso(last.at), keyId: last.keyId }
}

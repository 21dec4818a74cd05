import { createHash } from 'node:crypto'
import type { VerifyPort } from '../../shared/domain/keys.ts'
import { verifySignature } from './signing.ts'

/** The cryptography of receipt checks, by Node. */
export const nodeVerifyPort: VerifyPort = {
  sha256: async (bytes) => createHash('sha256').update(bytes).digest(),
  verify: async (jwk, bytes, signature) => verifySignature(jwk, bytes, signature),
}

import { toBase58 } from '../../shared/domain/base58.ts'
import { loadPrivateFile } from '../kernel/key-file.ts'
import { createSigner, generateKeyPem } from '../kernel/signing.ts'

/** A key that can spend. Where it lives (file, KMS, hardware) is the adapter's business. */
export interface Wallet {
  /** base58. */
  readonly address: string
  /** Raw Ed25519 signature, 64 bytes. */
  readonly sign: (message: Uint8Array) => Promise<Uint8Array>
}

/** Opens the wallet kept in a file only its owner may read (PKCS #8 PEM), or makes one. Error: `config.invalid` if others may read it. */
export function loadWallet(file: string): Wallet {
  const signer = createSigner(loadPrivateFile(file, generateKeyPem))
  return { address: toBase58(Buffer.from(signer.publicJwk.x, 'base64url')), sign: signer.sign }
}

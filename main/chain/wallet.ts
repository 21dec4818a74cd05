import { existsSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { toBase58 } from '../../shared/domain/base58.ts'
import { WindfallError } from '../../shared/errors.ts'
import { loadPrivateFile } from '../kernel/key-file.ts'
import { createSigner, generateKeyPem } from '../kernel/signing.ts'

/** A key that can spend. Where it lives (file, KMS, hardware) is the adapter's business. */
export interface Wallet {
  /** base58. */
  readonly address: string
  /** Raw Ed25519 signature, 64 bytes. */
  readonly sign: (message: Uint8Array) => Promise<Uint8Array>
}

/** Whoever can write to the folder can put another key in the place of this one. Windows protects folders by access lists instead. */
function requirePrivateFolder(folder: string): void {
  if (process.platform === 'win32' || !existsSync(folder) || (statSync(folder).mode & 0o077) === 0) return
  throw new WindfallError('config.invalid', `${folder} holds a wallet and is open to other users. Run: chmod 700 "${folder}"`)
}

/** Opens the wallet kept in a file and a folder that only their owner may read (PKCS #8 PEM), or makes one. Error: `config.invalid` if others may look. */
export function loadWallet(file: string): Wallet {
  requirePrivateFolder(dirname(file))
  const signer = createSigner(loadPrivateFile(file, generateKeyPem))
  return { address: toBase58(Buffer.from(signer.publicJwk.x, 'base64url')), sign: signer.sign }
}

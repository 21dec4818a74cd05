import { createPrivateKey } from 'node:crypto'
import { z } from 'zod'
import { parse } from '../../shared/contract/define.ts'
import { toBase58 } from '../../shared/domain/base58.ts'
import { WindfallError } from '../../shared/errors.ts'
import { readPrivateFile } from '../kernel/key-file.ts'
import { type Signer, createSigner } from '../kernel/signing.ts'

/** Seed and public key, as the Solana command line keeps them. */
const KeypairFile = z.array(z.number().int().min(0).max(255)).length(64)
/** What comes before the seed of an Ed25519 key in PKCS #8 (RFC 8410). */
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex')

export interface Keypair {
  readonly address: string
  readonly sign: Signer['sign']
}

function keypairIn(file: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new WindfallError('input.invalid', `${file} is no Solana keypair: it is not JSON. One is made by: solana-keygen new`, { cause: error })
  }
}

/** Reads a keypair of the Solana command line. Errors: `input.invalid`; `config.invalid` if others may read the file. */
export function readKeypair(file: string): Keypair {
  const text = readPrivateFile(file)
  if (text === null) throw new WindfallError('input.invalid', `There is no file ${file}. A keypair is made by: solana-keygen new`)
  const bytes = Buffer.from(parse(KeypairFile, keypairIn(file, text), `keypair in ${file}`))
  const key = createPrivateKey({ key: Buffer.concat([PKCS8, bytes.subarray(0, 32)]), format: 'der', type: 'pkcs8' })
  const signer = createSigner(key.export({ format: 'pem', type: 'pkcs8' }).toString())
  return { address: toBase58(Buffer.from(signer.publicJwk.x, 'base64url')), sign: signer.sign }
}

import { createHash, createPublicKey } from 'node:crypto'
import { PublicJwk } from '../../shared/contract/wire.ts'
import { weakKeyProblem } from '../../shared/domain/keys.ts'
import { WindfallError } from '../../shared/errors.ts'
import { rawFromDer } from './der-signature.ts'
import { attestKey } from './tpm-attest.ts'
import { type Signer, keyIdOf, verifySignature } from './signing.ts'
import { type TpmKey, type TpmSession, openSession } from './tpm-session.ts'
import { type Environment, type RunTool, createRunTool, hasResourceManager, inPrivateDirectory, tctiOf } from './tpm-tools.ts'

export interface Tpm {
  /** Makes an ECDSA P-256 key that never leaves the TPM. Error: `config.invalid`, with what the owner can do. */
  readonly create: () => Promise<TpmKey>
  /** Asks nothing of the TPM until it signs. `sign` fails with `config.invalid`. */
  readonly signer: (key: TpmKey) => Signer
}

/** The same template always gives the same key, so it is never stored. TCG “TPM v2.0 Provisioning Guidance” §7.5.1, storage root key, on P-256. */
const PRIMARY_ATTRIBUTES = 'restricted|decrypt|fixedtpm|fixedparent|sensitivedataorigin|userwithauth|noda'
const PRIMARY = ['createprimary', '-Q', '-C', 'o', '-g', 'sha256', '-G', 'ecc256:aes128cfb', '-a', PRIMARY_ATTRIBUTES, '-c', 'primary.ctx']
const KEY = ['-G', 'ecc256:ecdsa-sha256', '-a', 'fixedtpm|fixedparent|sensitivedataorigin|userwithauth|sign|noda']

/**
 * The TPM 2.0 of this machine through tpm2-tools (https://tpm2-tools.readthedocs.io), one operation at a time. That a key lives in a TPM is
 * the node's own word: proving it to others would take the manufacturer's certificate chain, and a key that may sign anything cannot
 * vouch for itself.
 */
export function createTpm(environment: Environment, runTool: RunTool = createRunTool(environment)): Tpm {
  const flushes = !hasResourceManager(tctiOf(environment))
  let last: Promise<unknown> = Promise.resolve()
  const inTurn = <T>(work: (session: TpmSession) => Promise<T>): Promise<T> => {
    const turn = last.then(() => inPrivateDirectory((directory) => work(openSession({ runTool, directory, flushes }))))
    last = turn.catch(() => undefined)
    return turn
  }
  return { create: () => inTurn(createKey), signer: (key) => createTpmSigner(key, inTurn) }
}

async function createKey({ run, read }: TpmSession): Promise<TpmKey> {
  await run(...PRIMARY)
  await run('create', '-Q', '-C', 'primary.ctx', ...KEY, '-u', 'key.pub', '-r', 'key.priv')
  await run('load', '-Q', '-C', 'primary.ctx', '-u', 'key.pub', '-r', 'key.priv', '-c', 'key.ctx')
  await run('readpublic', '-Q', '-c', 'key.ctx', '-f', 'pem', '-o', 'key.pem')
  const publicJwk = PublicJwk.parse(createPublicKey(Buffer.from(read('key.pem'))).export({ format: 'jwk' }))
  const problem = weakKeyProblem(publicJwk)
  if (problem) throw new WindfallError('config.invalid', `The TPM made a key that cannot be used: ${problem}. Use a key in software.`)
  return { publicJwk, publicArea: read('key.pub'), privateArea: read('key.priv') }
}

/** The loaded key as the TPM itself saves it, sealed to its present boot. */
async function loadKey({ run, read, write }: TpmSession, key: TpmKey): Promise<Uint8Array> {
  write('key.pub', key.publicArea)
  write('key.priv', key.privateArea)
  await run(...PRIMARY)
  await run('load', '-Q', '-C', 'primary.ctx', '-u', 'key.pub', '-r', 'key.priv', '-c', 'key.ctx')
  return read('key.ctx')
}

function createTpmSigner(key: TpmKey, inTurn: <T>(work: (session: TpmSession) => Promise<T>) => Promise<T>): Signer {
  const { publicJwk } = key
  // Loading takes three times as long as signing, so what was loaded once is kept until the TPM no longer takes it.
  let context: Uint8Array | null = null
  const signWith = async (session: TpmSession, bytes: Uint8Array): Promise<Uint8Array> => {
    context ??= await loadKey(session, key)
    return signDigest(session, { context, publicJwk, bytes })
  }
  const sign = (bytes: Uint8Array) =>
    inTurn(async (session) => {
      const isFresh = context === null
      try {
        return await signWith(session, bytes)
      } catch (error) {
        context = null
        if (isFresh) throw error
        return signWith(session, bytes)
      }
    })
  const attest = (nonce: Uint8Array) =>
    inTurn(async (session) => {
      await session.run(...PRIMARY)
      return attestKey(session, key, nonce)
    })
  return { alg: 'ES256', keyId: keyIdOf(publicJwk), publicJwk, evidence: 'tpm', sign, attest }
}

interface Signing {
  readonly context: Uint8Array
  readonly publicJwk: PublicJwk
  readonly bytes: Uint8Array
}

async function signDigest({ run, read, write }: TpmSession, { context, publicJwk, bytes }: Signing): Promise<Uint8Array> {
  write('key.ctx', context)
  write('digest', createHash('sha256').update(bytes).digest())
  await run('sign', '-Q', '-c', 'key.ctx', '-g', 'sha256', '-s', 'ecdsa', '-d', '-f', 'plain', '-o', 'signature', 'digest')
  const signature = rawFromDer(read('signature'))
  if (!signature || !verifySignature(publicJwk, bytes, signature))
    throw new WindfallError('config.invalid', 'The TPM gave a signature that does not fit its own key. Restart this machine and try again.')
  return signature
}

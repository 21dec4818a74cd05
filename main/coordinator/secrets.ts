import { hkdfSync, randomBytes } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { loadWallet } from '../chain/wallet.ts'
import { loadPrivateFile } from '../kernel/key-file.ts'
import { createSigner, generateKeyPem } from '../kernel/signing.ts'
import type { CoordinatorConfig } from './config.ts'
import { generateApiKey } from './registry/api-keys.ts'

export type Secrets = ReturnType<typeof openSecrets>

/** The files of {@link openSecrets}: whoever has them is this coordinator. */
export const SECRET_FILES = ['hot-wallet.pem', 'receipt-key.pem', 'log-key.pem', 'api-key'] as const

/** Every secret in a file of its own, made on first use. All coordinators of one database have the same ones. */
export function openSecrets({ dataDirectory, secretsDirectory }: Pick<CoordinatorConfig, 'dataDirectory' | 'secretsDirectory'>) {
  const directory = secretsDirectory ?? dataDirectory
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  const pemOf = (name: string) => loadPrivateFile(join(directory, name), generateKeyPem)
  const logKey = pemOf('log-key.pem')
  return {
    wallet: loadWallet(join(directory, 'hot-wallet.pem')),
    receiptSigner: createSigner(pemOf('receipt-key.pem')),
    logSigner: createSigner(logKey),
    apiKey: loadPrivateFile(join(directory, 'api-key'), () => generateApiKey(randomBytes)),
    /** By which a coordinator knows an enrolment challenge of its own, or of another one with the same keys. */
    challengeKey: new Uint8Array(hkdfSync('sha256', logKey, '', 'windfall-enrolment-challenge-v1', 32)),
    /** Under which secrets of webhooks lie in the database: whoever has that alone cannot sign in our name. */
    webhookKey: new Uint8Array(hkdfSync('sha256', logKey, '', 'windfall-webhook-secret-v1', 32)),
  }
}

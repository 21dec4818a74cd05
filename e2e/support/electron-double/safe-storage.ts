import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { app, isReady } from './app.ts'
import { strict } from './strict.ts'

type Backend = 'basic_text' | 'gnome_libsecret' | 'unknown'
interface Decrypted {
  readonly result: string
  readonly shouldReEncrypt: boolean
}

/** The keyring of the session: it outlives the application, and is none of its files. */
const KEYRING = process.env['ELECTRON_DOUBLE_KEYRING'] ?? ''
const NONCE_BYTES = 12
const TAG_BYTES = 16

function keyringKey(): Buffer {
  if (!isReady()) throw new Error('safeStorage cannot be used before app is ready')
  if (!existsSync(KEYRING)) writeFileSync(KEYRING, randomBytes(32), { mode: 0o600 })
  return readFileSync(KEYRING)
}

/** Chromium's own switch for a session without a keyring. */
const backend = (): Backend => {
  if (!isReady()) return 'unknown'
  return process.argv.includes('--password-store=basic') ? 'basic_text' : 'gnome_libsecret'
}

/** AES-256-GCM under the keyring's key: whoever reads the files alone learns nothing. */
async function encryptStringAsync(plainText: string): Promise<Buffer> {
  const nonce = randomBytes(NONCE_BYTES)
  const cipher = createCipheriv('aes-256-gcm', keyringKey(), nonce)
  const body = Buffer.concat([cipher.update(plainText, 'utf8'), cipher.final()])
  return Buffer.concat([nonce, body, cipher.getAuthTag()])
}

async function decryptStringAsync(encrypted: Buffer): Promise<Decrypted> {
  const decipher = createDecipheriv('aes-256-gcm', keyringKey(), encrypted.subarray(0, NONCE_BYTES))
  decipher.setAuthTag(encrypted.subarray(-TAG_BYTES))
  const body = Buffer.concat([decipher.update(encrypted.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()])
  return { result: body.toString('utf8'), shouldReEncrypt: false }
}

export const safeStorage = strict('safeStorage', {
  isAsyncEncryptionAvailable: async (): Promise<boolean> => app.whenReady().then(() => true),
  encryptStringAsync,
  decryptStringAsync,
  getSelectedStorageBackend: backend,
})

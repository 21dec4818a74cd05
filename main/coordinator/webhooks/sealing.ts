import { createCipheriv, createDecipheriv } from 'node:crypto'

/** Keeps secrets in a database that are of no use to whoever has only that. */
export interface Sealing {
  readonly seal: (webhookId: string, secret: string) => string
  /** `null` if it was sealed with another key, for another webhook, or has been changed. */
  readonly open: (webhookId: string, sealed: string) => string | null
}

const NONCE_BYTES = 12
const TAG_BYTES = 16

/** AES-256-GCM (NIST SP 800-38D) under a key of the coordinator; what is sealed belongs to one webhook. */
export const createSealing = (key: Uint8Array, random: (bytes: number) => Uint8Array): Sealing => ({
  seal(webhookId, secret) {
    const nonce = random(NONCE_BYTES)
    const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(webhookId))
    return Buffer.concat([nonce, cipher.update(secret, 'utf8'), cipher.final(), cipher.getAuthTag()]).toString('base64')
  },
  open(webhookId, sealed) {
    const bytes = Buffer.from(sealed, 'base64')
    try {
      const cipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES })
      cipher.setAAD(Buffer.from(webhookId)).setAuthTag(bytes.subarray(-TAG_BYTES))
      return Buffer.concat([cipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES)), cipher.final()]).toString('utf8')
    } catch {
      return null
    }
  },
})

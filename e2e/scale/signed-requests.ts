/** Requests of nodes, signed before they are sent: a generator that signs while it measures would measure itself. */
import { randomBytes } from 'node:crypto'
import { signRequest } from '../../main/kernel/http-signature.ts'
import type { Signer } from '../../main/kernel/signing.ts'
import { type Prepared, encodeRequest } from './http-load.ts'

/** A POST of a node as it goes over the line; it may be sent once, within a minute. */
export async function signedPost(base: string, signer: Signer, { path, body = '', headers = {} }: Omit<Prepared, 'method'>): Promise<Buffer> {
  const request = { method: 'POST', url: new URL(path, base), body: Buffer.from(body) } as const
  const signed = await signRequest(signer, request, { now: Date.now(), nonce: randomBytes(16).toString('base64url') })
  return encodeRequest(request.url.host, { method: 'POST', path, body, headers: { ...headers, ...signed } })
}

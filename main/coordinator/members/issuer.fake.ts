/** A provider that says what a test wants it to say, over real HTTP: true and false things about who somebody is. */
import { randomBytes } from 'node:crypto'
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { SignJWT, UnsecuredJWT, calculateJwkThumbprint, exportJWK, exportSPKI, generateKeyPair } from 'jose'
import { type Clock, systemClock } from '../../kernel/clock.ts'

export const CLIENT = { clientId: 'windfall', clientSecret: 'a secret of two' }

const secondsOf = (clock: Pick<Clock, 'now'>): number => Math.floor(clock.now() / 1000)

type Claims = Readonly<Record<string, unknown>>

/** How what the provider says differs from the truth. */
export interface Said {
  readonly claims?: Claims
  /** `none`, or the public key taken for a secret, or a key that is not the provider's. */
  readonly signed?: 'none' | 'hs256' | 'stranger'
  /** Of the answer that the browser carries. */
  readonly iss?: string | null
  readonly error?: string
}

interface Code {
  readonly asked: URLSearchParams
  readonly said: Said
}

const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true })
const stranger = await generateKeyPair('ES256')
const publicJwk = await exportJWK(publicKey)
const kid = await calculateJwkThumbprint(publicJwk)

function sign(claims: Claims, how: Said['signed']): Promise<string> | string {
  if (how === 'none') return new UnsecuredJWT(claims).encode()
  if (how === 'hs256')
    return exportSPKI(publicKey).then((pem) => new SignJWT(claims).setProtectedHeader({ alg: 'HS256', kid }).sign(new TextEncoder().encode(pem)))
  if (how === 'stranger') return new SignJWT(claims).setProtectedHeader({ alg: 'ES256', kid: 'another' }).sign(stranger.privateKey)
  return new SignJWT(claims).setProtectedHeader({ alg: 'ES256', kid }).sign(privateKey)
}

const s256 = async (verifier: string) => Buffer.from(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier))).toString('base64url')

function answer(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

/** Starts it on a free port of this machine. What it says was issued by `clock`, and is good by the real one. */
export async function startFakeIssuer(clock: Pick<Clock, 'now'>) {
  const codes = new Map<string, Code>()
  const asked: string[] = []
  const changes = { metadata: {} as Claims, status: 200 }
  const metadata = () => ({
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    jwks_uri: `${issuer}/jwks`,
    id_token_signing_alg_values_supported: ['ES256', 'HS256', 'none'],
    authorization_response_iss_parameter_supported: true,
    ...changes.metadata,
  })
  const redeem = async (request: IncomingMessage): Promise<object | null> => {
    const form = new URLSearchParams(await text(request))
    const code = codes.get(form.get('code') ?? '')
    codes.delete(form.get('code') ?? '')
    const isClient =
      request.headers.authorization === `Basic ${Buffer.from(`${CLIENT.clientId}:${CLIENT.clientSecret.replaceAll(' ', '+')}`).toString('base64')}`
    const isBegun = (await s256(form.get('code_verifier') ?? '')) === code?.asked.get('code_challenge')
    if (!code || !isClient || !isBegun || form.get('redirect_uri') !== code.asked.get('redirect_uri')) return null
    const claims = {
      iss: issuer,
      aud: CLIENT.clientId,
      sub: 'subject-1',
      iat: secondsOf(clock),
      exp: secondsOf(systemClock) + 300,
      nonce: code.asked.get('nonce'),
      ...code.said.claims,
    }
    return { access_token: 'none', token_type: 'Bearer', id_token: await sign(claims, code.said.signed) }
  }
  const server = createServer((request, response) => {
    const path = request.url ?? ''
    asked.push(path)
    if (changes.status !== 200) return answer(response, changes.status, {})
    if (path === '/.well-known/openid-configuration') return answer(response, 200, metadata())
    if (path === '/jwks') return answer(response, 200, { keys: [{ ...publicJwk, kid, use: 'sig', alg: 'ES256' }] })
    void redeem(request).then((tokens) => (tokens ? answer(response, 200, tokens) : answer(response, 400, { error: 'invalid_grant' })))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    issuer,
    changes,
    /** How often this address was asked for. */
    count: (path: string) => asked.filter((one) => one === path).length,
    /** What the browser comes back with that was sent to `address`. */
    signIn(address: string, said: Said = {}): URLSearchParams {
      const params = new URL(address).searchParams
      const iss = said.iss === undefined ? issuer : said.iss
      const back = { state: params.get('state') ?? '', ...(iss === null ? {} : { iss }) }
      if (said.error !== undefined) return new URLSearchParams({ ...back, error: said.error })
      const code = randomBytes(16).toString('hex')
      codes.set(code, { asked: params, said })
      return new URLSearchParams({ ...back, code })
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
export type FakeIssuer = Awaited<ReturnType<typeof startFakeIssuer>>

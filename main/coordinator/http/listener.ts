import https from 'node:https'
import type { FastifyServerOptions } from 'fastify'
import type { RequestListener, Server, ServerOptions } from 'node:http'
import type { Socket } from 'node:net'
import { WindfallError, toProblem } from '../../../shared/errors.ts'
import type { Clock } from '../../kernel/clock.ts'
import { limitConnections } from './connections.ts'
import type { Limits } from './limits.ts'
import type { ServerTls } from './tls.ts'

export interface ListenerDeps {
  readonly clock: Clock
  readonly limits: Limits
  /** Behind how many proxies of ours this server is: each adds the address that it sees to `X-Forwarded-For`, and what stands before those is anybody's word. */
  readonly trustProxy: boolean | number
  /** `null`: plain HTTP. */
  readonly tls: ServerTls | null
  /** How patient to be, in place of the usual. */
  readonly pace?: Partial<typeof PACE>
}

/** Whoever is slower than this is cut off, milliseconds: an honest caller sends its head at once, and the largest body within two minutes. */
const PACE = { headersTimeout: 15_000, requestTimeout: 120_000, keepAliveTimeout: 72_000, connectionsCheckingInterval: 5_000, maxHeaderSize: 16_384 }
/** A missing Host is refused with the other mistakes of a head, in the form of all refusals. */
const STRICT = { requireHostHeader: false, insecureHTTPParser: false }
/** How long a connection may stand still in the middle of an answer. */
const STILL_MS = 120_000
const HANDSHAKE_MS = 10_000

/** Of the framework, what concerns connections. */
export function listenerOptions({ trustProxy, tls, pace }: ListenerDeps) {
  const http = { ...PACE, ...STRICT, ...pace }
  return {
    requestTimeout: http.requestTimeout,
    keepAliveTimeout: http.keepAliveTimeout,
    connectionTimeout: STILL_MS,
    forceCloseConnections: true,
    trustProxy: (_address: string, hop: number) => hop < Number(trustProxy),
    clientErrorHandler: answerGarbage,
    ...(tls ? { serverFactory: (answer: RequestListener): Server => openTls(answer, { ...http, ...tls.options }) } : { http }),
  } satisfies FastifyServerOptions & { http?: ServerOptions }
}

function openTls(answer: RequestListener, options: https.ServerOptions): Server {
  const server = https.createServer({ ...options, handshakeTimeout: HANDSHAKE_MS }, answer)
  server.setTimeout(STILL_MS)
  return server
}

/** Keeps the number of connections within the limits. */
export const openListener = (server: Server, { clock, limits, trustProxy }: ListenerDeps): void =>
  limitConnections(server, { clock, limits, isProxied: Number(trustProxy) > 0 })

/** Never final: whoever hands in a proof over a bad line has to keep it. */
function problemOf(code: unknown): WindfallError | null {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return new WindfallError('request.garbled', 'The request was not sent in time.')
  if (typeof code !== 'string' || !code.startsWith('HPE_')) return null
  return new WindfallError(
    'request.garbled',
    code === 'HPE_HEADER_OVERFLOW'
      ? 'The headers are larger than those of any caller of ours.'
      : 'This is no HTTP request that can be understood in one way only.',
  )
}

/** What cannot be read as a request is answered if nothing else was said on its connection, and then cut off. */
function answerGarbage({ code }: Error & { readonly code?: unknown }, socket: Socket): void {
  const error = problemOf(code)
  if (!error || !socket.writable || socket.bytesWritten > 0) return void socket.destroy()
  const problem = toProblem(error)
  const body = JSON.stringify(problem)
  const head = [
    `HTTP/1.1 ${problem.status} Bad Request`,
    'Content-Type: application/problem+json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
  ]
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy())
}

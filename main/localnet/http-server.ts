import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http'
import type { Chaos } from './chaos.ts'
import { toJson } from './rpc.ts'
import { RPC } from './rpc-error.ts'

const MAX_BODY_BYTES = 1_048_576
const HOST = '127.0.0.1'
const PORT_TRIES = 20

type Answer = (body: unknown) => Promise<unknown>

async function readBody(request: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > MAX_BODY_BYTES) return null
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

/** A web page must not reach the node through a name that resolves to this machine. */
export const isLocal = ({ headers }: IncomingMessage): boolean =>
  /^(?:127\.0\.0\.1|localhost)(?::\d+)?$/.test(headers.host ?? '') && headers.origin === undefined

function end(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json', ...(status === 429 ? { 'retry-after': '1' } : {}) }).end(toJson(body))
}

const parseError = { jsonrpc: '2.0', id: null, error: { code: RPC.parse, message: 'Parse error' } }

async function serve(request: IncomingMessage, response: ServerResponse, { answer, chaos }: { answer: Answer; chaos: Chaos }): Promise<void> {
  if (!isLocal(request)) return end(response, 403, { error: 'only programs on this machine may use the local chain' })
  if (request.method !== 'POST') return end(response, 405, { error: 'use POST' })
  const text = await readBody(request)
  if (text === null) return end(response, 413, { error: 'the request is too large' })
  let body: unknown
  try {
    body = JSON.parse(text)
  } catch {
    return end(response, 400, parseError)
  }
  return chaos.http429?.(body) ? end(response, 429, { error: 'too many requests' }) : end(response, 200, await answer(body))
}

/** The JSON-RPC endpoint, not yet listening. */
export const createRpcServer = (answer: Answer, chaos: Chaos): Server =>
  createServer((request, response) => {
    serve(request, response, { answer, chaos }).catch(() => response.destroy())
  })

const listen = (server: Server, port: number): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, HOST, () => {
      server.off('error', reject)
      const address = server.address()
      resolve(typeof address === 'object' && address !== null ? address.port : port)
    })
  })

export const closeServer = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.closeAllConnections()
    server.close(() => resolve())
  })

/** Listens on `port` and on the port after it, where web3.js looks for subscriptions. Port 0 finds a free pair. */
export async function listenOnPair(http: Server, sockets: Server, port: number): Promise<number> {
  for (let tries = 1; ; tries++) {
    try {
      const chosen = await listen(http, port)
      await listen(sockets, chosen + 1)
      return chosen
    } catch (error) {
      await closeServer(http)
      if (port !== 0 || tries === PORT_TRIES) throw error
    }
  }
}

import { type IncomingMessage, type Server as HttpServer, type ServerResponse, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { WebSocketServer } from 'ws'
import { RPC_PATH, RPC_PROTOCOL } from '../../../shared/contract/bridge.ts'
import type { Server } from '../../../shared/contract/define.ts'
import { PROBLEMS_PATH, WindfallError, messageOf, toProblem } from '../../../shared/errors.ts'
import type { Logger } from '../../kernel/log.ts'
import { PROBLEMS_HEADERS, problemsPage } from '../../kernel/problems-page.ts'
import { API_PREFIX, MAX_MESSAGE_BYTES, answerApiCall, sendJson, sendProblem } from './api-call.ts'
import { hostsOf, requireHost, requireOrigin, requireToken, subprotocolToken } from './gate.ts'
import { send, serveSocket } from './rpc-socket.ts'
import { readStatic } from '../../kernel/static-files.ts'

/** News for every connected window. `subscribe` returns the function that ends the subscription. */
export interface EventSource {
  readonly subscribe: (listener: (event: string, payload: unknown) => void) => () => void
}

export interface AgentHttp {
  /** 0 picks a free port. */
  readonly port: number
  /** See `createToken`. */
  readonly token: string
  readonly server: Server<undefined>
  readonly events: EventSource
  /** The built window, `dist/renderer`. */
  readonly staticDirectory: string
  readonly log: Pick<Logger, 'info' | 'warn' | 'error'>
}

interface Context extends AgentHttp {
  readonly hosts: readonly string[]
}

const MAX_CONNECTIONS = 64

/**
 * The agent's server for windows and the command line, on IPv4 loopback only: the built window at `/`, calls at `POST /api/<call>`,
 * calls and events at the WebSocket `/rpc`. Resolves once it listens; `closed` settles after `signal` aborted and everything is released.
 * `url` has no trailing slash; a browser opens `${url}/#token=${token}`. Error: `unavailable` when the port is taken.
 */
export async function serveAgentHttp(options: AgentHttp, signal: AbortSignal): Promise<{ readonly url: string; readonly closed: Promise<void> }> {
  const http = createServer({ headersTimeout: 5_000, requestTimeout: 10_000, maxHeaderSize: 8_192 })
  http.maxConnections = MAX_CONNECTIONS
  const port = await listen(http, options.port)
  const context = { ...options, hosts: hostsOf(port) }
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_MESSAGE_BYTES, perMessageDeflate: false, handleProtocols: () => RPC_PROTOCOL })
  sockets.on('connection', (socket) => serveSocket(socket, options.server, options.log))
  http.on('request', (request, response) => void handle(request, response, context))
  http.on('upgrade', (request, socket, head) =>
    upgrade(request, socket, context, () => sockets.handleUpgrade(request, socket, head, (ws) => sockets.emit('connection', ws))),
  )
  const unsubscribe = options.events.subscribe((event, payload) => broadcast(sockets, JSON.stringify({ event, payload })))
  return { url: `http://127.0.0.1:${port}`, closed: closing(signal, http, () => release(sockets, unsubscribe)) }
}

async function handle(request: IncomingMessage, response: ServerResponse, context: Context): Promise<void> {
  try {
    requireHost(request.headers, context.hosts)
    // The raw path, because URL parsing would resolve `..` before the static files can refuse it.
    const path = (request.url ?? '/').replace(/[?#].*$/s, '')
    if (path.startsWith(API_PREFIX)) sendJson(response, await answerApiCall(request, path.slice(API_PREFIX.length), context))
    else if (path === PROBLEMS_PATH) response.writeHead(200, PROBLEMS_HEADERS).end(problemsPage())
    else await sendStatic(request, response, { path, directory: context.staticDirectory })
  } catch (error) {
    if (!(error instanceof WindfallError)) context.log.error({ reason: messageOf(error) }, 'a request failed')
    response.setHeader('connection', 'close')
    sendProblem(response, toProblem(error))
  }
}

async function sendStatic(request: IncomingMessage, response: ServerResponse, { path, directory }: { path: string; directory: string }): Promise<void> {
  const file = request.method === 'GET' || request.method === 'HEAD' ? await readStatic(directory, path) : null
  if (file === null) throw new WindfallError('not-found', 'There is nothing at this address.')
  response.writeHead(200, file.headers).end(file.body)
}

function upgrade(request: IncomingMessage, socket: Duplex, context: Context, accept: () => void): void {
  socket.on('error', () => socket.destroy())
  try {
    requireHost(request.headers, context.hosts)
    requireOrigin(request.headers, 'required')
    if (request.url !== RPC_PATH) throw new WindfallError('not-found', 'There is nothing at this address.')
    requireToken(subprotocolToken(request.headers), context.token)
    accept()
  } catch (error) {
    const { status, code } = toProblem(error)
    context.log.warn({ code }, 'a window connection was refused')
    // Without this, a client that never closes its side keeps one of our few connections for good.
    socket.end(`HTTP/1.1 ${status} Refused\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`, () => socket.destroy())
  }
}

function broadcast(sockets: WebSocketServer, text: string): void {
  for (const socket of sockets.clients) send(socket, text)
}

function release(sockets: WebSocketServer, unsubscribe: () => void): void {
  unsubscribe()
  for (const socket of sockets.clients) socket.terminate()
  sockets.close()
}

function listen(http: HttpServer, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    http.once('error', (error) =>
      reject(new WindfallError('unavailable', `The window's port ${port} cannot be opened: ${error.message}. Choose another one.`, { cause: error })),
    )
    http.listen(port, '127.0.0.1', () => resolve((http.address() as AddressInfo).port))
  })
}

function closing(signal: AbortSignal, http: HttpServer, release: () => void): Promise<void> {
  return new Promise((resolve) => {
    const close = () => {
      release()
      http.close(() => resolve())
      http.closeAllConnections()
    }
    if (signal.aborted) close()
    else signal.addEventListener('abort', close, { once: true })
  })
}

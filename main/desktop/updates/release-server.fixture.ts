import { type IncomingMessage, type ServerResponse, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

type Handler = (request: IncomingMessage, response: ServerResponse) => void

export interface ReleaseServer {
  readonly address: string
  /** What was asked for: path, and range where one was. */
  readonly asked: readonly string[]
  /** What a path answers from now on: bytes, served as a good server does, or whatever a handler does. */
  readonly serve: (path: string, content: Uint8Array | Handler) => void
  readonly close: () => Promise<void>
}

/** A good server: whole files, and the rest of them where a client has the beginning. */
function serveBytes(bytes: Uint8Array): Handler {
  return (request, response) => {
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0)
    const headers = { 'content-length': bytes.length - from, ...(from > 0 ? { 'content-range': `bytes ${from}-${bytes.length - 1}/${bytes.length}` } : {}) }
    response.writeHead(from > 0 ? 206 : 200, headers).end(bytes.subarray(from))
  }
}

/** A real HTTP server on this machine, good or bad as a test has it. */
export async function startReleaseServer(): Promise<ReleaseServer> {
  const handlers = new Map<string, Handler>()
  const asked: string[] = []
  const server = createServer((request, response) => {
    asked.push([request.url, request.headers.range].filter((part) => part !== undefined).join(' '))
    response.on('error', () => undefined)
    const handler = handlers.get(request.url ?? '')
    if (handler) handler(request, response)
    else response.writeHead(404).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    asked,
    serve: (path, content) => void handlers.set(path, content instanceof Uint8Array ? serveBytes(content) : content),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

import { randomBytes } from 'node:crypto'
import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type WebSocket, WebSocketServer } from 'ws'
import type { SocketToAgent } from '../../../shared/contract/agent-socket.ts'
import { coordinatorContract } from '../../../shared/contract/coordinator.ts'
import type { Call } from '../../../shared/contract/define.ts'
import { WindfallError, toProblem } from '../../../shared/errors.ts'
import type { FakeCoordinator } from './coordinator.fake.ts'

/** One request of an agent, as far as it was understood. */
export interface Asked {
  readonly name: string
  readonly request: IncomingMessage
  readonly response: ServerResponse
}

/**
 * Puts a fake coordinator behind real HTTP on the loopback interface. `before` may answer a request itself, and then returns true;
 * `spoil` gets the answer and may send another one, and then returns true.
 */
export async function serveFakeCoordinator(
  { transport }: Pick<FakeCoordinator, 'transport'>,
  {
    before = () => false,
    spoil = () => false,
  }: { before?: (asked: Asked) => boolean | Promise<boolean>; spoil?: (asked: Asked, answer: unknown) => boolean } = {},
): Promise<AsyncDisposable & { readonly url: string; readonly server: Server }> {
  const server = createServer(async (request, response) => {
    const found = await readCall(request)
    const asked = { name: found?.name ?? '', request, response }
    if (await before(asked)) return
    try {
      if (!found) throw new WindfallError('not-found', `There is nothing at ${request.method} ${request.url}.`)
      const answer = await transport.invoke(found.name, found.input)
      if (!spoil(asked, answer)) response.end(JSON.stringify(answer))
    } catch (error) {
      const problem = toProblem(error)
      response.writeHead(problem.status, { 'content-type': 'application/problem+json' }).end(JSON.stringify(problem))
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    server,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

const PING_MS = 25_000
const say = (socket: WebSocket, frame: SocketToAgent): void => socket.send(JSON.stringify(frame))

/** Takes agents' sockets over, whoever they are, and pings them as the coordinator's hub does. */
export function takeSockets(server: Server): Disposable {
  const sockets = new WebSocketServer({ server })
  sockets.on('connection', (socket) => {
    say(socket, { type: 'challenge', nonce: randomBytes(32).toString('base64') })
    socket.once('message', () => say(socket, { type: 'welcome', lastEvent: 0 }))
  })
  const pings = setInterval(() => {
    for (const socket of sockets.clients) socket.ping()
  }, PING_MS)
  return {
    [Symbol.dispose]() {
      clearInterval(pings)
      sockets.close()
    },
  }
}

async function readCall(request: IncomingMessage): Promise<{ readonly name: string; readonly input: Record<string, unknown> } | null> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost')
  for (const [name, { http }] of Object.entries(coordinatorContract as Readonly<Record<string, Call>>)) {
    const parts = http?.method === request.method && new RegExp(`^${http?.path.replaceAll(/\{(\w+)\}/g, '(?<$1>[^/]+)')}$`).exec(pathname)
    if (!parts) continue
    const sent = chunks.length > 0 ? (JSON.parse(Buffer.concat(chunks).toString()) as object) : numbers(Object.fromEntries(searchParams))
    return { name, input: { ...sent, ...parts.groups } }
  }
  return null
}

const numbers = (query: Record<string, string>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(query).map(([key, value]) => [key, /^\d+$/.test(value) ? Number(value) : value]))

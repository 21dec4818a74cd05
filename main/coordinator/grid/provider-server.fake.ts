import { type IncomingHttpHeaders, type IncomingMessage, type ServerResponse, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What goes wrong with any provider. A provider's own faults are answers of its own fake. */
export const COMMON_FAULTS = [
  'server-error',
  'too-many',
  'too-many-html',
  'truncated',
  'not-json',
  'not-utf8',
  'wrong-shape',
  'oversize',
  'hang',
  'redirect-away',
] as const
export type CommonFault = (typeof COMMON_FAULTS)[number]

export interface ProviderRequest {
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: IncomingHttpHeaders
}

export interface ProviderReply {
  readonly status?: number
  /** Text and bytes go out as they are, everything else as JSON. */
  readonly body: unknown
  readonly headers?: Readonly<Record<string, string>>
}

export interface ProviderServer extends AsyncDisposable {
  readonly url: string
  /** Paths with their queries, in order. */
  readonly requests: string[]
  /** From now on every answer is this fault; `null` plays the documented answers again. */
  readonly play: (fault: CommonFault | null) => void
  /** Resolves when a request has arrived that will never be answered. */
  readonly hanging: () => Promise<void>
}

const send = (response: ServerResponse, { status = 200, body, headers }: ProviderReply): void => {
  const raw = typeof body === 'string' || body instanceof Uint8Array
  response.writeHead(status, { 'content-type': raw ? 'text/plain' : 'application/json', ...headers }).end(raw ? body : JSON.stringify(body))
}

const asText = (body: unknown): string => (typeof body === 'string' ? body : JSON.stringify(body))

function faulty(fault: Exclude<CommonFault, 'hang'>, { body }: ProviderReply): ProviderReply {
  const replies: Record<typeof fault, () => ProviderReply> = {
    'server-error': () => ({ status: 500, body: { error: 'There was a problem' } }),
    'too-many': () => ({ status: 429, body: { error: 'slow down' }, headers: { 'retry-after': '1200' } }),
    'too-many-html': () => ({ status: 429, body: '<html><body>Too many requests</body></html>' }),
    truncated: () => ({ body: asText(body).slice(0, asText(body).length / 2) }),
    'not-json': () => ({ body: '<html><body>Maintenance</body></html>' }),
    'not-utf8': () => ({ body: new Uint8Array([0x7b, 0xff, 0xfe, 0x7d]) }),
    'wrong-shape': () => ({ body: { data: [{ from: 'yesterday', intensity: 'high' }] } }),
    oversize: () => ({ body: `{"data":[],"padding":"${'x'.repeat(9_000_000)}"}` }),
    'redirect-away': () => ({ status: 302, body: '', headers: { location: 'http://elsewhere.example/' } }),
  }
  return replies[fault]()
}

/** A server on loopback that plays one provider: `answer` gives what is documented, `play` puts a fault in its place. */
export async function startProviderServer(answer: (request: ProviderRequest) => ProviderReply): Promise<ProviderServer> {
  const requests: string[] = []
  let playing: CommonFault | null = null
  const hung = Promise.withResolvers<void>()
  const reply = (request: IncomingMessage, response: ServerResponse): void => {
    const { pathname, search, searchParams } = new URL(request.url ?? '/', 'http://127.0.0.1')
    requests.push(`${pathname}${search}`)
    if (playing === 'hang') return hung.resolve()
    const documented = answer({ path: pathname, query: searchParams, headers: request.headers })
    send(response, playing ? faulty(playing, documented) : documented)
  }
  const server = createServer(reply)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    play: (fault) => (playing = fault),
    hanging: () => hung.promise,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

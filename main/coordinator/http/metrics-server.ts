import { type IncomingMessage, type ServerResponse, createServer } from 'node:http'
import { once } from 'node:events'
import { WindfallError, messageOf } from '../../../shared/errors.ts'
import { type Run, aborted } from '../../kernel/lifecycle.ts'
import type { ProbeDeps } from './probe-routes.ts'

interface Answer {
  readonly status: number
  readonly type: string
  readonly text: string
}

const JSON_TYPE = 'application/json; charset=utf-8'
const said = (status: number, word: string): Answer => ({ status, type: JSON_TYPE, text: JSON.stringify({ status: word }) })

async function answerTo({ method, url = '' }: IncomingMessage, { readiness, metrics }: ProbeDeps): Promise<Answer> {
  if (method !== 'GET') return said(405, 'only GET is answered here')
  const [path] = url.split('?')
  if (path === '/healthz') return said(200, 'alive')
  if (path === '/readyz') return (await readiness()).isReady ? said(200, 'ready') : said(503, 'not-ready')
  if (path === '/metrics') return { status: 200, type: metrics.contentType, text: await metrics.text() }
  return said(404, 'there is only /metrics, /healthz and /readyz')
}

async function answer(request: IncomingMessage, response: ServerResponse, deps: ProbeDeps): Promise<void> {
  const { status, type, text } = await answerTo(request, deps).catch(() => said(500, 'something went wrong on our side'))
  response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' }).end(text)
}

/**
 * Metrics and probes at an address of their own, for whoever can reach it and without a key: loopback, or a network of the operator's. Returns where it
 * listens and what ends it. Error: `config.invalid` if the address cannot be had.
 */
export async function openMetricsServer(
  at: { readonly host: string; readonly port: number },
  deps: ProbeDeps,
): Promise<{ readonly port: number; readonly run: Run }> {
  const server = createServer(
    { headersTimeout: 5_000, requestTimeout: 5_000, maxHeaderSize: 8_192 },
    (request, response) => void answer(request, response, deps),
  )
  server.maxConnections = 64
  server.listen(at.port, at.host)
  await once(server, 'listening').catch((error: unknown) => {
    throw new WindfallError(
      'config.invalid',
      `Metrics cannot be offered at ${at.host}:${at.port} (${messageOf(error)}). Choose another WINDFALL_METRICS_PORT.`,
      {
        cause: error,
      },
    )
  })
  const address = server.address()
  return {
    port: typeof address === 'object' && address !== null ? address.port : at.port,
    async run(signal) {
      await aborted(signal)
      server.close()
      server.closeAllConnections()
    },
  }
}

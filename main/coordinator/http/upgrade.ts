import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'

const PATH = '/v1/agents/socket'

/** Why an upgrade is refused, or `null`. Agents send no Origin; a browser always does, and no web page has any business here. */
export function refusalOf(
  { url, headers }: IncomingMessage,
  { accepts, full }: { accepts: (authority: string | undefined) => boolean; full: boolean },
): string | null {
  if (url?.split('?')[0] !== PATH) return '404 Not Found'
  if (headers.origin !== undefined || !accepts(headers.host)) return '403 Forbidden'
  return full ? '503 Service Unavailable' : null
}

/** The HTTP server has let go of the connection: nobody else listens for its errors, and nothing else ever ends it. */
export function refuse(stream: Duplex, refusal: string): void {
  stream.on('error', () => stream.destroy())
  stream.end(`HTTP/1.1 ${refusal}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`, () => stream.destroy())
}

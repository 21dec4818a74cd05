import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'

const CODE = /^[A-Za-z0-9_-]{43}$/

/** The code in what somebody has pasted: the code alone, or the address that a browser could not open. */
export function codeIn(text: string): string | null {
  const pasted = text.trim()
  const code = URL.canParse(pasted) ? new URL(pasted).searchParams.get('code') : pasted
  return code !== null && CODE.test(code) ? code : null
}

const PAGE =
  '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Windfall</title></head><body><main><h1>The command line has the code</h1><p>You can close this page and go on there.</p></main></body></html>\n'
const HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  connection: 'close',
}

/**
 * Waits for the code that a page shows: a browser on this machine brings it to the loopback address (RFC 8252 §7.3), and one elsewhere, as over SSH, leaves
 * it to the person to paste. Whoever else brings one helps nobody, since it does not fit what this command line alone knows. `port` is where it listens;
 * `close` lets it listen no more.
 */
export async function awaitCode(input: Readable, onUseless: () => void): Promise<{ port: number; code: Promise<string>; close: () => Promise<void> }> {
  const found = Promise.withResolvers<string>()
  const server = createServer((request, response) => {
    const code = request.method === 'GET' ? codeIn(`http://127.0.0.1${request.url ?? '/'}`) : null
    response.writeHead(code === null ? 404 : 200, HEADERS).end(code === null ? '' : PAGE, () => code !== null && found.resolve(code))
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  const lines = createInterface({ input })
  lines.on('line', (line) => {
    const code = codeIn(line)
    if (code !== null) found.resolve(code)
    else if (line.trim() !== '') onUseless()
  })
  const close = async () => {
    lines.close()
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
  return { port: (server.address() as AddressInfo).port, code: found.promise, close }
}

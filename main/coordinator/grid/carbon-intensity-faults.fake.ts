import type { ServerResponse } from 'node:http'

/** What goes wrong. Messages and shapes as documented by the provider or seen from it. */
export type Fault =
  | 'bad-path'
  | 'bad-date'
  | 'error-array'
  | 'error-with-200'
  | 'server-error'
  | 'too-many'
  | 'too-many-html'
  | 'truncated'
  | 'missing-comma'
  | 'not-utf8'
  | 'wrong-shape'
  | 'oversize'
  | 'hang'
  | 'redirect-away'
  | 'stale'
  | 'empty'
  | 'wrong-region'

const BAD_PATH = 'Please enter a valid path e.g. /intensity/'
const BAD_DATE = "Please enter a valid date in ISO8601 format 'YYYY-MM-DD' e.g. /intensity/date/2017-08-25"

const fault = (code: string, message: string) => ({ error: { code, message } })

type Reply = (response: ServerResponse, documented: string) => void

const json = (response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}): void => {
  response
    .writeHead(status, { 'content-type': 'application/json', 'access-control-allow-origin': '*', ...headers })
    .end(typeof body === 'string' ? body : JSON.stringify(body))
}

const FAULTS: Readonly<Record<Exclude<Fault, 'hang' | 'stale' | 'wrong-region'>, Reply>> = {
  'bad-path': (response) => json(response, 400, fault('400 Bad Request', BAD_PATH)),
  'bad-date': (response) => json(response, 400, fault('400 Bad Request', BAD_DATE)),
  'error-array': (response) => json(response, 400, { error: [{ code: 400, message: BAD_DATE }] }),
  'error-with-200': (response) => json(response, 200, fault('500 Internal Server Error', 'no data')),
  'server-error': (response) => json(response, 500, fault('500 Internal Server Error', 'There was a problem')),
  'too-many': (response) => json(response, 429, fault('429 Too Many Requests', 'slow down'), { 'retry-after': '1200' }),
  'too-many-html': (response) => void response.writeHead(429, { 'content-type': 'text/html' }).end('<html><body>Too many requests</body></html>'),
  truncated: (response, documented) => json(response, 200, documented.slice(0, documented.length / 2)),
  'missing-comma': (response, documented) => json(response, 200, documented.replace('},"generationmix"', '} "generationmix"').replace(',"to"', ' "to"')),
  'not-utf8': (response) => void response.writeHead(200).end(Buffer.from([0x7b, 0xff, 0xfe, 0x7d])),
  'wrong-shape': (response) => json(response, 200, { data: [{ from: 'yesterday', intensity: 'high' }] }),
  oversize: (response) => json(response, 200, `{"data":[],"padding":"${'x'.repeat(9_000_000)}"}`),
  'redirect-away': (response) => void response.writeHead(302, { location: 'http://elsewhere.example/' }).end(),
  empty: (response) => json(response, 200, { data: [] }),
}

/** Sends the documented answer, or what is being played instead of it. `null` is a path the API does not know, `'date'` a time it cannot read. */
export function respond(response: ServerResponse, documented: unknown, playing: Fault | null): void {
  if (playing && playing !== 'hang' && playing !== 'stale' && playing !== 'wrong-region') return FAULTS[playing](response, JSON.stringify(documented))
  if (documented === null) return json(response, 400, fault('400 Bad Request', BAD_PATH))
  return documented === 'date' ? json(response, 400, fault('400 Bad Request', BAD_DATE)) : json(response, 200, documented)
}

import type { IncomingMessage } from 'node:http'
import { WindfallError } from '../../../shared/errors.ts'

const MAX_TARGET_CHARS = 8_192
/** A caller of ours sends ten, a chain of proxies adds ten more. */
const MAX_HEADERS = 64
/** What may come once only: of two, this server would heed one and a proxy perhaps the other. */
const SINGLE: ReadonlySet<string> = new Set([
  'host',
  'authorization',
  'content-length',
  'content-type',
  'content-digest',
  'signature',
  'signature-input',
  'transfer-encoding',
  'cookie',
  'origin',
])

// No mistake of what is asked: whoever has something to hand in keeps it, and sends it again.
const refused = (what: string): WindfallError => new WindfallError('request.garbled', what)

/** Refuses a head that two readers could understand in two ways, or that is larger than any of a caller of ours. Error: `request.garbled`. */
export function checkHead({ url = '', rawHeaders }: Pick<IncomingMessage, 'url' | 'rawHeaders'>): void {
  if (!url.startsWith('/')) throw refused('A request names what it asks for by its path; its host belongs into the Host header.')
  if (url.length > MAX_TARGET_CHARS) throw refused(`The address is longer than ${MAX_TARGET_CHARS} characters. Send what is long in the body.`)
  if (rawHeaders.length > 2 * MAX_HEADERS) throw refused(`There are more than ${MAX_HEADERS} headers.`)
  const seen = new Set<string>()
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = (rawHeaders[at] ?? '').toLowerCase()
    if (seen.has(name) && SINGLE.has(name)) throw refused(`The header ${name} comes twice. Send it once.`)
    seen.add(name)
  }
  if (!seen.has('host')) throw refused('The Host header is missing.')
}

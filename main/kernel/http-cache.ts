import type { HttpAnswer, HttpRequest } from './http-exchange.ts'

const ENTRIES = 64
const LARGEST_BODY = 1_048_576

interface Entry {
  readonly answer: HttpAnswer
  /** The headers that ask “only if it changed”. */
  readonly validators: Readonly<Record<string, string>>
}

const keyOf = ({ url, headers }: HttpRequest): string => JSON.stringify([url, headers ?? {}])

/** Remembers the answers that can be asked for conditionally; the one longest unchanged is forgotten first. */
export function createAnswerCache() {
  const entries = new Map<string, Entry>()
  return {
    find: (request: HttpRequest): Entry | undefined => entries.get(keyOf(request)),
    keep(request: HttpRequest, answer: HttpAnswer, headers: Headers): void {
      const key = keyOf(request)
      entries.delete(key)
      const etag = headers.get('etag')
      const modified = headers.get('last-modified')
      if (answer.status !== 200 || (etag ?? modified) === null || answer.body.byteLength > LARGEST_BODY) return
      entries.set(key, { answer, validators: { ...(etag !== null && { 'if-none-match': etag }), ...(modified !== null && { 'if-modified-since': modified }) } })
      const oldest = entries.keys().next()
      if (entries.size > ENTRIES && !oldest.done) entries.delete(oldest.value)
    },
  }
}

/** What every grid provider's client does alike: ask, and read an answer that may be anything. */
import { z } from 'zod'
import { WindfallError, messageOf } from '../../../shared/errors.ts'
import type { HttpAnswer, HttpClient } from '../../kernel/http-client.ts'

/** More points than this are not one answer: a month of quarter hours fits. */
export const MAX_SLOTS = 3_000

export interface ProviderApi {
  /** With an article, to begin a sentence. */
  readonly name: string
  readonly baseUrl: string
  readonly http: HttpClient
  /** Sent with every request; may hold a key, which never reaches a message. */
  readonly headers?: Readonly<Record<string, string>>
  /** The provider's own words in the parsed body of an error answer, or `null`. */
  readonly saidIn: (body: unknown) => string | null
  /** The setting that holds the key, for the error that names it; absent where none is needed. */
  readonly keySetting?: string
  /** True where an error answer may be plain text. */
  readonly errorsAsText?: boolean
}

/** What is needed to read an answer. */
type ApiWords = Pick<ProviderApi, 'name' | 'saidIn' | 'keySetting' | 'errorsAsText'>

/** A list that arrives as its only entry where it has one. */
export const oneOrMany = <T extends z.ZodType>(item: T, max = MAX_SLOTS) => z.union([z.array(item).max(max), item.transform((only) => [only])])

/** A path with its parameters, escaped. */
export const withQuery = (path: string, parameters: Readonly<Record<string, string>>): string => `${path}?${new URLSearchParams(parameters).toString()}`

/** Any status is an answer. Errors: `grid.unavailable` without one; rejects with the abort reason if `abort` aborts. */
export async function ask({ http, baseUrl, headers, name }: ProviderApi, path: string, abort: AbortSignal): Promise<HttpAnswer> {
  try {
    return await http.get({ url: `${baseUrl}${path}`, headers: { accept: 'application/json', ...headers }, signal: abort })
  } catch (error) {
    abort.throwIfAborted()
    throw new WindfallError('grid.unavailable', `${name} cannot be reached. ${messageOf(error)}`, { cause: error })
  }
}

/** The body as text. Error: `grid.unavailable` unless it is UTF-8. */
export function textOf({ name }: Pick<ProviderApi, 'name'>, { body }: HttpAnswer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body)
  } catch (error) {
    throw new WindfallError('grid.unavailable', `${name} sent something that is not text. Windfall asks again later.`, { cause: error })
  }
}

function parseJson(api: Pick<ProviderApi, 'name'>, answer: HttpAnswer): unknown {
  const text = textOf(api, answer)
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new WindfallError('grid.unavailable', `${api.name} sent something that is not JSON. Windfall asks again later.`, { cause: error })
  }
}

/** What an error answer means. An error page in HTML says nothing we could use. */
export function refusalOf({ name, saidIn, keySetting, errorsAsText }: ApiWords, answer: HttpAnswer): WindfallError {
  const { status } = answer
  const said = safely(() => saidIn(parseJson({ name }, answer))) ?? (errorsAsText ? plainWords({ name }, answer) : null)
  const words = said ? `: ${said.slice(0, 200)}` : '.'
  if ((status === 401 || status === 403) && keySetting)
    return new WindfallError('config.invalid', `${name} refuses the key that Windfall was given (${status})${words} Check ${keySetting}.`)
  return status === 400 || status === 404 || status === 422
    ? new WindfallError('input.invalid', `${name} does not accept the request${words}`)
    : new WindfallError('grid.unavailable', `${name} answered with error ${status}${words}`)
}

/** The checked body of an answer with status 200. Errors as `refusalOf`, and `grid.unavailable` for a body that is not what was documented. */
export function readJson<S extends z.ZodType>(api: ApiWords, schema: S, answer: HttpAnswer): z.output<S> {
  if (answer.status !== 200) throw refusalOf(api, answer)
  const result = schema.safeParse(parseJson(api, answer))
  if (!result.success)
    throw new WindfallError('grid.unavailable', `${api.name} sent an answer of an unknown shape. Windfall may need an update.`, { cause: result.error })
  return result.data
}

function plainWords(api: Pick<ProviderApi, 'name'>, answer: HttpAnswer): string | null {
  const text = safely(() => textOf(api, answer).trim())
  return text && /^[^<{[]/.test(text) ? text.replaceAll(/\s+/g, ' ') : null
}

function safely<T>(read: () => T): T | null {
  try {
    return read()
  } catch {
    return null
  }
}

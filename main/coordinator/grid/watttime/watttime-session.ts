import { WindfallError } from '../../../../shared/errors.ts'
import type { Clock } from '../../../kernel/clock.ts'
import type { HttpAnswer, HttpClient } from '../../../kernel/http-client.ts'
import { type ProviderApi, ask, readJson } from '../provider-answer.ts'
import { LoginBody, saidByWattTime } from './watttime-body.ts'

/** A token lasts half an hour. */
const TOKEN_MS = 29 * 60_000
/** 60 logins in five minutes at most, where 100 are allowed. */
const LOGIN_SPACING_MS = 5_000

interface SessionDeps {
  readonly http: HttpClient
  readonly clock: Pick<Clock, 'monotonic'>
  readonly user: string
  readonly password: string
  readonly baseUrl: string
}

interface Token {
  readonly value: string
  readonly at: number
}

export interface WattTimeSession {
  readonly api: ProviderApi
  /** Any status is an answer; a token that is refused is renewed once. Errors as `ask`, and `config.invalid` for a login that is refused. */
  readonly get: (path: string, abort: AbortSignal) => Promise<HttpAnswer>
}

/** Settles as `promise` does, unless `abort` aborts first. */
function untilAborted<T>(promise: Promise<T>, abort: AbortSignal): Promise<T> {
  abort.throwIfAborted()
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(abort.reason as Error)
    abort.addEventListener('abort', onAbort, { once: true })
    void promise.then(resolve, reject).finally(() => abort.removeEventListener('abort', onAbort))
  })
}

/** Callers at the same time share one run of `work`, which is aborted as soon as none of them waits for it any more. */
function shareRuns<T>(work: (signal: AbortSignal) => Promise<T>): (abort: AbortSignal) => Promise<T> {
  let running: { readonly result: Promise<T>; readonly controller: AbortController; waiting: number } | null = null
  const start = () => {
    const controller = new AbortController()
    return { controller, waiting: 0, result: work(controller.signal) }
  }
  return async (abort) => {
    const run = (running ??= start())
    run.waiting += 1
    try {
      return await untilAborted(run.result, abort)
    } finally {
      run.waiting -= 1
      if (run.waiting === 0) {
        run.controller.abort()
        if (running === run) running = null
      }
    }
  }
}

/** Logs in when it must (https://docs.watttime.org, HTTP Basic for a token of half an hour); callers at the same time share one login. */
export function createWattTimeSession({ http, clock, user, password, baseUrl }: SessionDeps): WattTimeSession {
  const keySetting = 'WINDFALL_WATTTIME_USER and WINDFALL_WATTTIME_PASSWORD'
  const api: ProviderApi = { name: 'WattTime', baseUrl, http, saidIn: saidByWattTime, keySetting }
  const basic = Buffer.from(`${user}:${password}`).toString('base64')
  let known: Token | null = null
  let lastLoginAt = -Infinity

  const logIn = shareRuns(async (abort): Promise<Token> => {
    if (clock.monotonic() - lastLoginAt < LOGIN_SPACING_MS)
      throw new WindfallError('grid.unavailable', 'WattTime was asked to log in a moment ago. Windfall asks again later.')
    lastLoginAt = clock.monotonic()
    const { token } = readJson(api, LoginBody, await ask({ ...api, headers: { authorization: `Basic ${basic}` } }, '/login', abort))
    known = { value: token, at: clock.monotonic() }
    return known
  })

  const currentToken = (abort: AbortSignal): Promise<Token> => (known && clock.monotonic() - known.at < TOKEN_MS ? Promise.resolve(known) : logIn(abort))
  const getWith = (token: Token, path: string, abort: AbortSignal) => ask({ ...api, headers: { authorization: `Bearer ${token.value}` } }, path, abort)

  return {
    api,
    async get(path, abort) {
      const token = await currentToken(abort)
      const answer = await getWith(token, path, abort)
      // A new token that is refused would be refused again.
      if (answer.status !== 401 || clock.monotonic() - token.at < LOGIN_SPACING_MS) return answer
      if (known === token) known = null
      return getWith(await currentToken(abort), path, abort)
    },
  }
}

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { memberCalls } from '../../../shared/contract/member.ts'
import { WindfallError, toProblem } from '../../../shared/errors.ts'
import { isLoopback } from '../../kernel/proxy.ts'
import { clearCookie, readCookie, setCookie } from './cookies.ts'

/** Who comes back from the provider, and with what. */
interface Back {
  readonly query: URLSearchParams
  readonly browser: string | null
  readonly previous: string | null
  readonly label: string | null
}

export interface SignInParts {
  /** Under which address browsers reach this coordinator, `https://host[:port]`. Error: `config.invalid` if nobody has said. */
  readonly origin: () => string
  /** Errors: `input.invalid`, `unavailable`. */
  readonly begin: (query: URLSearchParams) => Promise<{ readonly address: string; readonly browser: string; readonly seconds: number }>
  /** Errors: `auth.refused`, `unavailable`. */
  readonly finish: (
    back: Back,
  ) => Promise<
    | { readonly kind: 'page'; readonly path: string; readonly token: string; readonly seconds: number }
    | { readonly kind: 'cli'; readonly code: string; readonly port: number | null; readonly label: string | null }
  >
}

const SIGN_OUT = memberCalls.signOut.http?.path

/** Nothing runs in these pages, nobody shows them in a frame, and their address, which holds the provider's code, is told to nobody. */
const HEADERS = {
  'content-security-policy': "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
} as const

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;').replaceAll("'", '&#39;')

/** `lines` are HTML. */
const page = (title: string, lines: readonly string[]): string => `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="robots" content="noindex" />
    <title>${escaped(title)} – Windfall</title>
    <link rel="stylesheet" href="/link/page.css" />
  </head>
  <body>
    <main>
      <h1>${escaped(title)}</h1>
${lines.map((line) => `      ${line}`).join('\n')}
    </main>
  </body>
</html>
`

const paragraph = (text: string): string => `<p>${escaped(text)}</p>`

const send = (reply: FastifyReply, html: string) => reply.headers(HEADERS).type('text/html; charset=utf-8').send(html)

function sendProblem(reply: FastifyReply, error: unknown) {
  const { status, detail } = toProblem(error)
  const again = status === 404 ? [] : ['<p><a href="/auth/sign-in">Sign in again</a></p>']
  return send(reply.code(status), page('You are not signed in', [`<p role="alert">${escaped(detail)}</p>`, ...again]))
}

/** For the command line that waits, here or on another machine; it is given the code by the person, who alone knows that they asked for it. */
function handOver({ code, port, label }: { readonly code: string; readonly port: number | null; readonly label: string | null }): string {
  const where = label === null ? 'a command line' : `the command line on ${label}`
  return page('Sign in a command line', [
    paragraph(`Only if you have just typed “windfall login” yourself: this lets ${where} act as you. Nobody else ever needs this code.`),
    ...(port === null ? [] : [`<p><a rel="noreferrer" href="http://127.0.0.1:${port}/?code=${code}">Sign in the command line on this computer</a></p>`]),
    paragraph(port === null ? 'Give it this code within five minutes:' : 'Or, if it runs on another machine, give it this code within five minutes:'),
    `<p class="code"><strong>${escaped(code)}</strong></p>`,
  ])
}

const queryOf = ({ raw: { url = '' } }: FastifyRequest): URLSearchParams => new URLSearchParams(url.includes('?') ? url.slice(url.indexOf('?') + 1) : '')

/** What a browser says of itself, to tell one's sessions apart. */
const labelOf = ({ headers }: FastifyRequest): string | null =>
  headers['user-agent']
    ?.replaceAll(/[^\x20-\x7e]/g, ' ')
    .trim()
    .slice(0, 120) || null

/** Cookies of `localhost` are not those of `127.0.0.1`, so a sign-in begins under the name that it comes back to. */
function isOtherName(origin: string, { headers: { host } }: FastifyRequest): boolean {
  const own = new URL(origin)
  return isLoopback(own.hostname) && host !== own.host
}

function arrived(reply: FastifyReply, origin: string, found: Awaited<ReturnType<SignInParts['finish']>>) {
  const forget = clearCookie(origin, 'windfall-sign-in')
  if (found.kind === 'cli') return send(reply.header('set-cookie', forget), handOver(found))
  const session = setCookie(origin, { name: 'windfall-session', value: found.token, seconds: found.seconds })
  return reply.headers(HEADERS).header('set-cookie', [forget, session]).redirect(found.path, 303)
}

const PATHS = { begin: '/auth/sign-in', back: '/auth/callback', done: '/auth/signed-in' } as const

type Answer = (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>

const nobody = async (): Promise<never> => {
  throw new WindfallError('not-found', 'Nobody signs in to this coordinator: it has no provider. Its operator sets oidcIssuer (WINDFALL_OIDC_ISSUER).')
}

/** The way of a browser to its provider and back (OpenID Connect Core §3.1), and what it is shown where that fails. */
export function bindSignInPages(app: FastifyInstance, parts: SignInParts | null): void {
  const answer = (path: string, run: Answer, onFailure = (_reply: FastifyReply): unknown => undefined) =>
    app.get(path, { config: { access: 'public' } }, async (request, reply) => {
      try {
        return await run(request, reply)
      } catch (error) {
        // What is no answer of ours is for the log.
        if (!(error instanceof WindfallError)) throw error
        onFailure(reply)
        return sendProblem(reply, error)
      }
    })
  if (!parts) return void Object.values(PATHS).map((path) => answer(path, nobody))
  const { origin, begin, finish } = parts
  app.addHook('onSend', async (request, reply) => {
    if (request.routeOptions.url === SIGN_OUT && reply.statusCode === 200) reply.header('set-cookie', clearCookie(origin(), 'windfall-session'))
  })
  answer(PATHS.begin, async (request, reply) => {
    const query = queryOf(request)
    if (isOtherName(origin(), request)) return reply.headers(HEADERS).redirect(`${origin()}/auth/sign-in?${query.toString()}`, 302)
    const { address, browser, seconds } = await begin(query)
    return reply
      .headers(HEADERS)
      .header('set-cookie', setCookie(origin(), { name: 'windfall-sign-in', value: browser, seconds }))
      .redirect(address, 302)
  })
  answer(
    PATHS.back,
    async (request, reply) => {
      const kept = (name: 'windfall-session' | 'windfall-sign-in') => readCookie(request.headers, origin(), name)
      const back = { query: queryOf(request), browser: kept('windfall-sign-in'), previous: kept('windfall-session'), label: labelOf(request) }
      return arrived(reply, origin(), await finish(back))
    },
    (reply) => reply.header('set-cookie', clearCookie(origin(), 'windfall-sign-in')),
  )
  answer(PATHS.done, async (_request, reply) => send(reply, page('You are signed in', [paragraph('You can close this page.')])))
}

import { z } from 'zod'
import { WindfallError } from '../../../shared/errors.ts'

/** Where somebody goes who has signed in: to a page of this coordinator, or back to a command line that waits. */
export const Aim = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('page'), path: z.string() }),
  z.strictObject({
    kind: z.literal('cli'),
    /** SHA-256 of what only the command line knows (RFC 7636), base64url. */
    challenge: z.string().regex(/^[A-Za-z0-9_-]{43}$/),
    /** Where it listens on the machine that it runs on (RFC 8252 §7.3); `null`: nowhere. */
    port: z.number().int().min(1_024).max(65_535).nullable(),
    label: z
      .string()
      .regex(/^[A-Za-z0-9._-]{1,64}$/)
      .nullable(),
  }),
])
export type Aim = z.infer<typeof Aim>

/** The page that says that it worked. */
const SIGNED_IN_PAGE = '/auth/signed-in'

const HERE = 'https://here.invalid'

/** A path of this coordinator and nothing that a browser would take for an address elsewhere. Error: `input.invalid`. */
function pathOf(text: string): string {
  const isPath = /^\/(?!\/)[\w\-./~%?&=:,+]{0,500}$/.test(text)
  const { origin, pathname } = new URL(isPath ? text : '//elsewhere.invalid', HERE)
  if (origin !== HERE || pathname.startsWith('/auth/'))
    throw new WindfallError('input.invalid', 'Signing in leads to a page of this coordinator only. Open the address of the page again.')
  return text
}

const only = (query: URLSearchParams, name: string): string | null => {
  const given = query.getAll(name)
  if (given.length > 1) throw new WindfallError('input.invalid', `The address names ${name} twice. Open it again as it was given to you.`)
  return given[0] ?? null
}

/** What the address of the page that begins a sign-in asks for. Error: `input.invalid`. */
export function aimOf(query: URLSearchParams): Aim {
  const challenge = only(query, 'challenge')
  if (challenge === null) {
    const path = only(query, 'return')
    return { kind: 'page', path: path === null ? SIGNED_IN_PAGE : pathOf(path) }
  }
  const port = only(query, 'port')
  const parsed = Aim.safeParse({ kind: 'cli', challenge, port: port === null ? null : Number(port), label: only(query, 'label') })
  if (!parsed.success) throw new WindfallError('input.invalid', 'This is not the address that “windfall login” shows. Copy all of it.')
  return parsed.data
}

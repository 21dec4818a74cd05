import { hash, randomBytes } from 'node:crypto'
import { hostname } from 'node:os'
import type { Command } from 'commander'
import type { WhoAmI } from '../../../shared/contract/member.ts'
import { WindfallError } from '../../../shared/errors.ts'
import { systemClock } from '../../kernel/clock.ts'
import { type CommonOptions, action, createCommand, dataDirectoryOf, namedCoordinator, whereOf } from '../command.ts'
import { awaitCode } from '../hand-over.ts'
import { coordinatorClient, coordinatorUrl, publicClient } from '../instance.ts'
import { memberLines, memberName, roleWord } from '../member-text.ts'
import type { Output } from '../output.ts'
import { forgetSignIn, keepSignIn, readSignIn } from '../sign-in-file.ts'

const HELP = `
Open the address that is shown in a browser, on this machine or on any other: over SSH, copy it to where your browser is. You sign in at your provider, and
the page then hands you over to this command line, or shows a code to paste here. The session lasts for some hours, is kept in the data directory
for this coordinator only, and readable by you only. What you do from then on with --coordinator is done by you, by name and with what your role may do.`

/** As long as the provider and the code may take together. */
const LIMIT_MS = 900_000

/** Error: `unavailable`. */
async function inTime(code: Promise<string>): Promise<string> {
  const done = new AbortController()
  const late = systemClock.sleep(LIMIT_MS, done.signal).then(() => null)
  const found = await Promise.race([code, late]).finally(() => done.abort())
  if (found === null) throw new WindfallError('unavailable', 'Nobody has signed in within 15 minutes. Begin again: windfall login')
  return found
}

const urlOf = (options: CommonOptions): string => coordinatorUrl(dataDirectoryOf(options), namedCoordinator(options))

/** Where somebody signs in for this command line. */
function addressOf(url: string, { port, verifier }: { readonly port: number; readonly verifier: string }): string {
  const address = new URL('/auth/sign-in', url)
  address.searchParams.set('challenge', hash('sha256', verifier, 'base64url'))
  address.searchParams.set('port', String(port))
  const label = hostname()
    .replaceAll(/[^A-Za-z0-9._-]/g, '-')
    .slice(0, 64)
  if (label !== '') address.searchParams.set('label', label)
  return address.href
}

async function signIn(options: CommonOptions, output: Output) {
  const [data, url, verifier] = [dataDirectoryOf(options), urlOf(options), randomBytes(32).toString('base64url')]
  const handOver = await awaitCode(process.stdin, () => output.progress('That is no code. Paste all of what the page shows.'))
  try {
    output.progress(`Open this address and sign in:\n\n  ${addressOf(url, { port: handOver.port, verifier })}\n\nThen follow the page, or paste its code here:`)
    const signedIn = await publicClient(data, url).call('redeemSignIn', { code: await inTime(handOver.code), verifier })
    keepSignIn(data, { url, ...signedIn })
    return { url, ...signedIn }
  } finally {
    await handOver.close()
  }
}

/** `windfall login` */
export const loginCommand = (): Command =>
  action<CommonOptions>(
    createCommand('login', 'sign in to a coordinator as yourself, with a browser', 'sign-in').addHelpText('after', HELP),
    async (options, output) => {
      const { url, expiresAt, member } = await signIn(options, output)
      output.answer({ coordinator: url, expiresAt, member }, () => [`Signed in at ${url} as ${memberName(member)}, ${roleWord(member)}, until ${expiresAt}.`])
    },
  )

/** `windfall logout` */
export const logoutCommand = (): Command =>
  action<CommonOptions>(createCommand('logout', 'end the session that “windfall login” began', 'sign-in'), async (options, output) => {
    const [data, url] = [dataDirectoryOf(options), urlOf(options)]
    const kept = readSignIn(data, url)
    if (!kept) return output.answer({ coordinator: url, signedOut: false }, () => [`Nobody is signed in at ${url} here.`])
    const where = { dataDirectory: data, coordinator: { url, apiKey: kept.token } }
    await coordinatorClient(where)
      .call('signOut', {})
      .catch((error: unknown) => {
        // It has ended there already.
        if (!(error instanceof WindfallError) || error.code !== 'auth.required') throw error
      })
    forgetSignIn(data, url)
    output.answer({ coordinator: url, signedOut: true }, () => [`Signed out at ${url}.`])
  })

function describe({ requesterId, member, session }: WhoAmI): string[] {
  if (member === null || session === null) return [`An API key of the account ${requesterId ?? '–'}.`]
  return [...memberLines(member), `session   until ${session.expiresAt}`]
}

/** `windfall whoami` */
export const whoamiCommand = (): Command =>
  action<CommonOptions>(createCommand('whoami', 'as whom a coordinator knows you', 'coordinator'), async (options, output) => {
    const who = await coordinatorClient(whereOf(options)).call('whoAmI', {})
    output.answer(who, () => describe(who))
  })

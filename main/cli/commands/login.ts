import { hash, randomBytes } from 'node:crypto'
import { hostname } from 'node:os'
import type { Command } from 'commander'
import type { WhoAmI } from '../../../shared/contract/member.ts'
import { WindfallError } from '../../../shared/errors.ts'
import { systemClock } from '../../kernel/clock.ts'
import { type CommonOptions, action, createCommand, dataDirectoryOf, givenKey, namedCoordinator, whereOf } from '../command.ts'
import { awaitCode } from '../hand-over.ts'
import { coordinatorClient, coordinatorUrl, publicClient } from '../instance.ts'
import { memberLines, memberName, roleWord } from '../member-text.ts'
import type { Output } from '../output.ts'
import { pinAtFirstUse } from '../key-pins.ts'
import { readSecretLine } from '../secret-line.ts'
import { forgetSignIn, isKey, keepSignIn, readSignIn } from '../sign-in-file.ts'
import { pinnedKeys } from '../trusted-keys.ts'

const HELP = `
Open the address that is shown in a browser, on this machine or on any other: over SSH, copy it to where your browser is. You sign in at your provider, and
the page then hands you over to this command line, or shows a code to paste here. The session lasts for some hours, is kept in the data directory
for this coordinator only, and readable by you only. What you do from then on with --coordinator is done by you, by name and with what your role may do.

With --with-key it is an API key that is kept so: the one in WINDFALL_API_KEY or in the file that WINDFALL_API_KEY_FILE names, or else the one that you
type, which is not shown, or the first line of standard input. Either way the keys that the coordinator signs receipts with are pinned when they are first
seen, so that receipts are checked against them from then on, and the other commands ask this coordinator where none is named and none runs here.`

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

/** Says which keys hold from now on, if they were not known. */
async function pin(dataDirectory: string, url: string, output: Output): Promise<void> {
  const published = async () => (await pinnedKeys({ coordinatorUrl: url })) ?? []
  const { isNew, keys } = await pinAtFirstUse({ dataDirectory, url, published, now: systemClock.now() })
  if (isNew) output.progress(`Pinned the keys that ${url} signs receipts with: ${keys.join(', ')}`)
}

const KEY = /^wf_[a-z0-9]{8}_[\w-]{43}$/

/** Errors: `auth.required` without a key, `input.invalid` for what is none. */
async function keyFor(options: CommonOptions, output: Output): Promise<string> {
  const given = givenKey(options) ?? (await readSecretLine(process.stdin, () => output.progress('Paste the API key; it is not shown. Then press Enter:')))
  if (given && KEY.test(given)) return given
  if (given) throw new WindfallError('input.invalid', 'That is no API key: they begin with wf_ and are 55 characters long. Copy all of it, and try again.')
  throw new WindfallError('auth.required', 'No key was given. Paste it when you are asked, or set WINDFALL_API_KEY, or name a file by WINDFALL_API_KEY_FILE.')
}

async function keepKey(options: CommonOptions, output: Output): Promise<void> {
  const [dataDirectory, url] = [dataDirectoryOf(options), urlOf(options)]
  const apiKey = await keyFor(options, output)
  const { requesterId } = await coordinatorClient({ dataDirectory, coordinator: { url, apiKey } }).call('whoAmI', {})
  await pin(dataDirectory, url, output)
  keepSignIn(dataDirectory, { url, token: apiKey, expiresAt: null })
  output.answer({ coordinator: url, requesterId }, () => [
    `Kept the key of the account ${requesterId ?? '–'} for ${url}. Try it: windfall job run --sample wasm`,
  ])
}

/** `windfall login` */
export const loginCommand = (): Command =>
  action<CommonOptions & { withKey?: true }>(
    createCommand('login', 'sign in to a coordinator as yourself, with a browser or an API key', 'sign-in')
      .option('--with-key', 'keep an API key for it, instead of signing in with a browser')
      .addHelpText('after', HELP),
    async (options, output) => {
      if (options.withKey) return keepKey(options, output)
      const { url, expiresAt, member } = await signIn(options, output)
      await pin(dataDirectoryOf(options), url, output)
      output.answer({ coordinator: url, expiresAt, member }, () => [`Signed in at ${url} as ${memberName(member)}, ${roleWord(member)}, until ${expiresAt}.`])
    },
  )

/** `windfall logout` */
export const logoutCommand = (): Command =>
  action<CommonOptions>(
    createCommand('logout', 'end the session that “windfall login” began, or forget the key that it kept', 'sign-in'),
    async (options, output) => {
      const [data, url] = [dataDirectoryOf(options), urlOf(options)]
      const kept = readSignIn(data, url)
      if (!kept) return output.answer({ coordinator: url, signedOut: false }, () => [`Nobody is signed in at ${url} here.`])
      const where = { dataDirectory: data, coordinator: { url, apiKey: kept.token } }
      // A key goes on, for whoever else has it; it is only no longer kept here.
      if (isKey(kept)) {
        forgetSignIn(data, url)
        return output.answer({ coordinator: url, signedOut: true }, () => [
          `Forgot the key for ${url}. To end it: windfall api-key revoke ${kept.token.slice(3, 11)}`,
        ])
      }
      await coordinatorClient(where)
        .call('signOut', {})
        .catch((error: unknown) => {
          // It has ended there already.
          if (!(error instanceof WindfallError) || error.code !== 'auth.required') throw error
        })
      forgetSignIn(data, url)
      output.answer({ coordinator: url, signedOut: true }, () => [`Signed out at ${url}.`])
    },
  )

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

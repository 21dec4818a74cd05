import { Command, InvalidArgumentError, Option } from 'commander'
import { WindfallError } from '../../shared/errors.ts'
import { honourCertificate } from '../kernel/client-certificate.ts'
import { defaultDataDirectory } from '../kernel/paths.ts'
import { withSecrets } from '../kernel/secret-setting.ts'
import { readInstance } from '../kernel/instance-file.ts'
import { exitCodeOf } from './exit-codes.ts'
import type { Where } from './instance.ts'
import { type Output, createOutput } from './output.ts'
import { lastSignIn, sessionAt } from './sign-in-file.ts'

/** Options every command understands. */
export interface CommonOptions {
  readonly data?: string
  readonly json?: boolean
  readonly coordinator?: string
  readonly key?: string
}

export const dataDirectoryOf = (options: CommonOptions): string => options.data ?? defaultDataDirectory(process.env)

/** The one that is named, or else, where none runs, the one that somebody signed in at last. Error: `config.invalid`. */
function coordinatorOf(options: CommonOptions): string | null {
  const named = options.coordinator ?? process.env['WINDFALL_COORDINATOR']
  if (named) return originOf(named)
  const data = dataDirectoryOf(options)
  return readInstance(data)?.coordinator ? null : lastSignIn(data)
}

/** The API key that a command was given. */
export const givenKey = (options: CommonOptions): string | undefined =>
  options.key ?? (withSecrets({ apiKey: 'WINDFALL_API_KEY' }, process.env, {})['apiKey'] as string | undefined)

/** Which coordinator a requester's command talks to, and as whom: the one given, or the one running here. Errors: `config.invalid`, `auth.required`. */
export function whereOf(options: CommonOptions): Where {
  const url = coordinatorOf(options)
  const apiKey = givenKey(options)
  if (!url) return { dataDirectory: dataDirectoryOf(options) }
  const dataDirectory = dataDirectoryOf(options)
  const secret = apiKey || sessionAt(dataDirectory, url)
  if (!secret)
    throw new WindfallError(
      'config.invalid',
      '--coordinator needs an API key: pass --key, or set WINDFALL_API_KEY. Or sign in there, with a browser or with --with-key: windfall login --coordinator URL',
    )
  return { dataDirectory, coordinator: { url, apiKey: secret } }
}

/** The coordinator that a public question goes to, which takes no key; `null`: the one running here. Error: `config.invalid`. */
export const namedCoordinator = (options: CommonOptions): string | null => coordinatorOf(options)

/** A coordinator is at the root of its address: what stands behind was copied along, such as the path of its console. Error: `config.invalid`. */
function originOf(url: string): string {
  requireHttp(url, '--coordinator')
  return new URL(url).origin
}

/** Error: `config.invalid` unless the text is an http(s) address. */
export function requireHttp(url: string, option: string): void {
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol))
    throw new WindfallError('config.invalid', `${option} needs an address such as https://example.org, not “${url}”.`)
}

/** Reads an option's value as a whole number; commander names the option if it is none. */
export const wholeNumber =
  (min: number, max: number) =>
  (text: string): number => {
    if (/^\d{1,15}$/.test(text) && Number(text) >= min && Number(text) <= max) return Number(text)
    throw new InvalidArgumentError(`Give a whole number from ${min} to ${max}.`)
  }

export const port = wholeNumber(0, 65_535)
/** As many rows as one page may have. */
export const pageLimit = wholeNumber(1, 200)

export const logLevelOption = (): Option => new Option('--log-level <level>', 'how much to log').choices(['debug', 'info', 'warn', 'error', 'silent'])

/** A command with the common options; `data`, `json` always, which coordinator where it needs one, and a key where it may be used with one. */
export function createCommand(name: string, description: string, remote: 'local' | 'coordinator' | 'sign-in' = 'local'): Command {
  const command = new Command(name)
    .description(description)
    .option('--data <dir>', 'data directory (default: WINDFALL_DATA, or the XDG data folder)')
    .option('--json', 'answer with one JSON object on standard output')
  if (remote === 'local') return command
  command.option('--coordinator <url>', 'use this coordinator instead of the one running here, or the one you signed in at last')
  return remote === 'sign-in'
    ? command
    : command.option(
        '--key <key>',
        'API key for --coordinator (or WINDFALL_API_KEY, or a file that WINDFALL_API_KEY_FILE names), if you have not signed in there',
      )
}

/** The zone a command is about. Every zone is written in capitals, and nobody has to type them. */
export const zoneArgument = (command: Command): Command => command.argument('<zone>', 'a zone such as GB-13 or DE', (text) => text.toUpperCase())

type Action<O> = (options: O, output: Output, args: readonly string[]) => Promise<number | void>

/** Runs a command's action, prints failures for people and programs, and sets the exit code. */
export function action<O extends CommonOptions>(command: Command, run: Action<O>): Command {
  return command.action(async (...received: unknown[]) => {
    const options = command.opts<O>()
    const output = createOutput(options.json === true)
    const args = received
      .slice(0, -2)
      .flat()
      .filter((value): value is string => typeof value === 'string')
    try {
      using _shown = honourCertificate(process.env)
      process.exitCode = (await run(options, output, args)) ?? 0
    } catch (error) {
      output.failure(error)
      process.exitCode = exitCodeOf(error)
    }
  })
}

const UNIT_MS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const
/** Nothing looser: `Date.parse` takes “40” for the year 2040, and a time without a zone for local time. */
const UTC_TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?Z$/

/** `10m`, `6h`, `2d` or a UTC time → epoch milliseconds. Error: `input.invalid`. */
export function parseWhen(text: string, now: number): number {
  const relative = /^(\d{1,5})([smhd])$/.exec(text)
  const at = relative ? now + Number(relative[1]) * UNIT_MS[relative[2] as keyof typeof UNIT_MS] : UTC_TIME.test(text) ? Date.parse(text) : NaN
  if (Number.isNaN(at))
    throw new WindfallError('input.invalid', `“${text}” is not a time. Use a duration such as 30m, 6h or 2d, or a UTC time such as 2026-11-21T18:00:00Z.`)
  return at
}

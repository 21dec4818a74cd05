import { Command } from 'commander'
import { type ApiKeyView, MAX_KEY_SECONDS, PermissionName } from '../../../shared/contract/api-key.ts'
import { type Permission, permissions } from '../../../shared/domain/permissions.ts'
import { WindfallError } from '../../../shared/errors.ts'
import { systemClock } from '../../kernel/clock.ts'
import { type CommonOptions, action, createCommand, pageLimit, parseWhen, whereOf } from '../command.ts'
import { coordinatorClient } from '../instance.ts'
import { type Output, table } from '../output.ts'

/** Seconds from now on. Error: `input.invalid`. */
function secondsUntil(text: string, least: number): number {
  const now = systemClock.now()
  const seconds = Math.round((parseWhen(text, now) - now) / 1_000)
  if (seconds >= least && seconds <= MAX_KEY_SECONDS) return seconds
  throw new WindfallError('input.invalid', `Give a time from now on, ten years at most, such as 90d, not “${text}”.`)
}

const scopeOf = (text: string): Permission => {
  const found = PermissionName.safeParse(text)
  if (found.success) return found.data
  throw new WindfallError('input.invalid', `There is no permission “${text}”. Example: --scope jobs.read,jobs.write. To see all: windfall api-key scopes`)
}

const scopesOf = (text: string): Permission[] => text.split(',').map((scope) => scopeOf(scope.trim()))

/** `jobs.read, receipts.read (everybody’s)` */
const mayWords = (may: ApiKeyView['may']): string =>
  may === null
    ? 'all that its account may'
    : Object.entries(may)
        .map(([name, reach]) => (reach === 'all' ? `${name} (everybody’s)` : name))
        .join(', ')

const describe = (key: ApiKeyView): string[] => [
  `key       wf_${key.prefix}_…  ${key.label ?? ''}`.trimEnd(),
  `account   ${key.requesterId}`,
  `may       ${mayWords(key.may)}`,
  `state     ${key.state}${key.expiresAt ? `, good until ${key.expiresAt}` : ''}`,
]

function tell(output: Output, { key, apiKey }: { readonly key: ApiKeyView; readonly apiKey: string }): void {
  output.answer({ key, apiKey }, () => [...describe(key), `secret    ${apiKey}`])
  output.progress('The key is kept nowhere: note it down. It goes with --key, or WINDFALL_API_KEY.')
}

const create = () =>
  action<CommonOptions & { label: string; scope?: string; own?: boolean; expires?: string; requester?: string }>(
    createCommand('create', 'make a key that may do no more than the one you ask with; it is shown this once', 'coordinator')
      .requiredOption('--label <text>', 'what it is for, such as “render farm”')
      .option('--scope <permissions>', 'what it may do, separated by commas (default: all that you may)')
      .option('--own', 'only what belongs to its account, even where you see everybody’s')
      .option('--expires <when>', 'until when: a duration (90d) or a UTC time (default: until it is revoked)')
      .option('--requester <requester>', 'make it for this account. For operators'),
    async (options, output) => {
      const made = await coordinatorClient(whereOf(options)).call('createApiKey', {
        label: options.label,
        own: options.own === true,
        ...(options.scope === undefined ? {} : { scopes: scopesOf(options.scope) }),
        ...(options.expires === undefined ? {} : { seconds: secondsUntil(options.expires, 60) }),
        ...(options.requester === undefined ? {} : { requesterId: options.requester }),
      })
      tell(output, made)
    },
  )

const list = () =>
  action<CommonOptions & { limit: number; after?: string; requester?: string }>(
    createCommand('list', 'keys by their prefixes, newest first, without what makes them work', 'coordinator')
      .option('--requester <requester>', 'only those of this account')
      .option('--limit <n>', 'how many', pageLimit, 50)
      .option('--after <cursor>', 'the “next” of the page before'),
    async (options, output) => {
      const whose = options.requester === undefined ? {} : { requesterId: options.requester }
      const page = await coordinatorClient(whereOf(options)).call('listApiKeys', { ...whose, limit: options.limit, after: options.after ?? null })
      const rows = page.items.map((key) => [
        key.prefix,
        key.requesterId,
        key.state,
        key.lastUsedAt ?? 'never',
        key.expiresAt ?? 'never',
        key.may === null ? 'all' : String(Object.keys(key.may).length),
        key.label ?? '',
      ])
      output.answer(page, () => [
        ...table([['key', 'account', 'state', 'last used', 'expires', 'scopes', 'label'], ...rows]),
        ...(page.next ? [`more: --after ${page.next}`] : []),
      ])
    },
  )

const prefix = 'its prefix: the eight characters after wf_, from: windfall api-key list'

const revoke = () =>
  action<CommonOptions>(createCommand('revoke', 'end a key at once', 'coordinator').argument('<prefix>', prefix), async (options, output, [named = '']) => {
    const key = await coordinatorClient(whereOf(options)).call('revokeApiKey', { prefix: named })
    output.answer(key, () => [`The key ${key.prefix} of ${key.requesterId} opens nothing any more.`])
  })

const rotate = () =>
  action<CommonOptions & { overlap?: string }>(
    createCommand('rotate', 'make a key like this one, while the old one goes on', 'coordinator')
      .argument('<prefix>', prefix)
      .option('--overlap <when>', 'until when the old one goes on: a duration (24h) or a UTC time (default: until it is revoked or expires)'),
    async (options, output, [named = '']) => {
      const overlap = options.overlap === undefined ? {} : { overlapSeconds: secondsUntil(options.overlap, 0) }
      const made = await coordinatorClient(whereOf(options)).call('rotateApiKey', { prefix: named, ...overlap })
      tell(output, made)
      if (options.overlap === undefined) output.progress(`The old key goes on. Once nothing uses it: windfall api-key revoke ${named}`)
    },
  )

const scopes = () =>
  action<CommonOptions>(createCommand('scopes', 'what a key can be let do'), async (_options, output) =>
    output.answer({ scopes: permissions }, () => table(Object.entries(permissions).map(([name, what]) => [name, what]))),
  )

/** `windfall api-key …` */
export const apiKeyCommand = (): Command =>
  new Command('api-key')
    .description('keys by which programs ask a coordinator: several for each account, each with no more rights than it needs')
    .addCommand(create())
    .addCommand(list())
    .addCommand(revoke())
    .addCommand(rotate())
    .addCommand(scopes())

import { Command } from 'commander'
import { parse } from '../../../shared/contract/define.ts'
import { MAX_TOKEN_SECONDS, OwnerName } from '../../../shared/contract/node-token.ts'
import { WindfallError } from '../../../shared/errors.ts'
import { systemClock } from '../../kernel/clock.ts'
import { type CommonOptions, action, createCommand, pageLimit, parseWhen, wholeNumber, whereOf } from '../command.ts'
import { coordinatorClient } from '../instance.ts'
import { tokenTable } from '../node-text.ts'

/** Seconds from now on. Error: `input.invalid`. */
function secondsUntil(text: string): number {
  const now = systemClock.now()
  const seconds = Math.round((parseWhen(text, now) - now) / 1_000)
  if (seconds >= 60 && seconds <= MAX_TOKEN_SECONDS) return seconds
  throw new WindfallError('input.invalid', `A token is good for a minute to a year, not until “${text}”. Say for how long, such as --expires 24h.`)
}

const create = () =>
  action<CommonOptions & { uses: number; expires: string; owner?: string }>(
    createCommand('create', 'a token by which machines enrol; it is shown once', 'coordinator')
      .option('--uses <n>', 'how many machines may enrol by it', wholeNumber(1, 10_000), 1)
      .option('--expires <when>', 'until when: a duration (1h, 7d) or a UTC time', '24h')
      .option('--owner <name>', 'whose machines they are: all that enrol for one owner are in one fleet'),
    async (options, output) => {
      const owner = options.owner === undefined ? null : parse(OwnerName, options.owner, 'name for --owner')
      const order = { owner, uses: options.uses, seconds: secondsUntil(options.expires) }
      const created = await coordinatorClient(whereOf(options)).call('createEnrolmentToken', order)
      output.answer(created, () => [
        created.token,
        `On ${created.uses === 1 ? 'the machine' : `up to ${created.uses} machines`}, before ${created.expiresAt}:  windfall agent run --coordinator URL --enrolment-token ${created.token}`,
      ])
    },
  )

const list = () =>
  action<CommonOptions & { limit: number; after?: string }>(
    createCommand('list', 'tokens, newest first, without what makes them work', 'coordinator')
      .option('--limit <n>', 'how many', pageLimit, 50)
      .option('--after <cursor>', 'the “next” of the page before'),
    async (options, output) => {
      const page = await coordinatorClient(whereOf(options)).call('listEnrolmentTokens', { limit: options.limit, after: options.after ?? null })
      output.answer(page, () =>
        page.items.length === 0
          ? ['There is no token. Make one with: windfall node token create']
          : [...tokenTable(page.items, systemClock.now()), ...(page.next ? [`more: --after ${page.next}`] : [])],
      )
    },
  )

const revoke = () =>
  action<CommonOptions>(
    createCommand('revoke', 'end a token; machines that enrolled by it stay', 'coordinator').argument('<token>', 'its id, from: windfall node token list'),
    async (options, output, [tokenId = '']) => {
      const token = await coordinatorClient(whereOf(options)).call('revokeEnrolmentToken', { tokenId })
      output.answer(token, () => [`Token ${token.tokenId} lets nobody in any more. ${token.used} of ${token.uses} were used.`])
    },
  )

/** `windfall node token …` */
export const nodeTokenCommand = (): Command =>
  new Command('token').description('by which machines enrol; for operators').addCommand(create()).addCommand(list()).addCommand(revoke())

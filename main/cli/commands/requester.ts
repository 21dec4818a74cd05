import { Command } from 'commander'
import type { RequesterView } from '../../../shared/contract/requester.ts'
import { fromIso } from '../../../shared/units.ts'
import { systemClock } from '../../kernel/clock.ts'
import { createIds } from '../../kernel/ids.ts'
import { dateWord, ownTimeZone } from '../clock-time.ts'
import { type CommonOptions, action, createCommand, pageLimit, whereOf, wholeNumber } from '../command.ts'
import { dollars } from '../dollars.ts'
import { usd } from '../format.ts'
import { coordinatorClient } from '../instance.ts'
import { table } from '../output.ts'
import { decideDepositCommand, depositCommand, depositsCommand } from './requester-deposit.ts'

const weight = wholeNumber(1, 100_000)

const describe = ({ requesterId, name, weight: share, createdAt, balanceMicroUsd }: RequesterView): string[] => [
  `requester ${requesterId}  ${name}`,
  `weight    ${share}${share === 100 ? '' : `  (100 is the usual share)`}`,
  `balance   ${usd(balanceMicroUsd)}`,
  `since     ${dateWord(fromIso(createdAt), ownTimeZone())}`,
]

const add = () =>
  action<CommonOptions & { name?: string; weight: number }>(
    createCommand('add', 'let somebody submit jobs; shows their API key this once. For operators', 'coordinator')
      .argument('<requester>', 'an id of their own, which stays in the books for good: no name of a person')
      .option('--name <name>', 'what they are called (default: the id)')
      .option('--weight <n>', 'their share of places that many ask for; 100 is the usual one', weight, 100),
    async (options, output, [requesterId = '']) => {
      const order = { requesterId, name: options.name ?? requesterId, weight: options.weight }
      const added = await coordinatorClient(whereOf(options)).call('addRequester', order)
      output.answer(added, () => [...describe(added.requester), `API key   ${added.apiKey}`])
      output.progress('The key is kept nowhere: note it down. It goes with --key, or WINDFALL_API_KEY.')
    },
  )

const list = () =>
  action<CommonOptions & { limit: number; after?: string }>(
    createCommand('list', 'everybody who may submit jobs. For operators', 'coordinator')
      .option('--limit <n>', 'how many', pageLimit, 50)
      .option('--after <cursor>', 'the “next” of the page before'),
    async (options, output) => {
      const page = await coordinatorClient(whereOf(options)).call('listRequesters', { limit: options.limit, after: options.after ?? null })
      const rows = page.items.map((one) => [one.requesterId, String(one.weight), usd(one.balanceMicroUsd), one.name])
      output.answer(page, () => [...table([['requester', 'weight', 'balance', 'name'], ...rows]), ...(page.next ? [`more: --after ${page.next}`] : [])])
    },
  )

const weigh = () =>
  action<CommonOptions>(
    createCommand('set-weight', 'change the share of a requester, for jobs submitted from now on. For operators', 'coordinator')
      .argument('<requester>', 'requester id')
      .argument('<weight>', '100 is the usual share, 200 twice as much'),
    async (options, output, [requesterId = '', share = '']) => {
      const view = await coordinatorClient(whereOf(options)).call('weighRequester', { requesterId, weight: Number(share) })
      output.answer(view, () => describe(view))
    },
  )

const fund = () =>
  action<CommonOptions & { deposit?: string; usd: string }>(
    createCommand('fund', 'credit what a requester has paid in. For operators', 'coordinator')
      .argument('<requester>', 'requester id')
      .requiredOption('--usd <amount>', 'US dollars, such as 25 or 12.50', dollars)
      .option('--deposit <id>', 'name of the deposit: the same one counts once, however often this is repeated (default: a new one)'),
    async (options, output, [requesterId = '']) => {
      const depositId = options.deposit ?? createIds(systemClock).next()
      const view = await coordinatorClient(whereOf(options)).call('fundRequester', { requesterId, depositId, microUsd: options.usd })
      output.answer(view, () => describe(view))
    },
  )

/** `windfall requester …` */
export const requesterCommand = (): Command =>
  new Command('requester')
    .description('those who submit jobs: their shares and balances')
    .addCommand(add())
    .addCommand(list())
    .addCommand(weigh())
    .addCommand(fund())
    .addCommand(depositCommand())
    .addCommand(depositsCommand())
    .addCommand(decideDepositCommand())

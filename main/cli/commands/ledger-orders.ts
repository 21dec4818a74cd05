import { type Command, InvalidArgumentError, Option } from 'commander'
import { systemClock } from '../../kernel/clock.ts'
import { createIds } from '../../kernel/ids.ts'
import { type CommonOptions, action, createCommand, pageLimit, whereOf } from '../command.ts'
import { dollars } from '../dollars.ts'
import { usd } from '../format.ts'
import { coordinatorClient } from '../instance.ts'
import { describeBalances, describeCommunity, describeDispute, describeMoney } from '../ledger-text.ts'
import { nodeLink } from '../node-link.ts'
import { table } from '../output.ts'

const because = (command: Command): Command => command.requiredOption('--reason <text>', 'why, for whoever reads it later')

const refund = () =>
  action<CommonOptions & { usd: string; reason: string; refund?: string }>(
    because(
      createCommand('refund', 'pay prepaid money back', 'coordinator')
        .argument('<requester>', 'requester id')
        .requiredOption('--usd <amount>', 'US dollars, such as 25 or 12.50', dollars),
    ).option('--refund <id>', 'name of the refund: the same one counts once, however often this is repeated (default: a new one)'),
    async (options, output, [requesterId = '']) => {
      const refundId = options.refund ?? createIds(systemClock).next()
      const order = { requesterId, refundId, microUsd: options.usd, reason: options.reason }
      const view = await coordinatorClient(whereOf(options)).call('refundRequester', order)
      output.answer(view, () => describeMoney(view))
    },
  )

const chargeback = () =>
  action<CommonOptions & { deposit: string; usd?: string; reason: string }>(
    because(
      createCommand('chargeback', 'a deposit was taken back', 'coordinator')
        .argument('<requester>', 'requester id')
        .requiredOption('--deposit <id>', 'which deposit')
        .option('--usd <amount>', 'how much of it (default: all)', dollars),
    ),
    async (options, output, [requesterId = '']) => {
      const order = { requesterId, depositId: options.deposit, microUsd: options.usd ?? null, reason: options.reason }
      const view = await coordinatorClient(whereOf(options)).call('chargeBack', order)
      output.answer(view, () => describeMoney(view))
    },
  )

const jobArgument = (command: Command): Command => command.argument('<job>', 'job id')

const dispute = () =>
  action<CommonOptions & { usd?: string; reason: string }>(
    because(
      jobArgument(createCommand('dispute', 'hold a job’s money', 'coordinator')).option('--usd <amount>', 'how much of it (default: all it came to)', dollars),
    ),
    async (options, output, [jobId = '']) => {
      const order = { jobId, microUsd: options.usd ?? null, reason: options.reason }
      const view = await coordinatorClient(whereOf(options)).call('openDispute', order)
      output.answer(view, () => describeDispute(view))
    },
  )

const decide = () =>
  action<CommonOptions & { for: 'node' | 'requester'; reason: string }>(
    because(
      jobArgument(createCommand('decide', 'end a dispute', 'coordinator')).addOption(
        new Option('--for <side>', 'who gets what is held').choices(['node', 'requester']).makeOptionMandatory(),
      ),
    ),
    async (options, output, [jobId = '']) => {
      const view = await coordinatorClient(whereOf(options)).call('decideDispute', { jobId, inFavourOf: options.for, reason: options.reason })
      output.answer(view, () => describeDispute(view))
    },
  )

const disputes = () =>
  action<CommonOptions & { limit: number; after?: string }>(
    createCommand('disputes', 'list open disputes', 'coordinator')
      .option('--limit <n>', 'how many', pageLimit, 50)
      .option('--after <cursor>', 'the “next” of the page before'),
    async (options, output) => {
      const page = await coordinatorClient(whereOf(options)).call('listDisputes', { limit: options.limit, after: options.after ?? null })
      const rows = page.items.map(({ jobId, openedAt, heldMicroUsd, reason }) => [jobId, openedAt.slice(0, 10), usd(heldMicroUsd), reason ?? ''])
      output.answer(page, () =>
        rows.length === 0
          ? ['No dispute is open.']
          : [...table([['job', 'since (UTC)', 'held', 'because'], ...rows]), ...(page.next ? [`more: --after ${page.next}`] : [])],
      )
    },
  )

/** `2.5` → micro-EUR as decimal text. */
function euros(text: string): string {
  const [, whole, part = ''] = /^(\d{1,9})(?:\.(\d{1,6}))?$/.exec(text) ?? []
  if (whole === undefined) throw new InvalidArgumentError('Give an amount of euros such as 3 or 0.25.')
  return String(BigInt(whole) * 1_000_000n + BigInt(part.padEnd(6, '0')))
}

const balances = () =>
  action<CommonOptions>(createCommand('balances', 'what this machine has earned', 'coordinator'), async (options, output) => {
    const view = await (await nodeLink(options)).call('getOwnBalances', {})
    output.answer(view, () => describeBalances(view))
  })

const redeem = () =>
  action<CommonOptions & { eur: string; redemption?: string }>(
    createCommand('redeem', 'sell verified carbon credits', 'coordinator')
      .requiredOption('--eur <amount>', 'euros of this machine’s credits, such as 3 or 0.25', euros)
      .option('--redemption <id>', 'name of the sale: the same one counts once, however often this is repeated (default: a new one)'),
    async (options, output) => {
      const redemptionId = options.redemption ?? createIds(systemClock).next()
      const view = await (await nodeLink(options)).call('redeemCredits', { redemptionId, microEur: options.eur })
      output.answer(view, () => describeBalances(view))
    },
  )

const community = () =>
  action<CommonOptions>(
    createCommand('community', 'carbon credits of the community fund, and what was spent of them', 'coordinator'),
    async (options, output) => {
      const fund = await coordinatorClient(whereOf(options)).call('getCommunityFund', {})
      output.answer(fund, () => describeCommunity(fund))
    },
  )

const spend = () =>
  action<CommonOptions & { eur: string; purpose: string; redemption?: string }>(
    createCommand(
      'redeem-community',
      'spend verified credits of the community fund on a purpose: what they are worth leaves what the platform has earned. For operators',
      'coordinator',
    )
      .requiredOption('--eur <amount>', 'euros of its credits, such as 3 or 0.25', euros)
      .requiredOption('--purpose <text>', 'what the money is for, and who gets it: it stays in the books and in the decision log')
      .option('--redemption <id>', 'name of the sale: the same one counts once, however often this is repeated (default: a new one)'),
    async (options, output) => {
      const redemptionId = options.redemption ?? createIds(systemClock).next()
      const order = { redemptionId, microEur: options.eur, purpose: options.purpose }
      const fund = await coordinatorClient(whereOf(options)).call('redeemCommunityCredits', order)
      output.answer(fund, () => [...describeCommunity(fund), `its entries   windfall ledger show transaction:redeem-community:${redemptionId}`])
    },
  )

/** What operators order about money, and owners about their machine’s. */
export const orderCommands = (): Command[] => [balances(), redeem(), community(), spend(), refund(), chargeback(), dispute(), decide(), disputes()]

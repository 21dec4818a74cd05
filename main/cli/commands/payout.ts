import { Command, Option } from 'commander'
import type { agentContract } from '../../../shared/contract/agent.ts'
import type { Client } from '../../../shared/contract/define.ts'
import type { PayoutTerms } from '../../../shared/contract/payout.ts'
import { WindfallError } from '../../../shared/errors.ts'
import { type CommonOptions, action, createCommand, dataDirectoryOf, pageLimit } from '../command.ts'
import { dollars } from '../dollars.ts'
import { usd } from '../format.ts'
import { agentClient } from '../instance.ts'
import { type Output, table } from '../output.ts'
import { arriving, changeLines, claimLines, quoteLines, termsLines } from '../payout-text.ts'
import { payoutAdminCommands } from './payout-admin.ts'

const SHOWN = { planned: 'planned', sent: 'sent', confirmed: 'arriving', finalized: 'paid', failed: 'failed' } as const

const list = () =>
  action<CommonOptions & { limit: number; after?: string }>(
    createCommand('list', 'payouts to this node, newest first')
      .option('--limit <n>', 'how many', pageLimit, 50)
      .option('--after <cursor>', 'the “next” of the page before'),
    async (options, output) => {
      const page = await agentClient(dataDirectoryOf(options)).call('listPayouts', { limit: options.limit, after: options.after ?? null })
      const rows = page.items.map((payout) => [
        payout.payoutId,
        SHOWN[payout.state],
        usd(payout.microUsd),
        arriving(payout),
        payout.at.slice(0, 16).replace('T', ' '),
        payout.signature ?? '–',
      ])
      output.answer(page, () =>
        rows.length === 0
          ? ['No payouts yet. The first one follows the first confirmed earning.']
          : [...table([['payout', 'state', 'amount', 'paid as', 'when (UTC)', 'signature'], ...rows]), ...(page.next ? [`more: --after ${page.next}`] : [])],
      )
    },
  )

const ON_OFF = { on: true, off: false } as const

async function answerTerms(output: Output, client: Client<typeof agentContract>, found: PayoutTerms): Promise<void> {
  const wallet = await client.call('getWallet', {})
  output.answer(found, () => [...termsLines(found), ...changeLines(wallet)])
}

const terms = () =>
  action<CommonOptions>(createCommand('terms', 'how this node is paid, and what there is to pay'), async (options, output) => {
    const client = agentClient(dataDirectoryOf(options))
    await answerTerms(output, client, await client.call('getPayoutTerms', {}))
  })

const setTerms = () =>
  action<CommonOptions & { asset?: 'sol' | 'usdc'; automatic?: 'on' | 'off'; minimum?: string }>(
    createCommand('set-terms', 'change how this node is paid, from now on')
      .addOption(new Option('--asset <asset>', 'be paid in this from now on').choices(['sol', 'usdc']))
      .addOption(new Option('--automatic <on|off>', 'be paid as soon as it is worth it, or only when you claim it').choices(['on', 'off']))
      .option('--minimum <usd>', 'from how many US dollars on it is paid by itself', dollars),
    async (options, output) => {
      const client = agentClient(dataDirectoryOf(options))
      const { asset, automatic, minimum } = options
      const wanted = {
        ...(asset ? { asset } : {}),
        ...(automatic ? { automatic: ON_OFF[automatic] } : {}),
        ...(minimum === undefined ? {} : { minimumMicroUsd: minimum }),
      }
      if (Object.keys(wanted).length === 0)
        throw new WindfallError('input.invalid', 'Say what to change: --asset, --automatic or --minimum. To see how it is: windfall payout terms')
      await answerTerms(output, client, await client.call('setPayoutTerms', wanted))
    },
  )

const claim = () =>
  action<CommonOptions & { usd?: string; take?: string }>(
    createCommand('claim', 'be paid now: shows what it costs and brings, and takes it once you say so')
      .option('--usd <amount>', 'how many US dollars of your earnings (default: all of them)', dollars)
      .option('--take <quote>', 'take a quote that was shown; repeating it is harmless'),
    async (options, output) => {
      const client = agentClient(dataDirectoryOf(options))
      if (options.take !== undefined) {
        const claimed = await client.call('claimPayout', { quoteId: options.take })
        return output.answer(claimed, () => claimLines(claimed))
      }
      const quote = await client.call('quotePayout', { microUsd: options.usd ?? null })
      const wallet = await client.call('getWallet', {})
      output.answer(quote, () => [...quoteLines(quote), ...changeLines(wallet), `to take it   windfall payout claim --take ${quote.quoteId}`])
    },
  )

const claims = () =>
  action<CommonOptions>(createCommand('claims', 'what was claimed lately, and what has become of it'), async (options, output) => {
    const found = await agentClient(dataDirectoryOf(options)).call('getPayoutClaims', {})
    output.answer(found, () => (found.claims.length === 0 ? ['Nothing has been claimed yet.'] : found.claims.flatMap((one) => [...claimLines(one), ''])))
  })

/** `windfall payout …` */
export const payoutCommand = (): Command =>
  [list(), terms(), setTerms(), claim(), claims(), ...payoutAdminCommands()].reduce(
    (command, one) => command.addCommand(one),
    new Command('payout').description('what was paid out, what is on its way, and how it is paid'),
  )

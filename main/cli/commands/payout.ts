import { Command } from 'commander'
import { type CommonOptions, action, createCommand, dataDirectoryOf, pageLimit } from '../command.ts'
import { sol, usd } from '../format.ts'
import { agentClient } from '../instance.ts'
import { table } from '../output.ts'

const SHOWN = { planned: 'planned', sent: 'sent', confirmed: 'arriving', finalized: 'paid', failed: 'failed' } as const

const list = () =>
  action<CommonOptions & { limit: number; after?: string }>(
    createCommand('list', 'payouts to this node, newest first')
      .option('--limit <n>', 'how many', pageLimit, 20)
      .option('--after <cursor>', 'the “next” of the page before'),
    async (options, output) => {
      const page = await agentClient(dataDirectoryOf(options)).call('listPayouts', { limit: options.limit, after: options.after ?? null })
      const rows = page.items.map((payout) => [
        payout.payoutId,
        SHOWN[payout.state],
        usd(payout.microUsd),
        sol(payout.lamports),
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

/** `windfall payout …` */
export const payoutCommand = (): Command => new Command('payout').description('what was paid out, and what is on its way').addCommand(list())

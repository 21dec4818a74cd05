import { Command } from 'commander'
import { LedgerMonth, type LedgerStatement } from '../../../shared/contract/ledger.ts'
import { STATEMENT_HEAD, statementRows } from '../../../shared/domain/statement-csv.ts'
import { WindfallError } from '../../../shared/errors.ts'
import { toIso } from '../../../shared/units.ts'
import { systemClock } from '../../kernel/clock.ts'
import { type CommonOptions, action, createCommand, dataDirectoryOf, pageLimit, whereOf } from '../command.ts'
import { EXIT } from '../exit-codes.ts'
import { findNode } from '../find-node.ts'
import { coordinatorClient, isNodeOnly } from '../instance.ts'
import { describeBooks, describeStatement, describeTransaction } from '../ledger-text.ts'
import { nodeLink } from '../node-link.ts'
import { orderCommands } from './ledger-orders.ts'
import { periodCommands } from './ledger-periods.ts'

const check = () =>
  action<CommonOptions>(
    createCommand('check', 'prove that the books balance and hold what the hot wallet holds; exit code 1 if they do not', 'coordinator'),
    async (options, output) => {
      const books = await coordinatorClient(whereOf(options)).call('checkLedger', {})
      output.answer(books, () => describeBooks(books))
      return books.balanced ? EXIT.ok : EXIT.failed
    },
  )

interface WhoseOptions extends CommonOptions {
  readonly machine?: true
  readonly node?: string
  readonly requester?: string
}

interface StatementOptions extends WhoseOptions {
  readonly month?: string
  readonly limit: number
  readonly after?: string
  readonly csv?: true
}

function monthOf(text: string | undefined): string {
  const month = LedgerMonth.safeParse(text ?? toIso(systemClock.now()).slice(0, 7))
  if (!month.success) throw new WindfallError('input.invalid', `“${text}” is not a month. Give one such as 2026-11.`)
  return month.data
}

const isOwn = (options: CommonOptions): boolean => whereOf(options).coordinator === undefined && isNodeOnly(dataDirectoryOf(options))

type Page = { readonly after: string | null; readonly limit: number }

/** How to ask for the pages of the statement that is meant. */
async function pagesOf(options: StatementOptions): Promise<(page: Page) => Promise<LedgerStatement>> {
  const { machine, node, requester } = options
  if ([machine, node, requester].filter((whose) => whose !== undefined).length > 1)
    throw new WindfallError('input.invalid', 'Ask for one statement at a time: --machine, --node or --requester.')
  const month = monthOf(options.month)
  if (machine || (node === undefined && requester === undefined && isOwn(options))) {
    const link = await nodeLink(options)
    return (page) => link.call('getOwnStatement', { month, ...page })
  }
  const client = coordinatorClient(whereOf(options))
  const owner = node !== undefined ? `node:${await findNode(client, node)}` : requester === undefined ? null : `requester:${requester}`
  return (page) => client.call('getStatement', { owner, month, ...page })
}

const statement = () =>
  action<StatementOptions>(
    createCommand('statement', 'a month of money, oldest first: yours, or for operators that of anybody', 'coordinator')
      .option('--month <month>', 'such as 2026-11 (default: this one; UTC)')
      .option('--machine', 'as the owner of this machine, by its device key; so it is where only an agent runs')
      .option('--node <node>', 'of the node whose id begins so, for operators (--node=<id> for one that begins with a dash)')
      .option('--requester <requester>', 'of this requester, for operators')
      .option('--limit <n>', 'how many lines', pageLimit, 50)
      .option('--after <cursor>', 'the “next” of the page before')
      .option('--csv', 'the whole month as comma-separated values'),
    async (options, output) => {
      const ask = await pagesOf(options)
      if (!options.csv) {
        const page = await ask({ after: options.after ?? null, limit: options.limit })
        return output.answer(page, () => describeStatement(page))
      }
      output.answer(STATEMENT_HEAD, () => [STATEMENT_HEAD])
      for (let after: string | null = null; ; ) {
        const page: LedgerStatement = await ask({ after, limit: 200 })
        for (const row of statementRows(page.items)) output.answer(row, () => [row])
        if (page.next === null) return
        after = page.next
      }
    },
  )

const show = () =>
  action<CommonOptions & { machine?: true }>(
    createCommand('show', 'the entries behind an amount: of a job, a payout, the credits of a receipt, or one transaction', 'coordinator')
      .argument('<about>', 'job:<id>, payout:<id>, receipt:<id> or transaction:<id>')
      .option('--machine', 'as the owner of this machine, by its device key, instead of the account of an API key'),
    async (options, output, [about = '']) => {
      const found = await (options.machine || isOwn(options)
        ? (await nodeLink(options)).call('getOwnEntries', { about })
        : coordinatorClient(whereOf(options)).call('getEntries', { about }))
      output.answer(found, () =>
        found.transactions.length === 0 ? ['Nothing of yours is booked about that.'] : found.transactions.flatMap(describeTransaction),
      )
    },
  )

/** `windfall ledger …` */
export function ledgerCommand(): Command {
  const command = new Command('ledger').description('the coordinator’s double-entry books').addCommand(check()).addCommand(statement()).addCommand(show())
  for (const one of [...orderCommands(), ...periodCommands()]) command.addCommand(one)
  return command
}

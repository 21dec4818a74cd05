import { Command } from 'commander'
import { type CommonOptions, action, createCommand, whereOf } from '../command.ts'
import { EXIT } from '../exit-codes.ts'
import { sol, usd } from '../format.ts'
import { coordinatorClient } from '../instance.ts'

const check = () =>
  action<CommonOptions>(createCommand('check', 'prove that the books balance; exit code 1 if they do not', 'coordinator'), async (options, output) => {
    const books = await coordinatorClient(whereOf(options)).call('checkLedger', {})
    output.answer(books, () => [
      `${books.balanced ? '✓ the books balance' : '✗ THE BOOKS DO NOT BALANCE'} over ${books.entries} entries`,
      ...books.sums.map(({ asset, sum }) => `  Σ ${asset.padEnd(12)} ${sum}`),
      `  confirmed to nodes so far   ${usd(books.confirmedMicroUsd)}`,
      `  of which paid               ${usd(books.paidMicroUsd)} (${sol(books.paidLamports)})`,
      ...books.findings.map((finding) => `  ✗ ${finding}`),
    ])
    return books.balanced ? EXIT.ok : EXIT.failed
  })

/** `windfall ledger …` */
export const ledgerCommand = (): Command => new Command('ledger').description('the coordinator’s double-entry books').addCommand(check())

import { type Command, Option } from 'commander'
import { DepositAsset, DepositState, type DepositView } from '../../../shared/contract/funding.ts'
import { WindfallError } from '../../../shared/errors.ts'
import { systemClock } from '../../kernel/clock.ts'
import { createIds } from '../../kernel/ids.ts'
import { type CommonOptions, action, createCommand, pageLimit, whereOf } from '../command.ts'
import { depositTable, describeDeposit, describeRequest } from '../deposit-text.ts'
import { dollars } from '../dollars.ts'
import { coordinatorClient } from '../instance.ts'
import { stopOnSignals } from '../running.ts'

const LOOK_MS = 2_000

interface DepositOptions extends CommonOptions {
  readonly usd: string
  readonly asset: DepositAsset
  readonly deposit?: string
  readonly wait: boolean
  readonly qr: boolean
}

/** Until something arrived for good, or the wallet has had its time. */
async function awaitPayment(look: () => Promise<DepositView>, first: DepositView, stop: AbortSignal): Promise<DepositView> {
  let now = first
  while (now.state === 'waiting' && systemClock.now() < Date.parse(now.expiresAt) && (await systemClock.sleep(LOOK_MS, stop))) now = await look()
  return now
}

export const depositCommand = (): Command =>
  action<DepositOptions>(
    createCommand('deposit', 'pay in on Solana: shows a Solana Pay address as a link and a QR code, and waits until it has been paid', 'coordinator')
      .requiredOption('--usd <amount>', 'US dollars, such as 25 or 12.50', dollars)
      .addOption(new Option('--asset <asset>', 'what to pay in').choices(DepositAsset.options).default('sol'))
      .option('--deposit <id>', 'name of the deposit: the same one is asked for once, however often this is repeated (default: a new one)')
      .option('--no-wait', 'show it and go')
      .option('--no-qr', 'without the QR code'),
    async (options, output) => {
      using stop = stopOnSignals(output.progress)
      const client = coordinatorClient(whereOf(options))
      const depositId = options.deposit ?? createIds(systemClock).next()
      const asked = await client.call('requestDeposit', { depositId, microUsd: options.usd, asset: options.asset })
      if (!options.wait) return output.answer(asked, () => describeRequest(asked, options.qr))
      for (const line of describeRequest(asked, options.qr)) output.progress(line)
      output.progress('Waiting for the payment to be final…')
      const view = await awaitPayment(() => client.call('getDeposit', { depositId }), asked, stop.signal)
      output.answer(view, () => describeDeposit(view))
      if (view.state !== 'credited') throw new WindfallError('conflict', `The deposit is ${view.state}. Look again: windfall requester deposits`)
    },
  )

export const depositsCommand = (): Command =>
  action<CommonOptions & { everybody?: true; state?: DepositState; limit: number; after?: string }>(
    createCommand('deposits', 'what you have paid in on Solana, newest first, and what is awaited', 'coordinator')
      .option('--everybody', 'of all requesters; for operators')
      .addOption(new Option('--state <state>', 'only those in this state').choices(DepositState.options))
      .option('--limit <n>', 'how many', pageLimit, 50)
      .option('--after <cursor>', 'the “next” of the page before'),
    async (options, output) => {
      const asked = {
        of: options.everybody ? ('everybody' as const) : ('me' as const),
        state: options.state ?? null,
        limit: options.limit,
        after: options.after ?? null,
      }
      const page = await coordinatorClient(whereOf(options)).call('listDeposits', asked)
      output.answer(page, () =>
        page.items.length === 0 ? ['No deposits.'] : [...depositTable(page.items), ...(page.next ? [`more: --after ${page.next}`] : [])],
      )
    },
  )

export const decideDepositCommand = (): Command =>
  action<CommonOptions & { credit?: true; returned?: true; reason: string }>(
    createCommand('decide-deposit', 'what becomes of a payment that was held. For operators', 'coordinator')
      .argument('<signature>', 'the transaction')
      .option('--credit', 'credit what it is worth by the rate of its request')
      .option('--returned', 'note that it was sent back')
      .requiredOption('--reason <text>', 'why: it is in the decision log'),
    async (options, output, [signature = '']) => {
      if (options.credit === options.returned) throw new WindfallError('input.invalid', 'Say what becomes of it: --credit or --returned.')
      const decision = options.credit ? 'credit' : 'returned'
      const view = await coordinatorClient(whereOf(options)).call('decideDeposit', { signature, decision, reason: options.reason })
      output.answer(view, () => describeDeposit(view))
    },
  )

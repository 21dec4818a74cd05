import type { Command } from 'commander'
import { type CommonOptions, action, createCommand, pageLimit, whereOf } from '../command.ts'
import { EXIT } from '../exit-codes.ts'
import { coordinatorClient } from '../instance.ts'
import { type WatchOption, showOrWatch, watchOption } from '../watch.ts'
import { batchTable, rebuildLines, statusLines } from '../payout-text.ts'

const status = () =>
  action<CommonOptions & WatchOption>(
    watchOption(createCommand('status', 'hot wallet, caps, pause and what waits; exit code 1 if it needs you. For operators', 'coordinator')),
    (options, output) =>
      showOrWatch(
        {
          look: () => coordinatorClient(whereOf(options)).call('getPayoutStatus', {}),
          lines: statusLines,
          exitCode: ({ refill, trouble, waiting }) => (refill.needed || trouble !== null || waiting.approvals > 0 ? EXIT.failed : EXIT.ok),
        },
        options,
        output,
      ),
  )

const pause = () =>
  action<CommonOptions & { reason: string }>(
    createCommand('pause', 'let nothing leave the hot wallet; what has left it is still tracked. For operators', 'coordinator').requiredOption(
      '--reason <text>',
      'why, for owners to read',
    ),
    async (options, output) => {
      const found = await coordinatorClient(whereOf(options)).call('pausePayouts', { reason: options.reason })
      output.answer(found, () => statusLines(found))
    },
  )

const resume = () =>
  action<CommonOptions>(createCommand('resume', 'let payouts run again. For operators', 'coordinator'), async (options, output) => {
    const found = await coordinatorClient(whereOf(options)).call('resumePayouts', {})
    output.answer(found, () => statusLines(found))
  })

const batches = () =>
  action<CommonOptions & { limit: number; after?: string; waiting?: boolean }>(
    createCommand('batches', 'transactions of the hot wallet, newest first. For operators', 'coordinator')
      .option('--waiting', 'only those that wait for an approval')
      .option('--limit <n>', 'how many', pageLimit, 50)
      .option('--after <cursor>', 'the “next” of the page before'),
    async (options, output) => {
      const order = { waiting: options.waiting === true, limit: options.limit, after: options.after ?? null }
      const page = await coordinatorClient(whereOf(options)).call('listPayoutBatches', order)
      output.answer(page, () =>
        page.items.length === 0
          ? [options.waiting ? 'Nothing waits for an approval.' : 'No payouts yet.']
          : [...batchTable(page.items), ...(page.next ? [`more: --after ${page.next}`] : [])],
      )
    },
  )

const approve = () =>
  action<CommonOptions>(
    createCommand('approve', 'let a large batch go, once two operators have. For operators', 'coordinator').argument('<batch>', 'batch id'),
    async (options, output, [batchId = '']) => {
      const batch = await coordinatorClient(whereOf(options)).call('approvePayout', { batchId })
      output.answer(batch, () => [
        ...batchTable([batch]),
        batch.approvedBy.length < batch.approvalsNeeded ? 'Another operator has to approve it too.' : 'It goes now.',
      ])
    },
  )

const reject = () =>
  action<CommonOptions & { reason: string }>(
    createCommand('reject', 'give the money of a batch that waits for approval back to its nodes. For operators', 'coordinator')
      .argument('<batch>', 'batch id')
      .requiredOption('--reason <text>', 'why'),
    async (options, output, [batchId = '']) => {
      const batch = await coordinatorClient(whereOf(options)).call('rejectPayout', { batchId, reason: options.reason })
      output.answer(batch, () => batchTable([batch]))
    },
  )

const collect = (signature: string, before: readonly string[]): string[] => [...before, signature]

const rebuild = () =>
  action<CommonOptions & { apply?: boolean; writeOff: string[] }>(
    createCommand('rebuild', 'what the chain knows of the hot wallet and the books do not, as after a restored backup. For operators', 'coordinator')
      .option('--apply', 'book it (without this, nothing is changed)')
      .option('--write-off <signature>', 'book a transaction that nothing explains as lost; can be repeated', collect, []),
    async (options, output) => {
      const order = { apply: options.apply === true, writeOff: options.writeOff }
      const found = await coordinatorClient(whereOf(options)).call('rebuildPayouts', order)
      output.answer(found, () => rebuildLines(found))
      return found.found.some(({ verdict }) => verdict === 'unexplained') ? EXIT.failed : EXIT.ok
    },
  )

/** What operators do about payouts. */
export const payoutAdminCommands = (): Command[] => [status(), pause(), resume(), batches(), approve(), reject(), rebuild()]

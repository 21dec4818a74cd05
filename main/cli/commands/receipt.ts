import { Command } from 'commander'
import { type CommonOptions, action, createCommand, dataDirectoryOf, pageLimit, whereOf } from '../command.ts'
import { originOf as gridOrigin, recordedOnOf } from '../../../shared/domain/receipt-summary.ts'
import { energy, gramsOf, meteredEnergy, originOf } from '../format.ts'
import { coordinatorClient } from '../instance.ts'
import { type Output, table } from '../output.ts'
import { type ReceiptOnDisk, namedReceipt, readReceipts, receiptsDirectory } from '../receipt-files.ts'
import { type FilterOptions, addFilters, filtersOf } from '../receipt-filters.ts'
import { exportCommand } from './receipt-export.ts'
import { receiptFetchCommand, receiptVerifyCommand } from './receipt-job.ts'
import { receiptPage } from './receipt-page.ts'
import { type TokenQuestion, tokenCommands, tokenLine } from './receipt-token.ts'

const origins = ({ predicate }: ReceiptOnDisk): string => originOf({ origin: gridOrigin(predicate), recordedOn: recordedOnOf(predicate) })

interface ListOptions extends FilterOptions {
  readonly remote?: boolean
  readonly limit: number
  readonly after?: string
}

const list = () =>
  action<ListOptions>(
    addFilters(
      createCommand('list', 'receipts on this machine, newest first; works with nothing running', 'coordinator').option(
        '--remote',
        'list what the coordinator has issued for your jobs instead; what it can be narrowed down by follows',
      ),
    )
      .option('--limit <n>', 'how many', pageLimit, 50)
      .option('--after <cursor>', 'the “next” of the page before'),
    async (options, output) => {
      const isRemote = options.remote || options.coordinator || Object.keys(options).some((name) => REMOTE.has(name))
      return isRemote ? listIssued(options, output) : listFiles(options, output)
    },
  )

/** Only a coordinator looks for receipts by these. */
const REMOTE: ReadonlySet<string> = new Set(['job', 'node', 'requester', 'model', 'zone', 'hash', 'since', 'until', 'after'])

async function listIssued(options: ListOptions, output: Output): Promise<void> {
  const page = await coordinatorClient(whereOf(options)).call('listReceipts', {
    ...(await filtersOf(options)),
    after: options.after ?? null,
    limit: options.limit,
  })
  const rows = page.items.map((receipt) => [
    receipt.receiptId,
    receipt.issuedAt.slice(0, 16).replace('T', ' '),
    receipt.zone,
    meteredEnergy(receipt.energyWh * 3_600, receipt.method),
    gramsOf(receipt.emissionsG),
    originOf(receipt),
  ])
  output.answer(page, () =>
    rows.length === 0
      ? ['There is no such receipt that you may see.']
      : [...table([HEADER, ...rows]), ...(page.next === null ? [] : [`more: --after ${page.next}`])],
  )
}

const HEADER = ['receipt', 'issued (UTC)', 'zone', 'energy', 'emissions', 'grid data']

async function listFiles(options: ListOptions, output: Output): Promise<void> {
  const directory = dataDirectoryOf(options)
  const { receipts, unreadable } = readReceipts(directory)
  for (const file of unreadable) output.progress(`${file} is damaged. It was left as it is.`)
  const shown = receipts.slice(0, options.limit)
  const items = shown.map(({ file, predicate }) => ({
    receiptId: predicate.receiptId,
    jobId: predicate.jobId,
    issuedAt: predicate.issuedAt,
    zone: predicate.zone,
    energyWh: predicate.energyWh,
    emissionsG: predicate.emissionsG,
    file,
  }))
  output.answer({ items, unreadable }, () => {
    if (shown.length === 0) return [`No receipts in ${receiptsDirectory(directory)} yet. One appears with every verified job.`]
    const rows = shown.map((receipt) => [
      receipt.predicate.receiptId,
      receipt.predicate.issuedAt.slice(0, 16).replace('T', ' '),
      receipt.predicate.zone,
      meteredEnergy(receipt.predicate.energyWh * 3_600, receipt.predicate.method),
      gramsOf(receipt.predicate.emissionsG),
      origins(receipt),
    ])
    return table([HEADER, ...rows])
  })
}

const show = () =>
  action<CommonOptions & TokenQuestion>(
    createCommand('show', 'one receipt in words; it is not verified by showing it')
      .argument('<receipt>', 'receipt id, or a .wfreceipt file')
      .option('--wallet <address>', 'say whether this wallet holds it as a token, too; with --rpc')
      .option('--rpc <url>', 'the Solana RPC that is asked'),
    async ({ wallet, rpc, ...options }, output, [name = '']) => {
      const receipt = namedReceipt(dataDirectoryOf(options), name)
      const token = await tokenLine(receipt, { wallet, rpc })
      output.answer(receipt.bundle, () => [...describe(receipt), ...token])
    },
  )

function describe({ file, predicate, bundle }: ReceiptOnDisk): string[] {
  const intervals = predicate.intervals.map((at) => [at.from.slice(0, 19), energy(at.joules), `${at.gPerKWh} g/kWh`, at.origin, at.source])
  return [
    `receipt    ${predicate.receiptId}, issued ${predicate.issuedAt}`,
    `job        ${predicate.jobId} on node ${predicate.nodeId.slice(0, 12)}…`,
    `energy     ${meteredEnergy(predicate.energyWh * 3_600, predicate.method)} ± ${predicate.uncertaintyPct.toFixed(0)} % by ${predicate.method} (${predicate.overhead.basis})`,
    `emissions  ${gramsOf(predicate.emissionsG)}, started at arrival ${gramsOf(predicate.baseline.emissionsG)}, attributed saving ${gramsOf(predicate.attributedSavingG)}`,
    `log        leaf ${bundle.inclusion.leafIndex} of ${bundle.inclusion.treeSize}${bundle.anchor ? `, anchored on ${bundle.anchor.cluster} by ${bundle.anchor.signature}` : ', not anchored yet'}`,
    '',
    ...table([['from (UTC)', 'energy', 'intensity', 'origin', 'source'], ...intervals]),
    '',
    `verify it: windfall receipt verify ${file}`,
  ]
}

/** `windfall receipt …` */
export const receiptCommand = (): Command =>
  tokenCommands().reduce(
    (command, token) => command.addCommand(token),
    new Command('receipt')
      .description('list, read, verify, export and keep carbon receipts')
      .addCommand(list())
      .addCommand(show())
      .addCommand(receiptFetchCommand())
      .addCommand(receiptVerifyCommand())
      .addCommand(receiptPage())
      .addCommand(exportCommand()),
  )

import { type Command, Option } from 'commander'
import { TREE_HEAD_TYPE } from '../../../shared/domain/carbon-receipt.ts'
import { Envelope } from '../../../shared/contract/wire.ts'
import { readFileSync } from 'node:fs'
import { WindfallError, messageOf } from '../../../shared/errors.ts'
import { createSolanaChain } from '../../chain/solana.ts'
import { systemClock } from '../../kernel/clock.ts'
import { type CommonOptions, action, createCommand, dataDirectoryOf, namedCoordinator, requireHttp, whereOf } from '../command.ts'
import { EXIT } from '../exit-codes.ts'
import { coordinatorClient, publicClient } from '../instance.ts'
import { type AuditReport, auditLog } from '../log-audit/audit.ts'
import { type LogSource, logOf } from '../log-audit/source.ts'
import { readState, writeState } from '../log-audit/state.ts'
import type { Output } from '../output.ts'
import { readReceipt } from '../receipt-files.ts'
import { pinnedKeys } from '../trusted-keys.ts'

interface AuditOptions extends CommonOptions {
  readonly pin?: string
  readonly notes?: string
  readonly rpc?: string
  readonly seen: readonly string[]
}

const PAUSE_MS = 1_000

/** With a key, or on the machine where the coordinator runs, receipts are read too. */
function sourceOf(options: AuditOptions): LogSource {
  const url = namedCoordinator(options)
  const apiKey = options.key ?? process.env['WINDFALL_API_KEY']
  const reader = url !== null && apiKey === undefined ? null : coordinatorClient(whereOf(options))
  return logOf({ anyone: publicClient(dataDirectoryOf(options), url), reader }, () => systemClock.sleep(PAUSE_MS, new AbortController().signal))
}

/** A receipt file, or a tree head as `windfall log head --json` gives it. */
function readHead(file: string): Envelope {
  if (file.endsWith('.wfreceipt')) return readReceipt(file).bundle.inclusion.treeHead
  try {
    const value: unknown = JSON.parse(readFileSync(file, 'utf8'))
    const head = Envelope.parse(typeof value === 'object' && value !== null && 'treeHead' in value ? value.treeHead : value)
    if (head.payloadType !== TREE_HEAD_TYPE) throw new Error(`it is of the type ${head.payloadType}`)
    return head
  } catch (error) {
    throw new WindfallError(
      'receipt.unreadable',
      `${file} is neither a receipt nor a tree head (${messageOf(error)}). Name a .wfreceipt file, or what “windfall log head --json” said.`,
      { cause: error },
    )
  }
}

const plural = (count: number, one: string): string => `${count.toLocaleString('en')} ${one}${count === 1 ? '' : 's'}`

function linesOf({ sound, finding, logId, treeSize, rootHash, from, receipts, heads, anchors, notAnchored }: AuditReport, hasEntries: boolean): string[] {
  if (!sound) return [`log       ${logId}`, `NOT SOUND ${finding?.check ?? ''}: ${finding?.detail ?? ''}`]
  const looked = anchors.onChain === null ? 'the chain was not asked: pass --rpc' : `${anchors.onChain} found in what was read of the chain`
  return [
    `log       ${logId}`,
    `size      ${treeSize.toLocaleString('en')}, root ${rootHash}`,
    `replayed  ${plural(treeSize - from, 'leaf').replace('leafs', 'leaves')}${from > 0 ? ` from ${from.toLocaleString('en')} on` : ''}, ${plural(heads, 'signed head')}`,
    `receipts  ${hasEntries ? `${plural(receipts, 'receipt')} checked` : 'not read: pass --key to check what is in them'}`,
    `anchors   ${plural(anchors.final, 'anchor')} (${looked}), ${plural(notAnchored, 'receipt')} not anchored yet`,
    'Sound.',
  ]
}

async function audit(options: AuditOptions, output: Output): Promise<number> {
  const state = options.notes === undefined ? null : readState(options.notes)
  const seen = options.seen.map((name) => ({ name, treeHead: readHead(name) }))
  const pinned = options.pin === undefined ? null : ((await pinnedKeys({ key: options.pin })) ?? null)
  if (options.rpc !== undefined) requireHttp(options.rpc, '--rpc')
  const source = sourceOf(options)
  const chain = options.rpc === undefined ? null : createSolanaChain({ url: options.rpc })
  const progress = (done: number, of: number) => output.progress(`${done.toLocaleString('en')} of ${plural(of, 'leaf').replace('leafs', 'leaves')}`)
  const report = await auditLog({ source, pinned, state, seen, chain, progress })
  if (options.notes !== undefined && report.state) writeState(options.notes, report.state)
  const { state: _, ...shown } = report
  output.answer(shown, () => linesOf(report, source.entries !== null))
  return report.sound ? EXIT.ok : EXIT.failed
}

/** What an audit needs did not answer: to an auditor that is as a file that cannot be read. */
const UNREACHABLE: ReadonlySet<string> = new Set(['unavailable', 'chain.unavailable', 'rate.limited', 'instance.missing', 'internal'])

async function auditOrUnreadable(options: AuditOptions, output: Output): Promise<number> {
  try {
    return await audit(options, output)
  } catch (error) {
    if (!(error instanceof WindfallError) || !UNREACHABLE.has(error.code)) throw error
    output.failure(error)
    return EXIT.usage
  }
}

/** `windfall log audit` */
export const auditCommand = (): Command =>
  action<AuditOptions>(
    createCommand('audit', 'replay the whole log and check everything in it; exit code 0 sound, 1 not sound, 2 unreachable or unreadable')
      .option('--coordinator <url>', 'audit the log of this coordinator instead of the one running here')
      .option('--key <key>', 'API key by which receipts are read and checked, too; an operator’s reads all (or WINDFALL_API_KEY)')
      .option('--pin <file>', 'trust the keys in this file, a JWK or what /v1/keys answered, and no others')
      .option('--notes <file>', 'go on where the audit before ended, find out what was changed since, and leave the same for the next one')
      .option('--rpc <url>', 'look for the anchors on chain through this Solana RPC')
      .addOption(
        new Option(
          '--seen <file>',
          'a receipt or a tree head that somebody else was given: its head has to be of the same log; “receipt verify” checks the receipt (repeat for more)',
        )
          .argParser((file: string, files: readonly string[]) => [...files, file])
          .default([]),
      ),
    auditOrUnreadable,
  )

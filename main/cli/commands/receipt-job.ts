import type { Command } from 'commander'
import { WindfallError } from '../../../shared/errors.ts'
import { systemClock } from '../../kernel/clock.ts'
import { type CommonOptions, action, createCommand, dataDirectoryOf, whereOf } from '../command.ts'
import { EXIT } from '../exit-codes.ts'
import { type Where, coordinatorClient, coordinatorUrl } from '../instance.ts'
import { checkJob, fileDigest } from '../job-check.ts'
import { fetchReceipts, receiptsOf } from '../job-receipts.ts'
import { everyPin, pinAtFirstUse } from '../key-pins.ts'
import type { Output } from '../output.ts'
import { table } from '../output.ts'
import type { ReceiptOnDisk } from '../receipt-files.ts'
import { type TrustOptions, pinnedKeys, pinsOfNamed } from '../trusted-keys.ts'
import { verifyFile } from './receipt-verify.ts'

/** Brings the receipts of a job here. */
async function bring(where: Where, jobId: string): Promise<ReceiptOnDisk[]> {
  const client = coordinatorClient(where)
  return fetchReceipts(await client.call('getJob', { jobId }), { client, dataDirectory: where.dataDirectory, clock: systemClock })
}

/** The keys by which receipts of this coordinator are judged, which it published when it was first met. Error: `unavailable`. */
export async function pinsFor(where: Where, output: Output): Promise<readonly string[]> {
  const url = coordinatorUrl(where.dataDirectory, where.coordinator?.url ?? null)
  const published = async () => (await pinnedKeys({ coordinatorUrl: url })) ?? []
  const { keys, isNew } = await pinAtFirstUse({ dataDirectory: where.dataDirectory, url, published, now: systemClock.now() })
  if (isNew) output.progress(`Pinned the keys that ${url} signs receipts with: ${keys.join(', ')}`)
  return keys
}

/** `windfall receipt fetch` */
export const receiptFetchCommand = (): Command =>
  action<CommonOptions>(
    createCommand('fetch', 'bring the receipts of a job to this machine, where they are checked without the network', 'coordinator').argument(
      '<job>',
      'job id',
    ),
    async (options, output, [jobId = '']) => {
      const where = whereOf(options)
      await pinsFor(where, output)
      const found = await bring(where, jobId)
      const items = found.map(({ file, predicate }) => ({ receiptId: predicate.receiptId, file }))
      output.answer({ jobId, items }, () => [
        ...table([['receipt', 'file'], ...items.map(({ receiptId, file }) => [receiptId, file])]),
        `verify: windfall receipt verify --job ${jobId}`,
      ])
    },
  )

interface VerifyOptions extends TrustOptions {
  readonly rpc?: string
  readonly job?: string
  readonly result?: string
}

/** Of what is here; where nothing is, it is fetched first. */
async function verifyJob(jobId: string, options: VerifyOptions, output: Output): Promise<number> {
  const dataDirectory = dataDirectoryOf(options)
  const here = receiptsOf(dataDirectory, jobId)
  const receipts = here.length > 0 ? here : await bring(whereOf(options), jobId)
  const named = options.pin === undefined ? pinsOfNamed(options) : await pinnedKeys({ key: options.pin })
  const known = options.coordinator === undefined ? everyPin(dataDirectory) : []
  const pins = named ?? (here.length > 0 && known.length > 0 ? known : await pinsFor(whereOf(options), output))
  const check = await checkJob(receipts, pins, options.result === undefined ? null : await fileDigest(options.result))
  const { lines, ...answer } = check
  output.answer({ jobId, ...answer }, () => lines)
  return check.verified ? EXIT.ok : EXIT.failed
}

async function verifyNamed(file: string, options: VerifyOptions, output: Output): Promise<number> {
  if (options.result !== undefined)
    throw new WindfallError('input.invalid', '--result is compared with the receipts of a job. Say which: windfall receipt verify --job JOB --result FILE')
  const met = everyPin(dataDirectoryOf(options))
  const pins = pinsOfNamed(options)
  const coordinatorUrl = pins ? undefined : options.coordinator
  const { exitCode, verification, lines } = await verifyFile({ file, key: options.pin, coordinatorUrl, pins, met, rpcUrl: options.rpc })
  output.answer(verification, () => lines)
  return exitCode
}

const HELP = `
Keys are trusted that --pin or --coordinator names, or else those of coordinators that were met before: by “windfall login”, “windfall job run” or
“windfall receipt fetch”, which pin them the first time. What a coordinator publishes later under another key does not count: name it by --pin. With --job, receipts that are on this machine are checked without the network.`

/** `windfall receipt verify` */
export const receiptVerifyCommand = (): Command =>
  action<VerifyOptions>(
    createCommand('verify', 'check a receipt, step by step, without the network; exit code 0 valid, 1 invalid, 2 unreadable', 'coordinator')
      .argument('[file]', '.wfreceipt file')
      .option('--job <job>', 'every receipt of this job, in place of a file')
      .option('--result <file>', 'with --job: what the job produced, to compare with what its receipts name')
      .option('--pin <file>', 'trust the public keys in this file only: a JWK, or what a coordinator answers at /v1/keys')
      .option('--rpc <url>', 'also check the anchor on chain through this Solana RPC')
      .addHelpText('after', HELP),
    async (options, output, [file]) => {
      if ((file === undefined) === (options.job === undefined))
        throw new WindfallError(
          'input.invalid',
          'Give a .wfreceipt file, or a job: windfall receipt verify --job JOB. See what there is: windfall receipt list',
        )
      return file === undefined ? verifyJob(options.job ?? '', options, output) : verifyNamed(file, options, output)
    },
  )

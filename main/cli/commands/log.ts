import { Command, InvalidArgumentError, Option } from 'commander'
import type { Envelope } from '../../../shared/contract/wire.ts'
import type { CarbonReceipt, TreeHead } from '../../../shared/domain/carbon-receipt.ts'
import { payloadOf } from '../../../shared/domain/dsse.ts'
import { verifyConsistency } from '../../../shared/domain/merkle.ts'
import { WindfallError } from '../../../shared/errors.ts'
import { nodeVerifyPort } from '../../kernel/verify-port.ts'
import { type CommonOptions, action, createCommand, dataDirectoryOf, namedCoordinator, pageLimit, wholeNumber, whereOf } from '../command.ts'
import { EXIT } from '../exit-codes.ts'
import { coordinatorClient, publicClient } from '../instance.ts'
import { hashOf, openHead } from '../log-audit/heads.ts'
import { table } from '../output.ts'
import { auditCommand } from './log-audit.ts'

const size = wholeNumber(0, Number.MAX_SAFE_INTEGER)
/** Anyone may ask; a key is not needed. */
const publicCommand = (name: string, description: string): Command =>
  createCommand(name, description).option('--coordinator <url>', 'ask this coordinator instead of the one running here')

const anyone = (options: CommonOptions) => publicClient(dataDirectoryOf(options), namedCoordinator(options))

/** What a head says, unverified. */
const said = (envelope: Envelope): TreeHead => payloadOf(envelope) as TreeHead

const head = () =>
  action<CommonOptions & { size?: number; now?: true }>(
    publicCommand('head', 'a signed tree head: the newest by default')
      .addOption(new Option('--size <n>', 'the one that was signed when the log had this size').argParser(size).conflicts('now'))
      .option('--now', 'one that is signed for this answer'),
    async (options, output) => {
      const client = anyone(options)
      const asked = options.size !== undefined ? { size: options.size } : options.now ? { signed: 'now' as const } : {}
      const [{ treeHead }, { logId, logKey }] = [await client.call('treeHead', asked), await client.call('keys', {})]
      const { treeSize, rootHash, at } = await openHead(treeHead, { logId, key: logKey }, 'The tree head')
      output.answer({ treeHead }, () => [`log   ${logId}`, `size  ${treeSize.toLocaleString('en')}`, `root  ${rootHash}`, `at    ${at}, signed by the log`])
    },
  )

const leafHash = (text: string): string => {
  if (hashOf(text).length !== 32) throw new InvalidArgumentError('Give 32 bytes in base64.')
  return text
}

const inclusion = () =>
  action<CommonOptions & { leaf?: number; leafHash?: string; size?: number }>(
    publicCommand('inclusion', 'proof that a receipt is in the log (RFC 9162 §2.1.3)')
      .argument('[receipt]', 'its id')
      .option('--leaf <n>', 'the number of its leaf in place of its id', size)
      .option('--leaf-hash <base64>', 'its leaf hash in place of its id', leafHash)
      .option('--size <n>', 'in the log of this size (default: as large as it is)', size),
    async ({ leaf, leafHash: hash, size: of, ...options }, output, [receipt]) => {
      const asked = { ...(receipt === undefined ? {} : { receipt }), ...(leaf === undefined ? {} : { leaf }), ...(hash === undefined ? {} : { hash }) }
      const proof = await anyone(options).call('logInclusion', { ...asked, ...(of === undefined ? {} : { size: of }) })
      output.answer(proof, () => [
        `leaf ${proof.leafIndex} of ${proof.treeSize}${proof.treeHead ? `, root ${said(proof.treeHead).rootHash}` : ', for which no head was signed'}`,
        ...proof.hashes,
      ])
    },
  )

/** Error: `input.invalid`. */
function sizeOf(text = ''): number {
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text)
  throw new WindfallError('input.invalid', `“${text}” is not a size of the log. Give two whole numbers from 1 on, the smaller one first.`)
}

/** The root that was signed at a size; `null` if none was. */
async function rootAt(client: ReturnType<typeof anyone>, at: number): Promise<string | null> {
  try {
    return said((await client.call('treeHead', { size: at })).treeHead).rootHash
  } catch (error) {
    if (error instanceof WindfallError && error.code === 'not-found') return null
    throw error
  }
}

const VERDICTS = { true: 'The proof holds.', false: 'The proof does NOT hold.', null: 'Not checked: no head was signed at one of the two sizes.' } as const

const consistency = () =>
  action<CommonOptions>(
    publicCommand('consistency', 'proof that the log of one size is the beginning of the log of another (RFC 9162 §2.1.4), checked where heads were signed')
      .argument('<from>', 'the smaller size')
      .argument('<to>', 'the larger size'),
    async (options, output, args) => {
      const [client, from, to] = [anyone(options), sizeOf(args[0]), sizeOf(args[1])]
      const { hashes } = await client.call('logConsistency', { from, to })
      const [first, second] = [await rootAt(client, from), await rootAt(client, to)]
      const proof = { firstSize: from, firstRoot: hashOf(first ?? ''), secondSize: to, secondRoot: hashOf(second ?? ''), hashes: hashes.map(hashOf) }
      const holds = first === null || second === null ? null : await verifyConsistency(nodeVerifyPort.sha256, proof)
      output.answer({ from, to, hashes, holds }, () => [...hashes, VERDICTS[`${holds}`]])
      return holds === false ? EXIT.failed : EXIT.ok
    },
  )

const entries = () =>
  action<CommonOptions & { from: number; limit: number }>(
    createCommand('entries', 'the receipts in the log, in order: those of your jobs, for operators all', 'coordinator')
      .option('--from <n>', 'the first leaf to show', size, 0)
      .option('--limit <n>', 'how many', pageLimit, 50),
    async ({ from, limit, ...options }, output) => {
      const page = await coordinatorClient(whereOf(options)).call('logEntries', { from, limit })
      const rows = page.items.map(({ leafIndex, evidence }) => {
        const { receiptId, issuedAt, jobId } = evidence ? (payloadOf(evidence.receipt) as CarbonReceipt).predicate : NOT_YOURS
        return [String(leafIndex), receiptId, issuedAt, jobId]
      })
      output.answer(page, () => {
        if (rows.length === 0) return ['The log holds no receipt from there on.']
        return [...table([['leaf', 'receipt', 'issued (UTC)', 'job'], ...rows]), ...(page.next === null ? [] : [`more: --from ${page.next}`])]
      })
    },
  )

const NOT_YOURS = { receiptId: 'not yours to read', issuedAt: '', jobId: '' } as const

const anchors = () =>
  action<CommonOptions & { after?: number; limit: number }>(
    publicCommand('anchors', 'the memos by which the log is anchored on chain, smallest log first')
      .option('--after <n>', 'only of larger logs than this', size)
      .option('--limit <n>', 'how many', pageLimit, 50),
    async ({ after, limit, ...options }, output) => {
      const page = await anyone(options).call('logAnchors', { ...(after === undefined ? {} : { after }), limit })
      const rows = page.items.map(({ treeSize, plannedAt, anchor }) => [
        String(treeSize),
        plannedAt,
        anchor ? `${anchor.cluster} ${anchor.signature}` : 'on its way',
      ])
      output.answer(page, () => {
        if (rows.length === 0) return [after === undefined ? 'Nothing is anchored yet.' : `No log of more than ${after} receipts is anchored yet.`]
        return [...table([['size', 'planned (UTC)', 'transaction'], ...rows]), ...(page.next === null ? [] : [`more: --after ${page.next}`])]
      })
    },
  )

/** `windfall log …` */
export const logCommand = (): Command =>
  new Command('log')
    .description('the public log of receipts: its signed heads, its proofs, its anchors, and an audit of all of it')
    .addCommand(head())
    .addCommand(inclusion())
    .addCommand(consistency())
    .addCommand(entries())
    .addCommand(anchors())
    .addCommand(auditCommand())

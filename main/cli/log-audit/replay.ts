import { type LogEntry, MAX_LEAVES, type ReceiptEvidence } from '../../../shared/contract/log.ts'
import type { Envelope } from '../../../shared/contract/wire.ts'
import { bundleOfParts } from '../../../shared/domain/carbon-receipt.ts'
import { decodeBase64, encodeBase64, equalBytes } from '../../../shared/domain/encoding.ts'
import { type LogEnd, appendLeaves, nodesOf, trimEnd } from '../../../shared/domain/log-end.ts'
import { leafHash } from '../../../shared/domain/merkle.ts'
import { proveInclusion, rootHash } from '../../../shared/domain/merkle-log.ts'
import { verifyReceipt } from '../../../shared/domain/verify-receipt.ts'
import { nodeVerifyPort } from '../../kernel/verify-port.ts'
import { type Expectations, requireRoot } from './expected.ts'
import { notSound } from './finding.ts'
import { type LogKey, type SignedHead, hashOf, openHead } from './heads.ts'
import { type SeenProofs, claimProofs } from './seen-proofs.ts'
import type { LogSource } from './source.ts'

const { sha256 } = nodeVerifyPort

/** Receipts in one page. */
const ENTRIES = 100
/** Receipts that wait for a head over them are held in memory. */
const MOST_WAITING = 20_000

export interface ReplayDeps {
  readonly source: LogSource
  readonly log: LogKey
  readonly receiptKeys: readonly string[]
  readonly expectations: Expectations
  readonly proofs: SeenProofs
  readonly progress: (done: number, of: number) => void
}

export interface Replayed {
  readonly end: LogEnd
  readonly heads: number
  /** Receipts that were checked. */
  readonly receipts: number
}

interface Waiting {
  readonly leafIndex: number
  readonly evidence: ReceiptEvidence
}

async function judgeReceipt(
  { log, receiptKeys, proofs }: ReplayDeps,
  { leafIndex, evidence }: Waiting,
  [end, head]: readonly [LogEnd, SignedHead],
): Promise<void> {
  const { treeSize, envelope: treeHead } = head
  const hashes = (await proveInclusion(sha256, nodesOf(end), { index: leafIndex, size: treeSize })).map(encodeBase64)
  const inclusion = { leafIndex, treeSize, hashes, treeHead }
  const bundle = bundleOfParts({ receipt: evidence.receipt, proofs: evidence.proofs, keys: evidence.keys, inclusion, anchor: null }, evidence.rotations)
  const { failedStep, steps } = await verifyReceipt(bundle, { crypto: nodeVerifyPort, pinnedKeys: [...receiptKeys, log.logId] })
  if (failedStep !== null) {
    const detail = steps.find(({ step }) => step === failedStep)?.detail ?? ''
    notSound('receipt', `The receipt at leaf ${leafIndex} is not valid: ${failedStep}: ${detail}`, leafIndex)
  }
  claimProofs(proofs, evidence.proofs, leafIndex)
}

/** Receipts one after another, from pages that end wherever the coordinator ends them. */
async function* entriesFrom(source: LogSource, from: number, to: number): AsyncGenerator<LogEntry> {
  for (let at = from; at < to; ) {
    const items = (await source.entries?.({ from: at, limit: Math.min(ENTRIES, to - at) })) ?? []
    if (items.length === 0) notSound('leaf', `The log gives no receipt for leaf ${at}, though it says that it holds ${to}.`, at)
    for (const entry of items) {
      if (entry.leafIndex !== at) notSound('leaf', `The log gives the receipt of leaf ${entry.leafIndex} in place of that of leaf ${at}.`, at)
      yield entry
      at++
    }
  }
}

/** Follows the growth of a log leaf by leaf. */
function createGrowth(deps: ReplayDeps, start: LogEnd) {
  let end = start
  let waiting: Waiting[] = []
  const total = { heads: 0, receipts: 0 }
  const root = async (): Promise<string> => encodeBase64(await rootHash(sha256, nodesOf(end), end.size))
  return {
    async add(hash: string, entry: LogEntry | null): Promise<void> {
      const leafIndex = end.size
      const evidence = entry?.evidence ?? null
      if (evidence !== null && !equalBytes(await leafHash(sha256, decodeBase64(evidence.receipt.payload) ?? new Uint8Array()), hashOf(hash)))
        notSound('leaf', `The receipt at leaf ${leafIndex} is not the one that was put into the log: it was rewritten.`, leafIndex)
      end = (await appendLeaves(sha256, end, [hashOf(hash)])).end
      if (evidence !== null) waiting.push({ leafIndex, evidence })
      else if (waiting.length === 0) end = trimEnd(end)
      if (waiting.length > MOST_WAITING) notSound('tree-head', `No head was signed over the ${MOST_WAITING} receipts up to leaf ${leafIndex}.`, leafIndex)
      const expected = deps.expectations.at(end.size)
      if (expected.length > 0) for (const one of expected) requireRoot(one, await root())
    },
    async pass(head: SignedHead): Promise<void> {
      requireRoot({ ...head, what: `The head signed at ${head.at}`, check: 'tree-head' }, await root())
      for (const one of waiting) await judgeReceipt(deps, one, [end, head])
      total.receipts += waiting.length
      total.heads++
      waiting = []
      end = trimEnd(end)
    },
    size: () => end.size,
    replayed: (): Replayed => ({ end: trimEnd(end), ...total }),
  }
}

async function headsBySize(deps: ReplayDeps, heads: readonly Envelope[], within: readonly [number, number]): Promise<Map<number, SignedHead>> {
  const bySize = new Map<number, SignedHead>()
  for (const envelope of heads) {
    const head = await openHead(envelope, deps.log, 'A tree head')
    if (head.treeSize <= within[0] || head.treeSize > within[1])
      notSound('tree-head', `The head over ${head.treeSize} receipts is shown among the leaves ${within[0]} to ${within[1]}, where it does not belong.`)
    bySize.set(head.treeSize, head)
  }
  return bySize
}

/**
 * Rebuilds a log from where `start` ends to `target`: every root at which a head was signed or something else was expected, and, where receipts may be
 * read, every receipt in its place. Memory does not grow with the log. Throws `NotSound` at the first thing that is wrong.
 */
export async function replayLog(deps: ReplayDeps, start: LogEnd, target: SignedHead): Promise<Replayed> {
  const { source } = deps
  const growth = createGrowth(deps, start)
  const entries = source.entries ? entriesFrom(source, start.size, target.treeSize) : null
  while (growth.size() < target.treeSize) {
    const from = growth.size()
    const limit = Math.min(MAX_LEAVES, target.treeSize - from)
    const page = await source.leaves({ from, limit })
    if (page.hashes.length === 0 || page.hashes.length > limit)
      notSound('leaf', `The log gives ${page.hashes.length} leaves from ${from} on, though it says that it holds ${target.treeSize}.`, from)
    const heads = await headsBySize(deps, page.heads, [from, from + page.hashes.length])
    for (const hash of page.hashes) {
      const entry = await entries?.next()
      await growth.add(hash, entry?.value ?? null)
      const head = heads.get(growth.size())
      if (head) await growth.pass(head)
    }
    deps.progress(growth.size(), target.treeSize)
  }
  await growth.pass(target)
  return growth.replayed()
}

import type { LogAnchor } from '../../../shared/contract/log.ts'
import { WindfallError } from '../../../shared/errors.ts'
import type { Chain, HistoryItem } from '../../chain/chain.ts'
import { clusterOf } from '../../chain/cluster.ts'
import { anchorsIn } from './expected.ts'
import { notSound } from './finding.ts'

type AuditedChain = Pick<Chain, 'genesisHash' | 'historyOf' | 'transaction'>

/** Where anchors are looked for, and how far that was done before. */
export interface ChainLook {
  readonly chain: AuditedChain
  readonly cluster: string
  /** The coordinator’s wallet, from which it sends them. */
  readonly wallet: string
  readonly logId: string
  readonly since: { readonly until: string; readonly treeSize: number } | null
}

const PAGE = 1_000

async function* historyOf({ chain, wallet, since }: ChainLook): AsyncGenerator<HistoryItem> {
  for (let before: string | undefined; ; ) {
    const range = { ...(before === undefined ? {} : { before }), ...(since ? { until: since.until } : {}) }
    const page = await chain.historyOf(wallet, { limit: PAGE, ...range })
    yield* page
    const oldest = page.at(-1)
    if (!oldest || page.length < PAGE) return
    before = oldest.signature
  }
}

/** An anchor of this log that the chain holds for good. */
interface FoundAnchor {
  readonly memo: string
  readonly treeSize: number
  readonly signature: string
}

export interface ChainRead {
  readonly found: readonly FoundAnchor[]
  /** The newest transaction that was read; `null` if there is none. */
  readonly until: string | null
}

/**
 * Every anchor of this log in the history of the coordinator’s wallet. Read before the coordinator is asked which it shows, since it goes on
 * meanwhile. Errors: `chain.unavailable`; `input.invalid` for a chain the coordinator does not use.
 */
export async function readChain(look: ChainLook): Promise<ChainRead> {
  const served = clusterOf(await look.chain.genesisHash())
  if (served !== look.cluster)
    throw new WindfallError(
      'input.invalid',
      `The Solana RPC serves ${served}, and the coordinator anchors its log on ${look.cluster}. Pass one of ${look.cluster} with --rpc.`,
    )
  const found: FoundAnchor[] = []
  let until: string | null = null
  for await (const { signature, err, memo } of historyOf(look)) {
    until ??= signature
    if (err !== null) continue
    for (const claim of anchorsIn(memo ?? '')) if (look.logId.startsWith(claim.logId)) found.push({ memo: claim.text, treeSize: claim.treeSize, signature })
  }
  return { found, until: until ?? look.since?.until ?? null }
}

/** An anchor that the chain holds has to be the one that the coordinator shows for this size of the log. */
function requireListed(anchors: ReadonlyMap<number, LogAnchor>, { memo, treeSize, signature }: FoundAnchor): void {
  const listed = anchors.get(treeSize)
  if (listed?.memo !== memo)
    notSound('anchor', `Transaction ${signature} anchors a log of ${treeSize} receipts with a root that the coordinator does not show: ${memo}.`)
  if (listed.anchor && listed.anchor.signature !== signature)
    notSound('anchor', `The log of ${treeSize} receipts is anchored twice: by ${listed.anchor.signature} and by ${signature}.`)
}

/** It may have been sent from a wallet that the coordinator no longer uses. */
async function requireOnChain({ chain, cluster }: ChainLook, { treeSize, memo, anchor }: LogAnchor): Promise<void> {
  if (!anchor) return
  if (anchor.cluster !== cluster)
    notSound('anchor', `The anchor of ${treeSize} receipts is said to be on ${anchor.cluster}, and the coordinator uses ${cluster}.`)
  const found = await chain.transaction(anchor.signature)
  if (!found || found.err !== null || !found.memos.includes(memo))
    notSound('anchor', `The log of ${treeSize} receipts is said to be anchored by ${anchor.signature}, and no final transaction of that name holds its root.`)
}

/**
 * Compares what the coordinator shows as anchored with the chain, in both directions: each is there, none is there twice, and none is there that is not
 * shown. Returns the largest tree that is anchored. Error: `chain.unavailable`. Throws `NotSound`.
 */
export async function compareChain(look: ChainLook, { found }: ChainRead, anchors: ReadonlyMap<number, LogAnchor>): Promise<number> {
  const bySize = new Map<number, string>()
  for (const one of found) {
    requireListed(anchors, one)
    const other = bySize.get(one.treeSize)
    if (other !== undefined) notSound('anchor', `The log of ${one.treeSize} receipts is anchored twice: by ${other} and by ${one.signature}.`)
    bySize.set(one.treeSize, one.signature)
  }
  let largest = look.since?.treeSize ?? 0
  for (const anchor of anchors.values()) {
    if (!anchor.anchor || anchor.treeSize <= largest) continue
    if (!bySize.has(anchor.treeSize)) await requireOnChain(look, anchor)
    largest = anchor.treeSize
  }
  return largest
}

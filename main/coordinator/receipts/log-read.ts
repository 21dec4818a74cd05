import type { LogAnchor, LogEntry } from '../../../shared/contract/log.ts'
import type { Envelope } from '../../../shared/contract/wire.ts'
import { encodeBase64 } from '../../../shared/domain/encoding.ts'
import { proveConsistency, proveInclusion } from '../../../shared/domain/merkle-log.ts'
import { WindfallError } from '../../../shared/errors.ts'
import { toIso } from '../../../shared/units.ts'
import { nodeVerifyPort } from '../../kernel/verify-port.ts'
import type { Db, Tx } from '../persistence/database.ts'
import { createAnchorsStore } from './anchors.store.ts'
import { countOf } from './log.ts'
import { type LogStore, createLogStore } from './log.store.ts'
import { createReceiptsStore } from './receipts.store.ts'

const { sha256 } = nodeVerifyPort

/** Characters of receipts in one page; one receipt is always given. */
const PAGE_CHARACTERS = 8_000_000

const EMPTY = 'The log is empty: no receipt was issued yet.'

interface Page {
  readonly from: number
  readonly limit: number
}

const sizeOf = async (store: LogStore): Promise<number> => (await store.newestHead())?.treeSize ?? 0

/** A leaf by its place, by the receipt it is of, or by its hash. */
export interface Asked {
  readonly leaf?: number | undefined
  readonly receipt?: string | undefined
  readonly hash?: string | undefined
  /** Of the log; as large as it is by default. */
  readonly size?: number | undefined
}

async function leafOf(db: Db | Tx, { leaf, receipt, hash }: Asked): Promise<number> {
  if ([leaf, receipt, hash].filter((one) => one !== undefined).length !== 1)
    throw new WindfallError('input.invalid', 'Name one receipt: by its id, by the number of its leaf, or by its leaf hash.')
  const found = leaf ?? (receipt === undefined ? await createLogStore(db).leafWith(hash ?? '') : await createReceiptsStore(db).leafOf(receipt))
  if (found === null) throw new WindfallError('not-found', `There is no ${receipt === undefined ? 'leaf with this hash' : `receipt ${receipt}`} in the log.`)
  return found
}

interface Included {
  readonly leafIndex: number
  readonly treeSize: number
  readonly hashes: string[]
  readonly treeHead: Envelope | null
}

/** RFC 9162 inclusion proof of a leaf in the log of any size. Errors: `not-found`; `input.invalid` for a log that is too small or too large. */
export async function inclusionProof(db: Db | Tx, asked: Asked): Promise<Included> {
  const store = createLogStore(db)
  const [leafIndex, now] = [await leafOf(db, asked), await sizeOf(store)]
  const treeSize = asked.size ?? now
  if (now === 0) throw new WindfallError('input.invalid', EMPTY)
  if (leafIndex >= treeSize || treeSize > now)
    throw new WindfallError(
      'input.invalid',
      `The log holds ${countOf(now)}, and leaf ${leafIndex} is in it from size ${leafIndex + 1} on. Ask for a size it has had.`,
    )
  const hashes = await proveInclusion(sha256, store.nodes, { index: leafIndex, size: treeSize })
  return { leafIndex, treeSize, hashes: hashes.map(encodeBase64), treeHead: (await store.head(treeSize))?.envelope ?? null }
}

/** RFC 9162 consistency proof between two sizes of the log, base64. Error: `input.invalid` unless 1 ≤ from ≤ to ≤ size. */
export async function consistencyProof(db: Db | Tx, from: number, to: number): Promise<string[]> {
  const store = createLogStore(db)
  const size = await sizeOf(store)
  if (!(Number.isSafeInteger(from) && Number.isSafeInteger(to) && from >= 1 && from <= to && to <= size))
    throw new WindfallError('input.invalid', size === 0 ? EMPTY : `The log holds ${countOf(size)}. Ask for two sizes from 1 to ${size}, the smaller one first.`)
  return (await proveConsistency(sha256, store.nodes, { from, to })).map(encodeBase64)
}

/** One page of leaf hashes, and the heads that were signed over logs that end within it. */
export async function listLeaves(db: Db | Tx, { from, limit }: Page): Promise<{ hashes: string[]; heads: Envelope[]; next: number | null }> {
  const store = createLogStore(db)
  const size = await sizeOf(store)
  const to = Math.min(size, from + limit)
  const [hashes, heads] = to <= from ? [[], []] : [await store.leaves(from, to), await store.headsWithin(from, to)]
  return { hashes, heads: heads.map(({ envelope }) => envelope), next: to < size ? to : null }
}

/** How many of these fit into a page. */
function fitting(lengths: readonly number[]): number {
  let sum = 0
  const over = lengths.findIndex((length) => (sum += length) > PAGE_CHARACTERS)
  return over < 0 ? lengths.length : Math.max(1, over)
}

/** One page of receipts with what they rest on; of a requester the others are `null`, of an operator (`null`) none is. */
export async function listEntries(db: Db | Tx, requesterId: string | null, { from, limit }: Page): Promise<{ items: LogEntry[]; next: number | null }> {
  const store = createReceiptsStore(db)
  const found = await store.receipts(from, fitting(await store.lengths(from, limit)))
  const items = found.map(({ leafIndex, requesterId: owner, envelope, proofs, keys, rotations }): LogEntry => {
    const isVisible = requesterId === null || owner === requesterId
    return { leafIndex, evidence: isVisible ? { receipt: envelope, proofs: [...proofs], keys: [...keys], rotations: [...rotations] } : null }
  })
  const next = (items.at(-1)?.leafIndex ?? from) + 1
  return { items, next: items.length > 0 && next < (await sizeOf(createLogStore(db))) ? next : null }
}

interface Listing {
  readonly after?: number | undefined
  readonly limit: number
}

/** One page of the heads that epochs began with, oldest first. */
export async function listEpochHeads(db: Db | Tx, { after, limit }: Listing): Promise<{ items: Envelope[]; next: number | null }> {
  const found = await createLogStore(db).epochsAfter(after ?? null, limit + 1)
  const page = found.slice(0, limit)
  return { items: page.map(({ envelope }) => envelope), next: found.length > limit ? (page.at(-1)?.epoch ?? null) : null }
}

/** One page of anchors, those that are not final yet included. */
export async function listAnchors(db: Db | Tx, { after, limit }: Listing): Promise<{ items: LogAnchor[]; next: number | null }> {
  const found = await createAnchorsStore(db).after(after ?? 0, limit + 1)
  const items = found.slice(0, limit).map(({ plannedAt, ...rest }) => ({ ...rest, plannedAt: toIso(plannedAt) }))
  return { items, next: found.length > limit ? (items.at(-1)?.treeSize ?? null) : null }
}

/**
 * The growing side of the Merkle tree. Hashes of complete subtrees never change once they exist, so a log stores each of them
 * once and reads about log2(n) of them to append, to show a root, or to prove anything about any earlier size.
 */
import { type Hash, nodeHash, type Sha256 } from './merkle.ts'

/** Reads stored hashes of complete subtrees by {@link nodePosition}. */
export type ReadNodes = (positions: readonly number[]) => Promise<ReadonlyMap<number, Hash>>

export interface StoredNode {
  readonly position: number
  readonly hash: Hash
}

export interface Range {
  readonly start: number
  readonly size: number
}

/** In-order number of the complete subtree of 2^level leaves that begins at leaf `index × 2^level`; leaf i has 2i. */
const nodePosition = (level: number, index: number): number => index * 2 ** (level + 1) + 2 ** level - 1

const largestPowerBelow = (size: number): number => 2 ** (Math.ceil(Math.log2(size)) - 1)

/** The complete subtrees that make up a range, left to right; the range begins at a multiple of its largest one. */
export function subtrees({ start, size }: Range): readonly number[] {
  const positions: number[] = []
  for (let [at, left] = [start, size]; left > 0; ) {
    const level = Math.floor(Math.log2(left))
    positions.push(nodePosition(level, at / 2 ** level))
    at += 2 ** level
    left -= 2 ** level
  }
  return positions
}

/** RFC 9162 §2.1.3.1: the ranges whose hashes lead from a leaf to the root. */
function inclusionRanges(leaf: number, { start, size }: Range): readonly Range[] {
  if (size === 1) return []
  const split = largestPowerBelow(size)
  const [left, right] = [
    { start, size: split },
    { start: start + split, size: size - split },
  ]
  return leaf < right.start ? [...inclusionRanges(leaf, left), right] : [...inclusionRanges(leaf, right), left]
}

/** RFC 9162 §2.1.4.1, SUBPROOF. `whole` says that the first tree is the range seen so far, whose hash the checker knows. */
function consistencyRanges(first: number, { start, size }: Range, whole: boolean): readonly Range[] {
  if (first === size) return whole ? [] : [{ start, size }]
  const split = largestPowerBelow(size)
  const [left, right] = [
    { start, size: split },
    { start: start + split, size: size - split },
  ]
  return first <= split ? [...consistencyRanges(first, left, whole), right] : [...consistencyRanges(first - split, right, false), left]
}

async function foldRight(sha256: Sha256, hashes: readonly Hash[]): Promise<Hash> {
  const [last, ...others] = hashes.toReversed()
  if (!last) return sha256(new Uint8Array())
  let running = last
  for (const hash of others) running = await nodeHash(sha256, hash, running)
  return running
}

/** Reads every needed node at once, then hashes each range. A missing node means that the stored log is damaged: `RangeError`. */
async function rangeHashes(sha256: Sha256, read: ReadNodes, ranges: readonly Range[]): Promise<readonly Hash[]> {
  const wanted = ranges.map(subtrees)
  const stored = await read(wanted.flat())
  const hashOf = (position: number): Hash => {
    const hash = stored.get(position)
    if (!hash) throw new RangeError(`the log has no node ${position}`)
    return hash
  }
  return Promise.all(wanted.map((positions) => foldRight(sha256, positions.map(hashOf))))
}

/** The nodes that leaf number `index` completes, itself first. Store them all before the next append. */
export async function appendLeaf(sha256: Sha256, read: ReadNodes, leaf: { readonly index: number; readonly hash: Hash }): Promise<readonly StoredNode[]> {
  const levels: number[] = []
  for (let [level, at] = [0, leaf.index]; at % 2 === 1; level++, at = Math.floor(at / 2)) levels.push(nodePosition(level, at - 1))
  const stored = levels.length > 0 ? await read(levels) : new Map<number, Hash>()
  const added: StoredNode[] = [{ position: nodePosition(0, leaf.index), hash: leaf.hash }]
  let running = leaf.hash
  for (const [level, sibling] of levels.entries()) {
    const left = stored.get(sibling)
    if (!left) throw new RangeError(`the log has no node ${sibling}`)
    running = await nodeHash(sha256, left, running)
    added.push({ position: nodePosition(level + 1, Math.floor(leaf.index / 2 ** (level + 1))), hash: running })
  }
  return added
}

/** Root of the first `size` leaves; SHA-256 of nothing for an empty log. */
export async function rootHash(sha256: Sha256, read: ReadNodes, size: number): Promise<Hash> {
  const [root] = await rangeHashes(sha256, read, [{ start: 0, size }])
  return root ?? sha256(new Uint8Array())
}

/** Inclusion proof of leaf `index` in the first `size` leaves. Error: `RangeError` unless 0 ≤ index < size. */
export async function proveInclusion(
  sha256: Sha256,
  read: ReadNodes,
  { index, size }: { readonly index: number; readonly size: number },
): Promise<readonly Hash[]> {
  if (!(Number.isSafeInteger(index) && Number.isSafeInteger(size) && index >= 0 && index < size))
    throw new RangeError(`there is no leaf ${index} in a log of ${size}`)
  return rangeHashes(sha256, read, inclusionRanges(index, { start: 0, size }))
}

/** Consistency proof between the first `from` and the first `to` leaves. Error: `RangeError` unless 1 ≤ from ≤ to. */
export async function proveConsistency(
  sha256: Sha256,
  read: ReadNodes,
  { from, to }: { readonly from: number; readonly to: number },
): Promise<readonly Hash[]> {
  if (!(Number.isSafeInteger(from) && Number.isSafeInteger(to) && from >= 1 && from <= to))
    throw new RangeError(`there is no log of ${from} inside one of ${to}`)
  return rangeHashes(sha256, read, consistencyRanges(from, { start: 0, size: to }, true))
}

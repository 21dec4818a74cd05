import { decodeBase64Url, encodeBase64 } from '../../../shared/domain/encoding.ts'
import { WindfallError } from '../../../shared/errors.ts'
import { notSound } from './finding.ts'

/** That the log had this root at some size, by something that was signed or is on chain. */
export interface Expected {
  readonly treeSize: number
  readonly rootHash: string
  /** What says so, at the beginning of a sentence. */
  readonly what: string
  readonly check: 'tree-head' | 'anchor'
}

/** One an hour for a hundred years. */
const MOST = 1_000_000

/** Everything that is to be compared with the log while it is replayed, by size. */
export function createExpectations() {
  const bySize = new Map<number, Expected[]>()
  let count = 0
  return {
    add(expected: Expected): void {
      if (++count > MOST)
        throw new WindfallError('input.too-large', 'The coordinator shows more heads and anchors than a log can have. It cannot be audited: ask its operator.')
      bySize.set(expected.treeSize, [...(bySize.get(expected.treeSize) ?? []), expected])
    },
    at: (treeSize: number): readonly Expected[] => bySize.get(treeSize) ?? [],
    /** Of logs of at most this size, or larger ones. */
    upTo: (treeSize: number): Expected[] => [...bySize.values()].flat().filter((one) => one.treeSize <= treeSize),
    above: (treeSize: number): Expected[] => [...bySize.values()].flat().filter((one) => one.treeSize > treeSize),
  }
}

export type Expectations = ReturnType<typeof createExpectations>

export function requireRoot(expected: Expected, rootHash: string): void {
  if (expected.rootHash === rootHash) return
  notSound(
    expected.check === 'anchor' ? 'anchor' : 'root',
    `${expected.what} says that the root of the first ${expected.treeSize} receipts is ${expected.rootHash}, and by the receipts in the log it is ${rootHash}.`,
  )
}

const MEMO = /windfall:log\/1:([\w-]{8}):n=(\d{1,15}):r=([\w-]{43})(?![\w-])/g

export interface MemoClaim {
  readonly text: string
  readonly logId: string
  readonly treeSize: number
  readonly rootHash: string
}

/** The anchors that a text names, as a node joins the memos of a transaction. */
export const anchorsIn = (text: string): MemoClaim[] =>
  [...text.matchAll(MEMO)].map(([memo, logId = '', size, root = '']) => ({
    text: memo,
    logId,
    treeSize: Number(size),
    rootHash: encodeBase64(decodeBase64Url(root) ?? new Uint8Array()),
  }))

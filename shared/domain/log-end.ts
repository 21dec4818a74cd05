/**
 * The growing end of a Merkle log, held in memory: the hashes of the complete subtrees that make up the log so far, and what was completed since it was
 * opened. That is all it takes to append, to show the root, and to prove any leaf that was appended since.
 */
import type { Hash, Sha256 } from './merkle.ts'
import { type ReadNodes, type StoredNode, appendLeaf, subtrees } from './merkle-log.ts'

export interface LogEnd {
  readonly size: number
  readonly nodes: ReadonlyMap<number, Hash>
}

export const endPositions = (size: number): readonly number[] => subtrees({ start: 0, size })

/** Opens a log of `size` leaves by about log2(size) of its hashes. Error: `RangeError` if one of them is missing. */
export async function openEnd(read: ReadNodes, size: number): Promise<LogEnd> {
  const positions = endPositions(size)
  const nodes = positions.length > 0 ? await read(positions) : new Map<number, Hash>()
  const missing = positions.find((position) => !nodes.has(position))
  if (missing !== undefined) throw new RangeError(`the log has no node ${missing}`)
  return { size, nodes }
}

/** Reads hashes of what an end holds. */
export const nodesOf =
  ({ nodes }: LogEnd): ReadNodes =>
  async () =>
    nodes

/** Appends leaves by their hashes. `added`: every node they complete, for the log to store. */
export async function appendLeaves(
  sha256: Sha256,
  end: LogEnd,
  leaves: readonly Hash[],
): Promise<{ readonly end: LogEnd; readonly added: readonly StoredNode[] }> {
  const nodes = new Map(end.nodes)
  const added: StoredNode[] = []
  for (const [offset, hash] of leaves.entries())
    for (const node of await appendLeaf(sha256, async () => nodes, { index: end.size + offset, hash })) {
      nodes.set(node.position, node.hash)
      added.push(node)
    }
  return { end: { size: end.size + leaves.length, nodes }, added }
}

/** The same end with no more than it takes to go on. */
export const trimEnd = ({ size, nodes }: LogEnd): LogEnd => ({
  size,
  nodes: new Map(
    endPositions(size).flatMap((position): [number, Hash][] => {
      const hash = nodes.get(position)
      return hash ? [[position, hash]] : []
    }),
  ),
})

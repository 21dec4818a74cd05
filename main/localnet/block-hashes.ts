import { createHash } from 'node:crypto'
import { toBase58 } from '../../shared/domain/base58.ts'

/** A transaction may land while the chain is at most this many blocks past the one whose hash it names. */
export const MAX_AGE_BLOCKS = 150

/**
 * Hash of the block at `height`. It depends on the genesis hash and the height alone, so that after a restart the chain
 * has the same recent hashes and what was signed before may still land.
 */
function blockHash(genesisHash: string, height: number): string {
  return toBase58(createHash('sha256').update(`${genesisHash}:${height}`).digest())
}

/** The hashes that a transaction may still name. */
export interface HashQueue {
  readonly push: (height: number) => void
  /** Height of the newest hash, 0 if there is none. */
  readonly newest: () => number
  readonly hashAt: (height: number) => string
  readonly isValid: (hash: string) => boolean
}

export function createHashQueue(genesisHash: string): HashQueue {
  const hashes = new Map<number, string>()
  const heights = new Map<string, number>()
  let newest = 0
  return {
    push(height) {
      const hash = blockHash(genesisHash, height)
      hashes.set(height, hash)
      heights.set(hash, height)
      newest = height
      // Heights come in rising order, so the first entries are the oldest.
      for (const [old, forgotten] of hashes) {
        if (old >= height - MAX_AGE_BLOCKS) break
        hashes.delete(old)
        heights.delete(forgotten)
      }
    },
    newest: () => newest,
    hashAt: (height) => hashes.get(height) ?? blockHash(genesisHash, height),
    isValid: (hash) => heights.has(hash),
  }
}

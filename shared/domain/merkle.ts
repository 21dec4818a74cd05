/** Merkle tree of RFC 9162 §2.1 with SHA-256: what a log shows and what anyone can check. Sizes may exceed 2^32, so nothing here uses bit operators on them. */
import { concatBytes, equalBytes } from './encoding.ts'

export type Sha256 = (bytes: Uint8Array) => Promise<Uint8Array>
export type Hash = Uint8Array

const LEAF = Uint8Array.of(0x00)
const NODE = Uint8Array.of(0x01)

/** `SHA-256(0x00 ‖ body)`. */
export const leafHash = (sha256: Sha256, body: Uint8Array): Promise<Hash> => sha256(concatBytes(LEAF, body))
/** `SHA-256(0x01 ‖ left ‖ right)`. */
export const nodeHash = (sha256: Sha256, left: Hash, right: Hash): Promise<Hash> => sha256(concatBytes(NODE, left, right))

const isOdd = (value: number): boolean => value % 2 === 1
const half = (value: number): number => Math.floor(value / 2)
const isPowerOfTwo = (value: number): boolean => Number.isInteger(Math.log2(value))
const isSize = (value: number): boolean => Number.isSafeInteger(value) && value > 0

export interface Inclusion {
  readonly leafHash: Hash
  readonly leafIndex: number
  readonly treeSize: number
  readonly hashes: readonly Hash[]
  readonly rootHash: Hash
}

/** True if the leaf is at `leafIndex` in the tree with this root. RFC 9162 §2.1.3.2. */
export async function verifyInclusion(sha256: Sha256, proof: Inclusion): Promise<boolean> {
  if (!isSize(proof.treeSize) || !Number.isSafeInteger(proof.leafIndex) || proof.leafIndex < 0 || proof.leafIndex >= proof.treeSize) return false
  let [first, second] = [proof.leafIndex, proof.treeSize - 1]
  let running = proof.leafHash
  for (const sibling of proof.hashes) {
    if (second === 0) return false
    if (isOdd(first) || first === second) {
      running = await nodeHash(sha256, sibling, running)
      while (!isOdd(first) && first !== 0) [first, second] = [half(first), half(second)]
    } else running = await nodeHash(sha256, running, sibling)
    ;[first, second] = [half(first), half(second)]
  }
  return second === 0 && equalBytes(running, proof.rootHash)
}

export interface Consistency {
  readonly firstSize: number
  readonly firstRoot: Hash
  readonly secondSize: number
  readonly secondRoot: Hash
  readonly hashes: readonly Hash[]
}

/** True if the first tree is a prefix of the second: nothing was removed or rewritten. RFC 9162 §2.1.4.2; both trees have at least one leaf. */
export async function verifyConsistency(sha256: Sha256, proof: Consistency): Promise<boolean> {
  if (!isSize(proof.firstSize) || !isSize(proof.secondSize) || proof.firstSize > proof.secondSize) return false
  if (proof.firstSize === proof.secondSize) return proof.hashes.length === 0 && equalBytes(proof.firstRoot, proof.secondRoot)
  if (proof.hashes.length === 0) return false
  const [start, ...path] = isPowerOfTwo(proof.firstSize) ? [proof.firstRoot, ...proof.hashes] : proof.hashes
  if (!start) return false
  let [first, second] = [proof.firstSize - 1, proof.secondSize - 1]
  while (isOdd(first)) [first, second] = [half(first), half(second)]
  let [firstRoot, secondRoot] = [start, start]
  for (const sibling of path) {
    if (second === 0) return false
    if (isOdd(first) || first === second) {
      firstRoot = await nodeHash(sha256, sibling, firstRoot)
      secondRoot = await nodeHash(sha256, sibling, secondRoot)
      while (!isOdd(first) && first !== 0) [first, second] = [half(first), half(second)]
    } else secondRoot = await nodeHash(sha256, secondRoot, sibling)
    ;[first, second] = [half(first), half(second)]
  }
  return second === 0 && equalBytes(firstRoot, proof.firstRoot) && equalBytes(secondRoot, proof.secondRoot)
}

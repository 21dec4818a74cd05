import { type PublicJwk, type Envelope } from '../../../shared/contract/wire.ts'
import { TREE_HEAD_TYPE, TreeHead } from '../../../shared/domain/carbon-receipt.ts'
import { unpackEnvelope } from '../../../shared/domain/dsse.ts'
import { decodeBase64 } from '../../../shared/domain/encoding.ts'
import { readJsonBytes } from '../../../shared/domain/json-bytes.ts'
import { type Hash, verifyConsistency } from '../../../shared/domain/merkle.ts'
import { nodeVerifyPort } from '../../kernel/verify-port.ts'
import { notSound } from './finding.ts'
import type { LogSource } from './source.ts'

export interface LogKey {
  readonly logId: string
  readonly key: PublicJwk
}

export interface SignedHead extends TreeHead {
  readonly envelope: Envelope
}

/** 32 bytes; what is no hash becomes none, which equals nothing. */
export function hashOf(text: string): Hash {
  const hash = decodeBase64(text)
  return hash?.length === 32 ? hash : new Uint8Array()
}

/** What a head says, once the log it names has signed it. `where` tells people which one it is. */
export async function openHead(envelope: Envelope, { logId, key }: LogKey, where: string): Promise<SignedHead> {
  const opened = unpackEnvelope(envelope, TREE_HEAD_TYPE)
  if (typeof opened === 'string') notSound('tree-head', `${where} cannot be read: ${opened}.`)
  const head = TreeHead.safeParse(readJsonBytes(opened.body)).data
  if (!head) notSound('tree-head', `${where} does not have the form of one.`)
  if (head.logId !== logId || opened.keyId !== logId) notSound('tree-head', `${where} is not of this log.`)
  if (!(await nodeVerifyPort.verify(key, opened.signedBytes, opened.signature))) notSound('tree-head', `${where} is not signed by the log.`)
  return { ...head, envelope }
}

interface Root {
  readonly treeSize: number
  readonly rootHash: string
}

/** The log of the smaller size is the beginning of the larger one, or the audit ends. */
export async function requireConsistent(source: Pick<LogSource, 'consistency'>, [first, second]: readonly [Root, Root], what: string): Promise<void> {
  if (first.treeSize > second.treeSize)
    notSound('consistency', `${what} is over ${first.treeSize} receipts, and the log now says that it holds ${second.treeSize}: it has shrunk.`)
  if (first.treeSize === 0) return
  const hashes = first.treeSize === second.treeSize ? [] : await source.consistency(first.treeSize, second.treeSize)
  const proof = {
    firstSize: first.treeSize,
    firstRoot: hashOf(first.rootHash),
    secondSize: second.treeSize,
    secondRoot: hashOf(second.rootHash),
    hashes: hashes.map(hashOf),
  }
  if (!(await verifyConsistency(nodeVerifyPort.sha256, proof)))
    notSound('consistency', `${what}, over ${first.treeSize} receipts, is not the beginning of the log of ${second.treeSize}: it was rewritten or forked.`)
}

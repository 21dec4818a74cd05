import type { Envelope } from '../../../shared/contract/wire.ts'
import { TREE_HEAD_TYPE, type TreeHead } from '../../../shared/domain/carbon-receipt.ts'
import { type EnvelopeSigner, signEnvelope } from '../../../shared/domain/dsse.ts'
import { encodeBase64, encodeUtf8 } from '../../../shared/domain/encoding.ts'
import { type LogEnd, appendLeaves, nodesOf, openEnd } from '../../../shared/domain/log-end.ts'
import { leafHash } from '../../../shared/domain/merkle.ts'
import { type ReadNodes, proveInclusion, rootHash } from '../../../shared/domain/merkle-log.ts'
import { WindfallError } from '../../../shared/errors.ts'
import { type EpochMs, toIso } from '../../../shared/units.ts'
import { nodeVerifyPort } from '../../kernel/verify-port.ts'
import type { LogStore, StoredHead } from './log.store.ts'

const { sha256 } = nodeVerifyPort

/** The size of a log in words. */
export const countOf = (receipts: number): string => (receipts === 1 ? '1 receipt' : `${receipts} receipts`)

/** Signs a tree head. */
export async function signHead(
  signer: EnvelopeSigner,
  { treeSize, rootHash, at }: { readonly treeSize: number; readonly rootHash: string; readonly at: EpochMs },
): Promise<StoredHead> {
  const head: TreeHead = { logId: signer.keyId, treeSize, rootHash, at: toIso(at) }
  return { ...head, at, envelope: await signEnvelope(TREE_HEAD_TYPE, encodeUtf8(JSON.stringify(head)), signer) }
}

/** What the log is; an empty one if nothing was issued yet. Error: `config.invalid` if it was signed with another key, because a log has one key for life. */
export async function openLog(store: LogStore, signer: EnvelopeSigner): Promise<Pick<StoredHead, 'treeSize' | 'rootHash'>> {
  const head = await store.newestHead()
  if (head && head.logId !== signer.keyId)
    throw new WindfallError(
      'config.invalid',
      'The receipt log in this database was signed with another log key. Restore the key file that belongs to it, or start with a new data directory.',
    )
  return head ?? { treeSize: 0, rootHash: encodeBase64(await sha256(new Uint8Array())) }
}

/** The end of the log as the last append left it: good for as long as the log has the same root, whoever has written meanwhile and whatever was undone. */
export interface KnownEnd {
  readonly rootHash: string
  readonly end: LogEnd
}

export interface Appended {
  readonly head: StoredHead
  /** Where the first of the leaves lies. */
  readonly firstIndex: number
  /** Holds what proves each of them. */
  readonly end: LogEnd
}

/** Appends the bodies of receipts, in their order, and signs one new head over all of them. */
export async function appendToLog(
  store: LogStore,
  signer: EnvelopeSigner,
  { bodies, known, at }: { readonly bodies: readonly Uint8Array[]; readonly known: KnownEnd | null; readonly at: EpochMs },
): Promise<Appended> {
  const before = await openLog(store, signer)
  const start = known?.rootHash === before.rootHash ? known.end : await openEnd(store.nodes, before.treeSize)
  const leaves = await Promise.all(bodies.map((body) => leafHash(sha256, body)))
  const { end, added } = await appendLeaves(sha256, start, leaves)
  await store.addNodes(added)
  const head = await signHead(signer, { treeSize: end.size, rootHash: encodeBase64(await rootHash(sha256, nodesOf(end), end.size)), at })
  await store.addHead(head)
  return { head, firstIndex: before.treeSize, end }
}

/** Inclusion proof as a bundle carries it. */
export async function inclusionIn(
  read: ReadNodes,
  head: StoredHead,
  leafIndex: number,
): Promise<{ leafIndex: number; treeSize: number; hashes: string[]; treeHead: Envelope }> {
  const hashes = await proveInclusion(sha256, read, { index: leafIndex, size: head.treeSize })
  return { leafIndex, treeSize: head.treeSize, hashes: hashes.map(encodeBase64), treeHead: head.envelope }
}

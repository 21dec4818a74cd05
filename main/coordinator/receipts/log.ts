import type { Envelope } from '../../../shared/contract/wire.ts'
import { TREE_HEAD_TYPE, type TreeHead } from '../../../shared/domain/carbon-receipt.ts'
import { signEnvelope } from '../../../shared/domain/dsse.ts'
import { encodeBase64, encodeUtf8 } from '../../../shared/domain/encoding.ts'
import { leafHash } from '../../../shared/domain/merkle.ts'
import { appendLeaf, proveInclusion, rootHash } from '../../../shared/domain/merkle-log.ts'
import { WindfallError } from '../../../shared/errors.ts'
import { type EpochMs, toIso } from '../../../shared/units.ts'
import type { Signer } from '../../kernel/signing.ts'
import { nodeVerifyPort } from '../../kernel/verify-port.ts'
import type { ReceiptsStore, StoredHead } from './receipts.store.ts'

const { sha256 } = nodeVerifyPort

/** Signs a tree head. */
export async function signHead(
  signer: Signer,
  { treeSize, rootHash, at }: { readonly treeSize: number; readonly rootHash: string; readonly at: EpochMs },
): Promise<StoredHead> {
  const head: TreeHead = { logId: signer.keyId, treeSize, rootHash, at: toIso(at) }
  return { ...head, at, envelope: await signEnvelope(TREE_HEAD_TYPE, encodeUtf8(JSON.stringify(head)), signer) }
}

/** Size of the log. Error: `config.invalid` if it was signed with another key, because a log has one key for life. */
export async function logSize(store: ReceiptsStore, signer: Signer): Promise<number> {
  const head = await store.newestHead()
  if (head && head.logId !== signer.keyId)
    throw new WindfallError(
      'config.invalid',
      'The receipt log in this database was signed with another log key. Restore the key file that belongs to it, or start with a new data directory.',
    )
  return head?.treeSize ?? 0
}

/** Appends a receipt body to the log and signs the new head. */
export async function appendToLog(
  store: ReceiptsStore,
  signer: Signer,
  { body, index, at }: { readonly body: Uint8Array; readonly index: number; readonly at: EpochMs },
): Promise<StoredHead> {
  await store.addNodes(await appendLeaf(sha256, store.nodes, { index, hash: await leafHash(sha256, body) }))
  const root = await rootHash(sha256, store.nodes, index + 1)
  const head = await signHead(signer, { treeSize: index + 1, rootHash: encodeBase64(root), at })
  await store.addHead(head)
  return head
}

/** Inclusion proof as a bundle carries it. */
export async function inclusionIn(
  store: ReceiptsStore,
  head: StoredHead,
  leafIndex: number,
): Promise<{ leafIndex: number; treeSize: number; hashes: string[]; treeHead: Envelope }> {
  const hashes = await proveInclusion(sha256, store.nodes, { index: leafIndex, size: head.treeSize })
  return { leafIndex, treeSize: head.treeSize, hashes: hashes.map(encodeBase64), treeHead: head.envelope }
}

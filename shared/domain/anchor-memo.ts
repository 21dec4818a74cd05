import type { TreeHead } from './carbon-receipt.ts'
import { decodeBase64, encodeBase64Url } from './encoding.ts'

/** The text of the Solana memo that anchors a tree head: `windfall:log/1:<first 8 of logId>:n=<treeSize>:r=<rootHash base64url>`. Error: `RangeError` if the root is not base64. */
export function anchorMemo({ logId, treeSize, rootHash }: Pick<TreeHead, 'logId' | 'treeSize' | 'rootHash'>): string {
  const root = decodeBase64(rootHash)
  if (!root) throw new RangeError(`not a root hash: ${rootHash}`)
  return `windfall:log/1:${logId.slice(0, 8)}:n=${treeSize}:r=${encodeBase64Url(root)}`
}

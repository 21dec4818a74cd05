import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { Base64, Envelope, KeyId, PublicJwk } from '../../../shared/contract/wire.ts'
import { encodeBase64 } from '../../../shared/domain/encoding.ts'
import { type LogEnd, endPositions } from '../../../shared/domain/log-end.ts'
import { WindfallError, messageOf } from '../../../shared/errors.ts'
import { writePrivateFile } from '../../kernel/key-file.ts'
import { hashOf } from './heads.ts'

const count = z.number().int().min(0)

/** What an audit leaves for the next one, which goes on where it ended and finds out if the log was rewritten since. */
export const AuditState = z.strictObject({
  state: z.literal('windfall.log-audit/v1'),
  logId: KeyId,
  logKey: PublicJwk,
  receiptKeys: z.array(KeyId).min(1).max(64),
  /** The head up to which everything was checked. */
  head: Envelope,
  treeSize: count,
  /** Hashes of the complete subtrees of that log, left to right. */
  end: z.array(Base64.length(44)).max(64),
  /** Whether the receipts themselves were checked, and not their hashes alone. */
  withReceipts: z.boolean(),
  /** Of each node, which of its energy proofs receipts have claimed. */
  proofs: z.record(KeyId, z.array(z.tuple([count, count]))),
  /** How far the chain was read: the newest transaction of the hot wallet, and the largest tree an anchor was found for. */
  chain: z.strictObject({ wallet: z.string().max(44), until: z.string().max(88), treeSize: count }).nullable(),
})
export type AuditState = z.infer<typeof AuditState>

export const endOf = ({ treeSize, end }: AuditState): LogEnd => ({
  size: treeSize,
  nodes: new Map(endPositions(treeSize).map((position, at) => [position, hashOf(end[at] ?? '')])),
})

export const hashesOf = ({ size, nodes }: LogEnd): string[] => endPositions(size).map((position) => encodeBase64(nodes.get(position) ?? new Uint8Array()))

/** `null` if there is no such file yet. Error: `input.invalid` for one that is none of ours. */
export function readState(file: string): AuditState | null {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw new WindfallError('input.invalid', `${file} cannot be read (${messageOf(error)}). Name another file with --notes.`, { cause: error })
  }
  try {
    return AuditState.parse(JSON.parse(text))
  } catch (error) {
    throw new WindfallError('input.invalid', `${file} is not what an audit of a log has left. Name another file, or none to begin anew.`, { cause: error })
  }
}

export const writeState = (file: string, state: AuditState): void => writePrivateFile(file, `${JSON.stringify(state)}\n`)

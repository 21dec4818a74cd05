import type { ProofVerdict } from '../../../shared/contract/proof-calls.ts'
import { unpackEnvelope } from '../../../shared/domain/dsse.ts'
import { decodeUtf8 } from '../../../shared/domain/encoding.ts'
import { type BatchItem, PROOF_BATCH_TYPE, ProofBatch } from '../../../shared/domain/proof-batch.ts'
import { WindfallError } from '../../../shared/errors.ts'
import { verifyInPool } from '../../kernel/signing.ts'
import { giveBackRun } from './give-back.ts'
import type { BatchInput } from './handed-in.ts'
import { type ProofSigner, type Refusal, isRefusal, isToldAlready, refuse } from './open-proof.ts'
import type { ProofDeps } from './ports.ts'
import { claimedBy, recordRefusal } from './submission.ts'
import { submitProof } from './submit.ts'

/** One item of a batch with the output that came beside it. */
export interface OpenedItem {
  readonly item: BatchItem
  readonly output: string
}

function readBatch(body: Uint8Array): ProofBatch | Refusal {
  try {
    const read = ProofBatch.safeParse(JSON.parse(decodeUtf8(body) ?? ''))
    return read.success
      ? read.data
      : refuse('proof.malformed', `The batch does not follow the format: ${read.error.issues[0]?.path.join('.')} ${read.error.issues[0]?.message}.`)
  } catch {
    return refuse('proof.malformed', 'The signed batch is not JSON.')
  }
}

/**
 * Takes a batch apart if the node that submits it signed it with its current key: one signature says of all its proofs who sends them. What each of
 * them says is checked when it is settled.
 */
export async function openBatch({ batch: envelope, outputs }: BatchInput, { nodeId, keyId, publicJwk }: ProofSigner): Promise<readonly OpenedItem[] | Refusal> {
  const unpacked = unpackEnvelope(envelope, PROOF_BATCH_TYPE)
  if (typeof unpacked === 'string') return refuse('proof.malformed', `The batch cannot be used: ${unpacked}.`)
  if (unpacked.keyId !== keyId) return refuse('proof.signature', 'The batch is signed by another key than that of this node.')
  if (!(await verifyInPool(publicJwk, unpacked.signedBytes, unpacked.signature))) return refuse('proof.signature', 'The signature does not match the batch.')
  const batch = readBatch(unpacked.body)
  if ('code' in batch) return batch
  if (batch.nodeId !== nodeId) return refuse('proof.wrong-node', 'The batch was made for another node than the one that submits it.')
  return itemsOf(batch, outputs)
}

/** Reads a batch that was opened before. */
export function reopenBatch({ batch, outputs }: BatchInput): readonly OpenedItem[] {
  const read = readBatch(Buffer.from(batch.payload, 'base64'))
  const items = 'code' in read ? read : itemsOf(read, outputs)
  if ('code' in items) throw new WindfallError(items.code, items.message)
  return items
}

function itemsOf({ items }: ProofBatch, outputs: readonly string[]): readonly OpenedItem[] | Refusal {
  const proofs = items.filter(({ kind }) => kind === 'proof').length
  if (proofs !== outputs.length) return refuse('proof.malformed', `The batch holds ${proofs} proofs of results, and ${outputs.length} outputs came with it.`)
  let next = 0
  return items.map((item) => ({ item, output: item.kind === 'proof' ? (outputs[next++] ?? '') : '' }))
}

const UNREAD = 'A proof before this one in the chain of this node was refused. Sign it anew for the place that is free and submit it again.'

/**
 * Settles the items one after another, as if each had come by itself. Behind one that is refused nothing can be in its place, so the rest is left
 * unread. What nobody waits for is told to the node's owner. Errors: what is worth another try; then the whole batch is, and what was settled is only
 * said again.
 */
export async function settleBatch(deps: ProofDeps, { nodeId, items, isAwaited, rest }: BatchToSettle): Promise<readonly ProofVerdict[]> {
  const verdicts: ProofVerdict[] = []
  const tell = async ({ item }: OpenedItem, refusal: Refusal) => {
    if (!isAwaited) await recordRefusal(deps, refusal, { ...item, ...claimedBy(item), nodeId })
  }
  for (const opened of items) {
    if (verdicts.length > 0) await rest()
    const last = verdicts.at(-1)?.state
    if (last === 'refused' || last === 'unread') {
      verdicts.push({ state: 'unread', ...claimedBy(opened.item) })
      await tell(opened, refuse('proof.sequence', UNREAD))
      continue
    }
    const settled = await settleItem(deps, nodeId, opened)
    if (!('answer' in settled) && !isToldAlready(settled)) await tell(opened, settled)
    verdicts.push(
      'answer' in settled ? settled.answer : { state: 'refused', ...claimedBy(opened.item), code: settled.code, message: settled.message.slice(0, 500) },
    )
  }
  return verdicts
}

export interface BatchToSettle {
  readonly nodeId: string
  readonly items: readonly OpenedItem[]
  readonly isAwaited: boolean
  /** Awaited between two items. */
  readonly rest: () => Promise<void>
}

async function settleItem(deps: ProofDeps, nodeId: string, { item, output }: OpenedItem): Promise<{ readonly answer: ProofVerdict } | Refusal> {
  const { leaseId, token, envelope } = item
  try {
    if (item.kind === 'proof') return { answer: { state: 'accepted', ...(await submitProof(deps, nodeId, { leaseId, token, envelope, output })) } }
    const { reason, message } = item
    const run = await giveBackRun(deps, nodeId, { leaseId, token, envelope, reason, message })
    return { answer: { state: 'accepted', ...run, receiptId: null } }
  } catch (error) {
    if (!isRefusal(error)) throw error
    return refuse(error.code, error.message)
  }
}

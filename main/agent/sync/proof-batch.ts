/** Proofs that go out together: after an outage several wait, and one request with one more signature hands them all in. */
import { z } from 'zod'
import type { coordinatorContract } from '../../../shared/contract/coordinator.ts'
import type { Client, OutputOf } from '../../../shared/contract/define.ts'
import type { ProofVerdict } from '../../../shared/contract/proof-calls.ts'
import { payloadOf, signEnvelope } from '../../../shared/domain/dsse.ts'
import { encodeUtf8 } from '../../../shared/domain/encoding.ts'
import { type BatchItem, MAX_BATCH, PROOF_BATCH_TYPE, type ProofBatch } from '../../../shared/domain/proof-batch.ts'
import { WindfallError, fromProblem } from '../../../shared/errors.ts'
import { type Signer, sha256Hex } from '../../kernel/signing.ts'
import type { GivenBackItem, OutboxItem } from './outbox.store.ts'

type ChainHead = OutputOf<typeof coordinatorContract.proofChain>

/** What carries a proof, and so has a place in the node's chain. */
type ChainedItem = Extract<OutboxItem, { kind: 'proof' }> | GivenBackItem

export interface Waiting {
  readonly id: string
  readonly item: ChainedItem
}

/** Characters that fit into a batch with room to spare: in its signed part, and in the outputs that come with it. */
const MAX_SIGNED = 800_000
const MAX_OUTPUTS = 16_000_000

/** How many characters an item adds to both. */
const sizeOf = (item: ChainedItem) => ({ signed: item.envelope.payload.length + 1_000, output: item.kind === 'proof' ? item.output.length : 0 })

/** The first of the items that wait, as many as one batch holds. It reads no further than it has to: outputs are large. */
export function firstOf(items: Iterable<Waiting>): Waiting[] {
  const taken: Waiting[] = []
  let [signed, outputs] = [0, 0]
  for (const waiting of items) {
    const size = sizeOf(waiting.item)
    signed += size.signed
    outputs += size.output
    if (taken.length > 0 && (signed > MAX_SIGNED || outputs > MAX_OUTPUTS)) return taken
    taken.push(waiting)
    if (taken.length === MAX_BATCH) return taken
  }
  return taken
}

const Place = z.object({ seq: z.number(), prev: z.string().nullable() })

/** An item and where the chain stands once it has been accepted. */
export interface PlacedItem extends Waiting {
  readonly head: ChainHead
}

/** The items, as far as each is behind the one before it as it was signed. The first stands where it does; `head` is where the chain is then. */
export function inPlace([first, ...others]: readonly Waiting[], { head, keyId }: { readonly head: ChainHead; readonly keyId: string }): PlacedItem[] {
  if (!first) return []
  const placed: PlacedItem[] = [{ ...first, head }]
  let last = head
  for (const waiting of others) {
    const { envelope } = waiting.item
    const place = Place.safeParse(payloadOf(envelope)).data
    if (place?.seq !== last.seq + 1 || place.prev !== last.head || envelope.signatures[0]?.keyid !== keyId) return placed
    last = { seq: place.seq, head: sha256Hex(Buffer.from(envelope.payload, 'base64')) }
    placed.push({ ...waiting, head: last })
  }
  return placed
}

const batched = (item: ChainedItem): BatchItem => {
  const { leaseId, token, envelope } = item
  return item.kind === 'proof'
    ? { kind: 'proof', leaseId, token, envelope }
    : { kind: 'given-back', leaseId, token, envelope, reason: item.reason.slice(0, 80), message: item.message.slice(0, 500) }
}

interface BatchSender {
  readonly client: Client<typeof coordinatorContract>
  readonly signer: Pick<Signer, 'keyId' | 'sign'>
  readonly nodeId: string
}

/** Hands in items together. One verdict for each, in their order. */
export async function sendBatch({ client, signer, nodeId }: BatchSender, waiting: readonly Waiting[]): Promise<readonly ProofVerdict[]> {
  const items = waiting.map(({ item }) => item)
  const body: ProofBatch = { v: 1, nodeId, items: items.map(batched) }
  const batch = await signEnvelope(PROOF_BATCH_TYPE, encodeUtf8(JSON.stringify(body)), signer)
  const { verdicts } = await client.call('submitProofs', { batch, outputs: items.flatMap((item) => (item.kind === 'proof' ? [item.output] : [])) })
  return verdicts
}

/** Why an item was not accepted; `null` if it was. */
export function problemOf(item: ChainedItem, verdict: ProofVerdict | undefined): WindfallError | 'unread' | null {
  if (verdict?.proofId !== item.proofId) return otherProof(item, verdict?.proofId ?? 'none')
  if (verdict.state === 'refused') return fromProblem(422, { code: verdict.code, detail: verdict.message })
  if (verdict.state === 'waiting') return new WindfallError('unavailable', 'The coordinator keeps the proof and has not looked at it yet.')
  return verdict.state === 'unread' ? 'unread' : null
}

/** Not one of those that were handed in. */
export const otherProof = (item: { readonly proofId: string }, proofId: string) =>
  new WindfallError('internal', `The coordinator answered about proof ${proofId} instead of ${item.proofId}.`)

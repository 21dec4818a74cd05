import { expect, test } from 'vitest'
import { sha256Hex } from '../../kernel/signing.ts'
import { type Waiting, firstOf, inPlace } from './proof-batch.ts'

const KEY = 'k'.repeat(43)
const bodyOf = (seq: number, prev: string | null) => JSON.stringify({ seq, prev })
const hashOf = (seq: number, prev: string | null) => sha256Hex(bodyOf(seq, prev))

const waiting = ({ seq, prev, keyid = KEY, output = '' }: { seq: number; prev: string | null; keyid?: string; output?: string }): Waiting => ({
  id: `id-${seq}`,
  item: {
    kind: 'proof',
    leaseId: `lease-${seq}`,
    token: 1,
    proofId: `proof-${seq}`,
    output,
    envelope: { payload: Buffer.from(bodyOf(seq, prev)).toString('base64'), payloadType: 't', signatures: [{ keyid, sig: '' }] },
  },
})

/** As a node signs them one after another. */
function chain(length: number): Waiting[] {
  const items: Waiting[] = []
  let prev: string | null = null
  for (let seq = 1; seq <= length; seq += 1) {
    items.push(waiting({ seq, prev }))
    prev = hashOf(seq, prev)
  }
  return items
}

const idsOf = (items: readonly Waiting[]) => items.map(({ id }) => id)

test('a batch holds no more than 64, nor more than fits into a request; one that is too large goes alone', () => {
  expect(firstOf(chain(70))).toHaveLength(64)
  const large = 'A'.repeat(9_000_000)
  const items = [1, 2, 3].map((seq) => waiting({ seq, prev: null, output: large }))
  expect(idsOf(firstOf(items))).toEqual(['id-1'])
  expect(firstOf([])).toEqual([])
})

test('what follows goes along as far as it is in its place as it was signed, by the key that signs now', () => {
  const items = chain(4)
  const first = { seq: 1, head: hashOf(1, null) }
  const placed = inPlace(items, { head: first, keyId: KEY })
  expect(idsOf(placed)).toEqual(['id-1', 'id-2', 'id-3', 'id-4'])
  expect(placed.at(-1)?.head).toEqual({ seq: 4, head: hashOf(4, hashOf(3, hashOf(2, hashOf(1, null)))) })
  // The first was signed anew, so the second names a predecessor that is not there any more.
  expect(idsOf(inPlace(items, { head: { seq: 1, head: 'f'.repeat(64) }, keyId: KEY }))).toEqual(['id-1'])
  const [one, two] = items as [Waiting, Waiting]
  const other = waiting({ seq: 3, prev: hashOf(2, hashOf(1, null)), keyid: 'o'.repeat(43) })
  expect(idsOf(inPlace([one, two, other], { head: first, keyId: KEY }))).toEqual(['id-1', 'id-2'])
})

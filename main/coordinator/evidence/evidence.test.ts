import { expect, test } from 'vitest'
import { buildReceipt } from '../../../shared/domain/build-receipt.ts'
import { testReceiptKey } from '../../../shared/domain/receipt-bundle.fake.ts'
import { MAX_ENTRIES, UNKNOWN_SITE } from '../../../shared/domain/settlement-evidence.ts'
import { verifyEvidence } from '../../../shared/domain/verify-evidence.ts'
import { fromIso } from '../../../shared/units.ts'
import { nodeVerifyPort } from '../../kernel/verify-port.ts'
import { inputFor } from '../receipts/issuing.fake.ts'
import { type EvidenceDeps, evidenceOf } from './evidence.ts'

const site = { nodeId: testReceiptKey.keyId, ...UNKNOWN_SITE, saidBy: null, saidAt: null }
const now = fromIso('2026-11-22T12:00:00.000Z')

/** A machine with so many receipts of the same half-hours. */
async function depsWith(count: number): Promise<EvidenceDeps> {
  const { nodeKeys: _keys, rotations: _rotations, ...facts } = await inputFor(1)
  const { predicate } = buildReceipt({ ...facts, receiptId: 'r', issuedAt: now })
  const page = Array.from({ length: count }, (_, leafIndex) => ({
    predicate: { ...predicate, receiptId: `r-${leafIndex}` },
    leafIndex,
    bodySha256: 'a'.repeat(64),
  }))
  return {
    store: { firstMetered: async () => null, runs: async () => [], moved: async () => [], decisionOn: async () => null },
    clock: { now: () => now },
    version: '1',
    signer: testReceiptKey,
    receipts: async function* () {
      yield page
    },
  }
}

test('what does not fit into the form of evidence is refused, not signed', async () => {
  const asked = { site, zone: 'GB-13', date: '2026-11-21' }
  const envelope = await evidenceOf(await depsWith(MAX_ENTRIES), asked)
  expect((await verifyEvidence(envelope, { crypto: nodeVerifyPort })).problems).toEqual([])
  await expect(evidenceOf(await depsWith(MAX_ENTRIES + 1), asked)).rejects.toMatchObject({ code: 'input.too-large' })
})

import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { createTestProver, isSignedBy, signer } from '../prover.fixture.ts'
import { openOwnProof } from './prove.ts'

test('with a new key of the same kind, what waits says exactly what it said, under the new signature', async () => {
  const { deliver, prove, committed, moves, renew } = createTestProver()
  await Promise.all(['a', 'b', 'c'].map(prove))
  const key = renew()
  await deliver({ seq: 0, head: null })
  expect(moves.map(({ proofId, replaces, head, envelope }) => [proofId, replaces, head, envelope.payload])).toEqual(
    committed.map(({ proof }) => [proof.proofId, proof.proofId, proof.head, proof.envelope.payload]),
  )
  for (const { envelope } of moves) expect(isSignedBy(key, envelope)).toBe(true)
})

test('with a key of another kind, what the coordinator knows keeps its words, and the rest says how it is signed', async () => {
  const { deliver, prove, committed, moves, renew } = createTestProver()
  await Promise.all(['a', 'b', 'c'].map(prove))
  const key = renew('tpm')
  await deliver({ seq: 1, head: committed[0]?.proof.head ?? null })
  expect(moves.map(({ envelope }) => openOwnProof(envelope).proof)).toMatchObject([
    { leaseId: 'a', seq: 1, evidence: 'software' },
    { leaseId: 'b', seq: 2, prev: committed[0]?.proof.head, evidence: 'tpm' },
    { leaseId: 'c', seq: 3, prev: moves[1]?.head, evidence: 'tpm' },
  ])
  expect(moves[0]?.envelope.payload).toBe(committed[0]?.proof.envelope.payload)
  for (const { envelope } of moves) expect(isSignedBy(key, envelope)).toBe(true)
})

test('a key that changes while it signs never puts its name under another key’s signature', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.boolean(), { minLength: 1, maxLength: 10 }), async (changes) => {
      const { prove, committed, renew } = createTestProver()
      const keys = [signer]
      const proving = changes.map(async (change, index) => {
        const proven = prove(`l${index}`)
        for (let turns = index; turns > 0; turns--) await Promise.resolve()
        if (change) keys.push(renew(index % 2 === 0 ? 'tpm' : 'software'))
        await proven
      })
      await Promise.all(proving)
      for (const { proof } of committed) {
        const key = keys.find(({ keyId }) => keyId === proof.envelope.signatures[0]?.keyid)
        expect(key && isSignedBy(key, proof.envelope)).toBe(true)
        expect(openOwnProof(proof.envelope).proof.evidence).toBe(key?.evidence)
      }
    }),
  )
})

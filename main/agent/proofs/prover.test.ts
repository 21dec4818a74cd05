import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { unpackEnvelope } from '../../../shared/domain/dsse.ts'
import { ENERGY_PROOF_TYPE } from '../../../shared/domain/energy-proof.ts'
import { sha256Hex, verifySignature } from '../../kernel/signing.ts'
import { NODE_ID, createTestProver, signer } from '../prover.fixture.ts'
import { openOwnProof } from './prove.ts'

test('a proof says whose it is, what ran and for which lease, and the signature covers exactly the bytes that travel', async () => {
  const { prove, committed } = createTestProver()
  await prove('a')
  const [first] = committed
  const opened = first && unpackEnvelope(first.proof.envelope, ENERGY_PROOF_TYPE)
  if (!first || !opened || typeof opened === 'string') throw new Error('no proof')
  expect(opened.keyId).toBe(signer.keyId)
  expect(verifySignature(signer.publicJwk, opened.signedBytes, opened.signature)).toBe(true)
  expect(sha256Hex(opened.body)).toBe(first.proof.head)
  expect(openOwnProof(first.proof.envelope).proof).toMatchObject({
    nodeId: NODE_ID,
    leaseId: 'a',
    jobId: 'job-a',
    attemptId: 'attempt-a',
    seq: 1,
    prev: null,
    evidence: 'software',
    runtime: { name: 'wasm', image: first.lease.spec.runtime.image },
    exitCode: 0,
    outputSha256: first.facts.outputSha256,
    boardJ: first.facts.measurement.boardJ,
  })
})

test('however many proofs are asked for at once and however many cannot be stored, the chain has neither gap nor fork', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.record({ fails: fc.boolean(), waits: fc.boolean() }), { minLength: 1, maxLength: 12 }), async (plan) => {
      const { prove, committed } = createTestProver((commit) => plan[commit]?.fails ?? false)
      const outcomes: Promise<PromiseSettledResult<void>[]>[] = []
      for (const [index, { waits }] of plan.entries()) {
        const outcome = Promise.allSettled([prove(`l${index}`)])
        outcomes.push(outcome)
        if (waits) await outcome
      }
      const settled = (await Promise.all(outcomes)).flat()
      expect(settled.map(({ status }) => status)).toEqual(plan.map(({ fails }) => (fails ? 'rejected' : 'fulfilled')))
      let head: string | null = null
      for (const [index, { proof }] of committed.entries()) {
        expect(openOwnProof(proof.envelope)).toMatchObject({ proof: { seq: index + 1, prev: head }, bodySha256: proof.head })
        head = proof.head
      }
    }),
  )
})

test('a chain that agrees with the coordinator is left alone, wherever in it the coordinator stands', async () => {
  const { prover, prove, committed, moves } = createTestProver()
  await Promise.all(['a', 'b', 'c'].map(prove))
  await prover.realign({ seq: 0, head: null })
  for (const { proof } of committed) await prover.realign({ seq: proof.seq, head: proof.head })
  expect(moves).toEqual([])
})

test('what waits is signed anew behind the place the coordinator names, with everything else it said unchanged', async () => {
  const { prove, committed, moves, deliver } = createTestProver()
  await Promise.all(['a', 'b'].map(prove))
  expect(await deliver({ seq: 7, head: 'e'.repeat(64) })).toEqual({ seq: 9, head: moves[1]?.head })
  const before = committed.map(({ proof }) => openOwnProof(proof.envelope).proof)
  const after = moves.map(({ envelope }) => openOwnProof(envelope).proof)
  expect(moves.map(({ replaces }) => replaces)).toEqual(before.map(({ proofId }) => proofId))
  expect(after.map(({ seq, prev }) => [seq, prev])).toEqual([
    [8, 'e'.repeat(64)],
    [9, moves[0]?.head],
  ])
  for (const [index, proof] of after.entries()) {
    const { proofId, seq, prev, ...facts } = before[index] ?? proof
    expect(proof).toMatchObject(facts)
    expect([proofId, seq, prev]).not.toContain(proof.proofId)
  }
})

test('what waits behind the next proof is left as it is until its turn comes, however often the chain is elsewhere', async () => {
  const { prover, prove, committed, moves, answer } = createTestProver()
  await Promise.all(['a', 'b', 'c'].map(prove))
  await prover.realign({ seq: 7, head: 'e'.repeat(64) })
  expect(await prover.realign({ seq: 3, head: 'f'.repeat(64) })).toEqual({ seq: 4, head: moves[1]?.head })
  expect(moves.map(({ replaces }) => replaces)).toEqual([committed[0]?.proof.proofId, moves[0]?.proofId])
  for (const _answered of committed) answer()
  expect(await prover.realign({ seq: 4, head: 'd'.repeat(64) })).toEqual({ seq: 4, head: 'd'.repeat(64) })
})

test('a proof whose number fits but whose predecessor is another one is signed anew too', async () => {
  const { prover, prove, moves, answer } = createTestProver()
  await Promise.all(['a', 'b'].map(prove))
  answer()
  await prover.realign({ seq: 1, head: 'e'.repeat(64) })
  expect(moves.map(({ envelope }) => openOwnProof(envelope).proof)).toMatchObject([{ leaseId: 'b', seq: 2, prev: 'e'.repeat(64) }])
})

test('a proof that is asked for while the chain is being realigned waits for it', async () => {
  const { prover, prove, committed } = createTestProver()
  await prove('a')
  const order: string[] = []
  await Promise.all([prover.realign({ seq: 3, head: 'e'.repeat(64) }).then(() => order.push('realigned')), prove('b').then(() => order.push('proven'))])
  expect(order).toEqual(['realigned', 'proven'])
  expect(committed).toHaveLength(2)
})

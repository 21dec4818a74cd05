import { expect, test } from 'vitest'
import { proofFormatOf, solarOf } from '../../../shared/domain/energy-proof.ts'
import { unpackEnvelope } from '../../../shared/domain/dsse.ts'
import { fakeFacts } from '../attempt.fixture.ts'
import { fakeLease } from '../jobs/lease.fixture.ts'
import { NODE_ID, signer } from '../prover.fixture.ts'
import { buildProof, openOwnProof, resignProof, signProof } from './prove.ts'

const proofWith = (solar: Parameters<typeof buildProof>[0]['solar']) =>
  buildProof({ proofId: 'p', lease: fakeLease(), facts: fakeFacts(), chain: { seq: 0, head: null }, nodeId: NODE_ID, evidence: 'software', solar })

test('a proof without the sun is of version 1, as ever', async () => {
  const { envelope } = await signProof(proofWith(null), signer)
  expect(envelope.payloadType).toBe('application/vnd.windfall.energy-proof.v1+json')
  expect(openOwnProof(envelope).proof).toMatchObject({ v: 1 })
  expect(openOwnProof(envelope).proof).not.toHaveProperty('solarJ')
})

test('a proof that tells of the sun is of version 2, and says how that is known; signed anew it stays what it is', async () => {
  const { envelope } = await signProof(proofWith({ joules: 5, basis: 'declared' }), signer)
  const own = openOwnProof(envelope)
  expect(envelope.payloadType).toBe('application/vnd.windfall.energy-proof.v2+json')
  expect(own.proof).toMatchObject({ v: 2, solarJ: 5, solarBasis: 'declared' })
  expect(solarOf(own.proof)).toEqual({ joules: 5, basis: 'declared' })
  expect((await resignProof(own, signer)).envelope.payloadType).toBe(envelope.payloadType)
  expect(typeof unpackEnvelope(envelope, proofFormatOf(envelope).payloadType)).not.toBe('string')
})

test('the version in the body and the type of the envelope are one', async () => {
  const sunny = proofWith({ joules: 5, basis: 'metered' })
  const { schema: first } = proofFormatOf({ payloadType: 'application/vnd.windfall.energy-proof.v1+json' })
  const { schema: second } = proofFormatOf({ payloadType: 'application/vnd.windfall.energy-proof.v2+json' })
  expect([first.safeParse(sunny).success, second.safeParse(sunny).success, second.safeParse(proofWith(null)).success]).toEqual([false, true, false])
})

import { expect, test } from 'vitest'
import { createFakeClock } from '../../kernel/clock.fake.ts'
import { createSigner, generateKeyPem } from '../../kernel/signing.ts'
import { CAPABILITIES } from './capabilities.fixture.ts'
import { createFakeCoordinator } from './coordinator.fake.ts'
import { enrol } from './enrol.ts'

test('a TPM that cannot attest does not keep a node from enrolling, and none is asked unless it is to be', async () => {
  let asked = 0
  const attest = async () => {
    asked++
    throw new Error('no SHA-256 registers')
  }
  const signer = { ...createSigner(generateKeyPem()), attest }
  const { client } = createFakeCoordinator(signer, createFakeClock())
  const facts = { capabilities: CAPABILITIES, payoutAddress: null }
  await enrol(client, signer, facts)
  expect(asked).toBe(0)
  await enrol(client, signer, { ...facts, attests: true })
  expect(asked).toBe(1)
})

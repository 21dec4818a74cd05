import { expect, test } from 'vitest'
import type { coordinatorContract } from '../../shared/contract/coordinator.ts'
import { type Client, type InputOf, parse } from '../../shared/contract/define.ts'
import { proofCalls } from '../../shared/contract/proof-calls.ts'
import { signEnvelope } from '../../shared/domain/dsse.ts'
import { ENERGY_PROOF_TYPE } from '../../shared/domain/energy-proof.ts'
import { type Waiting, sendBatch } from '../../main/agent/sync/proof-batch.ts'
import { openBatch } from '../../main/coordinator/proofs/batch.ts'
import { createSigner, generateKeyPem } from '../../main/kernel/signing.ts'

test('what an agent sends together is what a coordinator opens, item by item and output by output', async () => {
  const signer = createSigner(generateKeyPem())
  const envelopeOf = (name: string) => signEnvelope(ENERGY_PROOF_TYPE, Buffer.from(JSON.stringify({ proofId: name, jobId: 'job' })), signer)
  const held = async (name: string) => ({ leaseId: `lease-${name}`, token: 3, proofId: name, envelope: await envelopeOf(name) })
  const waiting: Waiting[] = [
    { id: '1', item: { kind: 'proof', ...(await held('a')), output: 'YWFh' } },
    { id: '2', item: { kind: 'given-back', ...(await held('b')), reason: 'owner.input', message: 'm'.repeat(600) } },
    { id: '3', item: { kind: 'proof', ...(await held('c')), output: 'Y2Nj' } },
  ]
  let sent: InputOf<typeof coordinatorContract.submitProofs> | null = null
  const call = async (_: string, input: unknown) => {
    sent = parse(proofCalls.submitProofs.input, input)
    return { verdicts: [] }
  }
  await sendBatch({ client: { call } as unknown as Client<typeof coordinatorContract>, signer, nodeId: signer.keyId }, waiting)
  if (!sent) throw new Error('nothing was sent')
  const opened = await openBatch(sent, { nodeId: signer.keyId, keyId: signer.keyId, publicJwk: signer.publicJwk })
  expect(opened).toMatchObject(waiting.map(({ item: { kind, leaseId, token, envelope } }) => ({ item: { kind, leaseId, token, envelope } })))
  expect('code' in opened ? opened : opened.map(({ output }) => output)).toEqual(['YWFh', '', 'Y2Nj'])
})

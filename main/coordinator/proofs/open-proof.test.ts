import { expect, test } from 'vitest'
import { signEnvelope } from '../../../shared/domain/dsse.ts'
import { encodeUtf8 } from '../../../shared/domain/encoding.ts'
import { energyProofType } from '../../../shared/domain/energy-proof.ts'
import { testNode, testProof } from '../../../shared/domain/receipt-bundle.fake.ts'
import { openProof } from './open-proof.ts'

const proof = testProof()
const signer = { nodeId: testNode.keyId, keyId: testNode.keyId, publicJwk: testNode.publicJwk }
const open = async (text: string) => openProof(await signEnvelope(energyProofType(proof), encodeUtf8(text), testNode), signer)

test('a proof is opened whichever way its JSON is written, unless readers could differ about it: no receipt on it would hold', async () => {
  const text = JSON.stringify(proof)
  for (const same of [text, JSON.stringify(proof, null, 2)]) expect(await open(same)).toMatchObject({ proof: { proofId: proof.proofId } })
  for (const ambiguous of [text.replace('{"v":1', '{"boardJ":1,"v":1'), `\ufeff${text}`, `${text}{}`])
    expect(await open(ambiguous)).toMatchObject({ code: 'proof.malformed' })
})

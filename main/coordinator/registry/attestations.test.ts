import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import type { TpmEvidence } from '../../../shared/contract/attestation.ts'
import { enrolmentText } from '../../../shared/domain/enrolment.ts'
import { type Signer, createSigner, generateKeyPem } from '../../kernel/signing.ts'
import { type SoftwareTpm, missingSwtpm, startSwtpm } from '../../kernel/swtpm.fixture.ts'
import { attestationNonce } from '../../kernel/tpm-attest.ts'
import { createTpm } from '../../kernel/tpm.ts'
import { startTestCore } from '../core.fake.ts'
import { testCapabilities } from '../test-work.fake.ts'
import { judgeTpmEvidence } from './tpm-evidence.ts'

async function attest(by: Signer | undefined, challenge: string): Promise<TpmEvidence> {
  const found = await by?.attest?.(attestationNonce(challenge))
  if (!found) throw new Error('this signer cannot attest')
  return found
}

describe.skipIf(missingSwtpm() !== null)('what a TPM says of the key of a node', () => {
  let swtpm: SoftwareTpm
  let [signer, other]: Signer[] = []
  let evidence: TpmEvidence
  let ofOther: TpmEvidence
  const CHALLENGE = 'a challenge'
  beforeAll(async () => {
    swtpm = await startSwtpm()
    const tpm = createTpm(swtpm.environment)
    ;[signer, other] = [tpm.signer(await tpm.create()), tpm.signer(await tpm.create())]
    evidence = await attest(signer, CHALLENGE)
    ofOther = await attest(other, CHALLENGE)
  })
  afterAll(() => swtpm[Symbol.asyncDispose]())

  const judge = (change: Partial<TpmEvidence> = {}, { by = signer, challenge = CHALLENGE } = {}) =>
    judgeTpmEvidence({ ...evidence, ...change }, { publicJwk: (by as Signer).publicJwk, nonce: attestationNonce(challenge) })

  test('holds for that key and that challenge, and says what it does not prove', () => {
    expect(judge()).toEqual({ verdict: 'consistent', reason: expect.stringContaining('would take the certificate of its maker') })
  })

  test('is worth nothing for another key, another challenge, or put together from two', () => {
    expect(judge({}, { by: other as Signer })).toMatchObject({ verdict: 'invalid', reason: expect.stringContaining('another key') })
    expect(judge({}, { by: createSigner(generateKeyPem()) })).toMatchObject({ verdict: 'invalid', reason: expect.stringContaining('another key') })
    expect(judge({}, { challenge: 'another' })).toMatchObject({ verdict: 'invalid', reason: expect.stringContaining('another question') })
    for (const part of ['attestationKey', 'nodeKey', 'certified', 'certifiedSignature', 'quote', 'quoteSignature'] as const)
      expect(judge({ [part]: ofOther[part] }), part).toMatchObject({ verdict: 'invalid' })
    // The key of the node may sign anything, so it may not be the one that vouches.
    expect(judge({ attestationKey: evidence.nodeKey })).toMatchObject({ reason: expect.stringContaining('did not come from a TPM') })
    expect(judge({ certified: evidence.quote, certifiedSignature: evidence.quoteSignature })).toMatchObject({ verdict: 'invalid' })
  })

  test('is never believed with a byte changed, and nothing that is sent breaks the judge', () => {
    const parts = ['attestationKey', 'nodeKey', 'certified', 'certifiedSignature', 'quote', 'quoteSignature'] as const
    fc.assert(
      fc.property(fc.constantFrom(...parts), fc.nat(300), fc.integer({ min: 1, max: 255 }), (part, at, mask) => {
        const bytes = Buffer.from(evidence[part], 'base64')
        // Nothing vouches for what the attestation key says of itself but its maker's certificate.
        fc.pre(part !== 'attestationKey' || at % bytes.length < 6 || at % bytes.length > 9)
        bytes[at % bytes.length] = (bytes[at % bytes.length] ?? 0) ^ mask
        expect(judge({ [part]: bytes.toString('base64') }).verdict).toBe('invalid')
      }),
      { numRuns: 300 },
    )
    fc.assert(
      fc.property(fc.constantFrom(...parts), fc.uint8Array({ maxLength: 200 }), (part, bytes) => {
        expect(judge({ [part]: Buffer.from(bytes).toString('base64') }).verdict).toBe('invalid')
      }),
    )
  })

  test('is recorded with its verdict, shown, and recorded again only when something changes', async () => {
    const core = await startTestCore()
    onTestFinished(() => core[Symbol.asyncDispose]())
    const by = signer as Signer
    const enrol = async (change: (challenge: string) => Promise<TpmEvidence | undefined>) => {
      const { challenge } = core.registry.begin(by.publicJwk)
      const signature = Buffer.from(await by.sign(enrolmentText(challenge, null))).toString('base64')
      const attestation = await change(challenge)
      await core.registry.enrol({
        publicJwk: by.publicJwk,
        challenge,
        signature,
        capabilities: testCapabilities,
        payoutAddress: null,
        ...(attestation ? { attestation } : {}),
      })
      return core.parts.nodes.show(by.keyId)
    }
    expect(await enrol(async () => undefined)).toMatchObject({ attestation: null })
    expect(await enrol((challenge) => attest(by, challenge))).toMatchObject({ attestation: { kind: 'tpm2', verdict: 'consistent', keyId: by.keyId } })
    await enrol((challenge) => attest(by, challenge))
    expect(await core.decided('node.attested')).toHaveLength(1)
    // Evidence that does not hold is written down, and keeps nobody out.
    expect(await enrol(async () => evidence)).toMatchObject({ state: 'active', attestation: { verdict: 'invalid' } })
    expect(await core.decided('node.attested')).toHaveLength(2)
  })
})

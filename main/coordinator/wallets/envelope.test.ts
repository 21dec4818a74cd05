import {
  address as addressOf,
  compileOffchainMessageV0Envelope,
  compileOffchainMessageV1Envelope,
  offchainMessageApplicationDomain,
  offchainMessageContentUtf8Of1232BytesMax,
} from '@solana/kit'
import { expect, test } from 'vitest'
import { toBase58 } from '../../../shared/domain/base58.ts'
import { isSignedForm } from './envelope.ts'

const [ADDRESS, OTHER] = [5, 6].map((byte) => toBase58(Buffer.alloc(32, byte))) as [string, string]
const TEXT = 'coordinator.example wants you to sign in with your Solana account:\nabc\n\nLink this wallet – yes.'

const v0 = (text: string, signers: readonly string[]) =>
  compileOffchainMessageV0Envelope({
    version: 0,
    applicationDomain: offchainMessageApplicationDomain(toBase58(Buffer.alloc(32, 7))),
    content: offchainMessageContentUtf8Of1232BytesMax(text),
    requiredSignatories: signers.map((signer) => ({ address: addressOf(signer) })),
  }).content
const v1 = (text: string, signers: readonly string[]) =>
  compileOffchainMessageV1Envelope({ version: 1, content: text, requiredSignatories: signers.map((signer) => ({ address: addressOf(signer) })) }).content

test('the text is recognised as it is, and in the envelopes of hardware wallets as another library writes them', () => {
  for (const signed of [Buffer.from(TEXT), v0(TEXT, [ADDRESS]), v1(TEXT, [ADDRESS])]) expect(isSignedForm(Uint8Array.from(signed), TEXT, ADDRESS)).toBe(true)
})

test('another text, another signer, one signer more, or a byte more or less is not it', () => {
  const others = [
    Buffer.from(`${TEXT} `),
    v0(`${TEXT}!`, [ADDRESS]),
    v0(TEXT, [OTHER]),
    v0(TEXT, [ADDRESS, OTHER]),
    v1(`${TEXT}!`, [ADDRESS]),
    v1(TEXT, [OTHER]),
    v1(TEXT, [ADDRESS, OTHER]),
    v0(TEXT, [ADDRESS]).slice(0, -1),
    Buffer.concat([Buffer.from(v1(TEXT, [ADDRESS])), Buffer.from('x')]),
    new Uint8Array(),
  ]
  for (const signed of others) expect(isSignedForm(Uint8Array.from(signed), TEXT, ADDRESS)).toBe(false)
})

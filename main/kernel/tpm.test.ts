import { generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { rawFromDer } from './der-signature.ts'
import { verifySignature } from './signing.ts'
import { missingSwtpm, type SoftwareTpm, startSwtpm } from './swtpm.fixture.ts'
import { createRunTool, type RunTool } from './tpm-tools.ts'
import { createTpm } from './tpm.ts'
import type { TpmKey } from './tpm-session.ts'

const message = (text: string) => new TextEncoder().encode(text)

describe.skipIf(missingSwtpm() !== null)('a key in a TPM', () => {
  let swtpm: SoftwareTpm
  let key: TpmKey
  beforeAll(async () => {
    swtpm = await startSwtpm()
    key = await createTpm(swtpm.environment).create()
  })
  afterAll(() => swtpm[Symbol.asyncDispose]())

  test('signs what anyone can check with its public half', async () => {
    const signer = createTpm(swtpm.environment).signer(key)
    expect([signer.alg, signer.evidence]).toEqual(['ES256', 'tpm'])
    for (const text of ['first', 'second', '']) {
      const signature = await signer.sign(message(text))
      expect(signature.length).toBe(64)
      expect(verifySignature(signer.publicJwk, message(text), signature)).toBe(true)
      expect(verifySignature(signer.publicJwk, message(`${text}!`), signature)).toBe(false)
    }
  })

  test('signs again in another process, also after a reboot, and leaves nothing loaded or lying about', async () => {
    const scratch = mkdtempSync(join(tmpdir(), 'windfall-scratch-'))
    vi.stubEnv('TMPDIR', scratch)
    onTestFinished(() => {
      vi.unstubAllEnvs()
      rmSync(scratch, { recursive: true })
    })
    const signer = createTpm(swtpm.environment).signer(key)
    // More often than the TPM has room for objects.
    for (let round = 0; round < 5; round++)
      await createTpm(swtpm.environment)
        .signer(key)
        .sign(message(`round ${round}`))
    await signer.sign(message('before'))
    await swtpm.reboot()
    expect(verifySignature(key.publicJwk, message('after'), await signer.sign(message('after')))).toBe(true)
    expect(readdirSync(scratch)).toEqual([])
  })

  test('many who ask at once are served one after the other', async () => {
    const running: string[] = []
    let most = 0
    const tools = createRunTool(swtpm.environment)
    const counted: RunTool = async (...call) => {
      running.push(call[0])
      most = Math.max(most, running.length)
      await tools(...call)
      running.pop()
    }
    const signer = createTpm(swtpm.environment, counted).signer(key)
    const signatures = await Promise.all(['a', 'b', 'c', 'd'].map((text) => signer.sign(message(text))))
    expect(signatures.map((signature, index) => verifySignature(key.publicJwk, message('abcd'.charAt(index)), signature))).toEqual([true, true, true, true])
    expect(most).toBe(1)
  })

  test('cannot be used by another TPM, and that is said', async () => {
    await using other = await startSwtpm()
    await expect(createTpm(other.environment).signer(key).sign(message('stolen'))).rejects.toMatchObject({
      code: 'config.invalid',
      message: expect.stringContaining('another TPM'),
    })
  })

  test('a TPM that does not answer is an error in words, and the next call tries again', async () => {
    const tpm = createTpm({ ...swtpm.environment, WINDFALL_TPM_TCTI: 'swtpm:path=/nowhere' })
    await expect(tpm.create()).rejects.toMatchObject({
      code: 'config.invalid',
      message: expect.stringContaining('The TPM cannot be used: tpm2_createprimary says'),
    })
  })
})

test('without a TPM, without the tools or without permission, the owner is told what to do', async () => {
  await expect(createTpm({ PATH: process.env['PATH'], WINDFALL_TPM_TCTI: 'device:/nowhere/tpmrm0' }).create()).rejects.toThrow(
    /no TPM 2.0 at \/nowhere\/tpmrm0/,
  )
  await expect(createTpm({ PATH: '/nowhere', WINDFALL_TPM_TCTI: 'swtpm:path=/nowhere' }).create()).rejects.toThrow(/sudo apt install tpm2-tools/)
})

test('a signature from DER is the one the JOSE form of it is, for every length of its numbers', () => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const jwk = publicKey.export({ format: 'jwk' })
  const publicJwk = { kty: 'EC', crv: 'P-256', x: String(jwk.x), y: String(jwk.y) } as const
  for (let round = 0; round < 300; round++) {
    const bytes = randomBytes(8)
    const raw = rawFromDer(sign('sha256', bytes, { key: privateKey, dsaEncoding: 'der' }))
    expect(raw && verifySignature(publicJwk, bytes, raw)).toBe(true)
  }
})

test('what is not the one DER encoding of a signature is none', () => {
  const short = Uint8Array.of(0x30, 6, 2, 1, 1, 2, 1, 2)
  expect(rawFromDer(short)).toEqual(Uint8Array.from({ length: 64 }, (_, index) => (index === 31 ? 1 : index === 63 ? 2 : 0)))
  for (const wrong of [[], [0x30, 0], [0x30, 6, 2, 1, 1, 2, 1, 2, 0], [0x30, 7, 2, 1, 1, 2, 2, 0, 2], [0x30, 6, 2, 1, 0x81, 2, 1, 2], [0x30, 5, 2, 0, 2, 1, 2]])
    expect(rawFromDer(Uint8Array.from(wrong))).toBeNull()
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
      const raw = rawFromDer(bytes)
      expect(raw === null || raw.length === 64).toBe(true)
    }),
  )
})

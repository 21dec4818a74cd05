import { generateKeyPairSync } from 'node:crypto'
import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { beforeEach, describe, expect, test } from 'vitest'
import { followRotations } from '../../shared/domain/rotation.ts'
import { createFakeClock } from './clock.fake.ts'
import { type DeviceKeyOptions, openDeviceKeys } from './device-key.ts'
import { createFakeKeychain } from './secret-vault.fake.ts'
import { createFileVault, type SecretVault } from './secret-vault.ts'
import { createSigner, generateKeyPem, verifySignature } from './signing.ts'
import { missingSwtpm, startSwtpm } from './swtpm.fixture.ts'
import { createTpm } from './tpm.ts'
import { nodeVerifyPort } from './verify-port.ts'

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'windfall-device-key-'))
})
const file = () => join(directory, 'device-key.pem')
const noTpm = createTpm({ WINDFALL_TPM_TCTI: 'device:/nowhere/tpmrm0' })
const open = (options: Partial<DeviceKeyOptions> = {}) =>
  openDeviceKeys({ vault: createFileVault(directory), directory, tpm: noTpm, clock: createFakeClock(), ...options })
const message = new TextEncoder().encode('message')
const damagedBy = (why: RegExp) => expect.objectContaining({ code: 'config.invalid', message: expect.stringMatching(why) })

test('a new node makes one key, keeps it as PEM for its owner only, and is named after it for ever', async () => {
  const made = await open()
  const again = await open()
  expect([made.nodeId, again.nodeId, again.signer.keyId]).toEqual([made.signer.keyId, made.nodeId, made.nodeId])
  expect(createSigner(readFileSync(file(), 'utf8')).keyId).toBe(made.nodeId)
  expect(made.describe()).toEqual({
    keyId: made.nodeId,
    alg: 'EdDSA',
    evidence: 'software',
    keptIn: 'a file that only this user can read',
    sealed: false,
    rotations: 0,
    next: null,
  })
})

test('the key of an installation that is older than this version stays the key of its node, in a keychain, too', async () => {
  const pem = generateKeyPem()
  writeFileSync(file(), pem, { mode: 0o600 })
  const { keyId } = createSigner(pem)
  expect((await open()).nodeId).toBe(keyId)
  const sealed = await open({ vault: createFakeKeychain(directory) })
  expect([sealed.nodeId, sealed.describe().sealed, existsSync(file())]).toEqual([keyId, true, false])
  await expect(open()).rejects.toEqual(damagedBy(/sealed by the keychain/))
})

test.each<[what: string, content: (record: string) => string]>([
  ['empty', () => ''],
  ['cut off', (record) => record.slice(0, -100)],
  ['of another kind', () => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'pem', type: 'pkcs8' }).toString()],
  ['no key at all', () => 'hello'],
  ['no record at all', () => '{}'],
  ['of another version', (record) => record.replace('"v":1', '"v":2')],
  ['without a key change', (record) => JSON.stringify({ ...JSON.parse(record), rotations: [] })],
  ['with another key than its changes lead to', (record) => JSON.stringify({ ...JSON.parse(record), current: { kind: 'software', pem: generateKeyPem() } })],
  ['under another name', (record) => record.replace(/"nodeId":"./, '"nodeId":"_')],
])('a key file that is %s is an error, and is not replaced', async (_, damage) => {
  const keys = await open()
  await keys.prepare('software')
  await keys.adopt()
  writeFileSync(file(), damage(readFileSync(file(), 'utf8')), { mode: 0o600 })
  const before = readFileSync(file(), 'utf8')
  await expect(open()).rejects.toEqual(damagedBy(/is damaged: .*Restore it from a backup/))
  expect([readFileSync(file(), 'utf8'), readdirSync(directory)]).toEqual([before, ['device-key.pem']])
})

test('a new key waits with its statement, then takes over; whoever holds the signer follows', async () => {
  const keys = await open()
  const { signer } = keys
  const held = { ...signer }
  const next = await keys.prepare('software')
  keys.postpone('no coordinator')
  expect([signer.keyId, keys.describe().next]).toEqual([
    keys.nodeId,
    { keyId: next.signer.keyId, alg: 'EdDSA', evidence: 'software', message: 'no coordinator' },
  ])
  await keys.adopt()
  expect([keys.nodeId, signer.keyId, held.keyId, keys.next()]).toEqual([held.keyId, next.signer.keyId, keys.nodeId, null])
  expect(verifySignature(signer.publicJwk, message, await signer.sign(message))).toBe(true)
  expect(verifySignature(held.publicJwk, message, await held.sign(message))).toBe(true)
  const { firstKey, rotations } = keys.history()
  expect(await followRotations({ nodeId: keys.nodeId, firstKey }, rotations, nodeVerifyPort)).toMatchObject({
    keys: [{ keyId: keys.nodeId }, { keyId: next.signer.keyId }],
  })
  const again = await open()
  expect([again.nodeId, again.signer.keyId, again.describe().rotations]).toEqual([keys.nodeId, next.signer.keyId, 1])
})

test('asking for a new key twice gives one; asking for another kind meanwhile is refused', async () => {
  const keys = await open()
  const [one, two] = await Promise.all([keys.prepare('software'), keys.prepare('software')])
  expect(one.statement).toEqual(two.statement)
  expect((await (await open()).prepare('software')).statement).toEqual(one.statement)
  await expect(keys.prepare('tpm')).rejects.toMatchObject({ code: 'conflict' })
  await keys.adopt()
  await keys.adopt()
  expect(keys.describe().rotations).toBe(1)
})

/** A vault that dies at one of its writes, before or after it is durable. */
function dyingVault(vault: SecretVault, dies: () => 'before' | 'after' | null): SecretVault {
  return {
    ...vault,
    save: async (name, secret) => {
      const fate = dies()
      if (fate === 'before') throw new Error('power cut')
      await vault.save(name, secret)
      if (fate === 'after') throw new Error('power cut')
    },
  }
}

test('whenever the power fails, the node keeps its id, and its key is the one before or the one after', async () => {
  const Step = fc.constantFrom('prepare', 'adopt', 'restart')
  const Fate = fc.constantFrom('before', 'after', null, null)
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(Step, Fate), { maxLength: 10 }), fc.boolean(), async (steps, inKeychain) => {
      const home = mkdtempSync(join(tmpdir(), 'windfall-power-'))
      let fate: 'before' | 'after' | null = null
      const vault = dyingVault(inKeychain ? createFakeKeychain(home) : createFileVault(home), () => fate)
      const start = () => openDeviceKeys({ vault, directory: home, tpm: noTpm, clock: createFakeClock() })
      let keys = await start()
      const { nodeId } = keys
      for (const [step, given] of steps) {
        const known = [keys.signer.keyId, keys.next()?.signer.keyId]
        fate = given
        const died = await (step === 'prepare' ? keys.prepare('software') : step === 'adopt' ? keys.adopt() : Promise.reject(new Error('restart'))).then(
          () => false,
          () => true,
        )
        fate = null
        if (died) keys = await start()
        expect(keys.nodeId).toBe(nodeId)
        expect(known).toContain(keys.signer.keyId)
      }
    }),
    { numRuns: 60 },
  )
})

describe.skipIf(missingSwtpm() !== null)('with a TPM', () => {
  test('a new node may have its key in the TPM from the start, and a TPM that cannot be used leaves nothing behind', async () => {
    await using swtpm = await startSwtpm()
    const tpm = createTpm(swtpm.environment)
    await expect(open({ evidence: 'tpm' })).rejects.toThrow(/no TPM 2.0/)
    expect(readdirSync(directory)).toEqual([])
    const made = await open({ tpm, evidence: 'tpm' })
    const again = await open({ tpm, evidence: 'tpm' })
    expect(again.nodeId).toBe(made.nodeId)
    expect(verifySignature(again.signer.publicJwk, message, await again.signer.sign(message))).toBe(true)
    expect(again.describe()).toMatchObject({ alg: 'ES256', evidence: 'tpm', sealed: true, keptIn: 'the TPM of this machine' })
    await expect(open({ tpm, evidence: 'software' })).rejects.toThrow(/windfall key rotate$/)
  })

  test('a node moves its key into the TPM and out again without becoming another node', async () => {
    await using swtpm = await startSwtpm()
    const tpm = createTpm(swtpm.environment)
    const keys = await open({ tpm })
    await expect(open({ tpm, evidence: 'tpm' })).rejects.toThrow(/windfall key rotate --tpm/)
    for (const evidence of ['tpm', 'software'] as const) {
      await keys.prepare(evidence)
      await keys.adopt()
      expect(keys.signer.evidence).toBe(evidence)
      const reopened = await open({ tpm })
      expect([reopened.nodeId, reopened.signer.keyId]).toEqual([keys.nodeId, keys.signer.keyId])
      expect(verifySignature(reopened.signer.publicJwk, message, await reopened.signer.sign(message))).toBe(true)
    }
    expect(await followRotations({ nodeId: keys.nodeId, ...keys.history() }, keys.history().rotations, nodeVerifyPort)).toMatchObject({ keys: { length: 3 } })
  })
})

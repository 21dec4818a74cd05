import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { cosignEnvelope, signEnvelope } from './dsse.ts'
import { encodeUtf8 } from './encoding.ts'
import { keyIdOf } from './keys.ts'
import { testCrypto } from './receipt-bundle.fake.ts'
import { type NextKeys, RELEASE_KEYS_TYPE, type TrustedKeys, followKeyChanges, signKeyChange } from './release-keys.ts'
import { MAX_RELEASE_BYTES, RELEASE_TYPE, ReleaseManifest, openRelease } from './release-manifest.ts'
import { fakeArtefact, fakeManifest, first, fourth, releaseBytes, releaseKey, second, third, trustIn } from './release.fake.ts'
import { SMALL_ORDER_KEYS } from './weak-keys.fake.ts'

const AT = '2026-04-01T00:00:00.000Z'
const open = (bytes: Uint8Array, trusted: TrustedKeys) => openRelease(bytes, trusted, testCrypto)
const file = (release: unknown) => encodeUtf8(JSON.stringify({ release, keys: [] }))
const next = (signers: readonly (typeof first)[], threshold = 1): NextKeys => ({ threshold, keys: signers.map(releaseKey), at: AT })
const followed = async (trusted: TrustedKeys, changes: Parameters<typeof followKeyChanges>[1]): Promise<TrustedKeys> => {
  const keys = await followKeyChanges(trusted, changes, testCrypto)
  if (typeof keys === 'string') throw new Error(keys)
  return keys
}

test('a release that a trusted key has signed is read as it was signed', async () => {
  const manifest = fakeManifest()
  expect(await open(await releaseBytes(manifest), trustIn([first]))).toMatchObject({ manifest, signedBy: [first.keyId], keys: { index: 0 } })
})

test('as many different trusted keys have to sign as the program says; one that signs twice counts once', async () => {
  const two = trustIn([first, second, third], 2)
  expect(await open(await releaseBytes(fakeManifest(), { signers: [first] }), two)).toMatchObject({ unusable: 'signature' })
  expect(await open(await releaseBytes(fakeManifest(), { signers: [first, first] }), two)).toMatchObject({ unusable: 'signature' })
  expect(await open(await releaseBytes(fakeManifest(), { signers: [first, fourth] }), two)).toMatchObject({ unusable: 'signature' })
  expect(await open(await releaseBytes(fakeManifest(), { signers: [third, first] }), two)).toMatchObject({ signedBy: [first.keyId, third.keyId] })
})

test('a stranger under the name of a trusted key, another type, and a key anybody can sign with are refused', async () => {
  const body = encodeUtf8(JSON.stringify(fakeManifest()))
  expect(await open(file(await signEnvelope(RELEASE_TYPE, body, { ...second, keyId: first.keyId })), trustIn([first]))).toMatchObject({ unusable: 'signature' })
  expect(await open(file(await signEnvelope(RELEASE_KEYS_TYPE, body, first)), trustIn([first]))).toMatchObject({ unusable: 'unreadable' })
  for (const weak of SMALL_ORDER_KEYS) {
    const trusted = trustIn([{ publicJwk: weak }])
    const lenient = { ...testCrypto, verify: async () => true }
    const keyId = await keyIdOf(weak, testCrypto.sha256)
    const forged = await signEnvelope(RELEASE_TYPE, body, { keyId, sign: async () => new Uint8Array(64).with(0, 1) })
    expect(await openRelease(file(forged), trusted, lenient)).toMatchObject({ unusable: 'signature' })
  }
})

test('any change of any byte of a release file is found, or changes nothing of what it says', async () => {
  const bytes = await releaseBytes(fakeManifest())
  const trusted = trustIn([first])
  const genuine = await open(bytes, trusted)
  await fc.assert(
    fc.asyncProperty(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), async (at, flip) => {
      const opened = await open(bytes.with(at, (bytes[at] ?? 0) ^ flip), trusted)
      if (!('unusable' in opened)) expect(opened).toEqual(genuine)
    }),
    { numRuns: 300 },
  )
})

test.each<[what: string, change: object]>([
  ['a name that is a path', { artefacts: [fakeArtefact({ name: '../Windfall.exe' })] }],
  ['a name with a slash', { artefacts: [fakeArtefact({ name: 'a/b' })] }],
  ['a hidden name', { artefacts: [fakeArtefact({ name: '.bashrc' })] }],
  ['a size of nothing', { artefacts: [fakeArtefact({ size: 0 })] }],
  ['a size beyond any package', { artefacts: [fakeArtefact({ size: 2 ** 40 })] }],
  ['a hash that is none', { artefacts: [fakeArtefact({ sha512: 'abc' })] }],
  ['two files for one place', { artefacts: [fakeArtefact(), fakeArtefact({ name: 'b.AppImage' })] }],
  ['one file for two places', { artefacts: [fakeArtefact(), fakeArtefact({ arch: 'arm64' })] }],
  ['no files', { artefacts: [] }],
  ['a version that has no order', { version: '1.0' }],
  ['an end before its beginning', { expires: '2026-02-01T00:00:00.000Z' }],
  ['a life of years', { expires: '2028-03-01T00:00:00.000Z' }],
  ['a share above all', { staged: 101 }],
  ['a number below the first', { serial: 0 }],
  ['a member that is not in the format', { note: 'hello' }],
  ['another form', { v: 2 }],
])('a signed manifest with %s is refused', async (_, change) => {
  const body = encodeUtf8(JSON.stringify({ ...fakeManifest(), ...change }))
  expect(ReleaseManifest.safeParse({ ...fakeManifest(), ...change }).success).toBe(false)
  expect(await open(file(await signEnvelope(RELEASE_TYPE, body, first)), trustIn([first]))).toMatchObject({ unusable: 'unreadable' })
})

test('what is too long, no JSON, or names a member twice is refused before anything is read of it', async () => {
  const bytes = await releaseBytes(fakeManifest())
  const twice = encodeUtf8(new TextDecoder().decode(bytes).replace('{"release"', '{"keys":[],"release"'))
  for (const wrong of [new Uint8Array(MAX_RELEASE_BYTES + 1), encodeUtf8('<html>'), new Uint8Array(0), twice, encodeUtf8('[]')])
    expect(await open(wrong, trustIn([first]))).toMatchObject({ unusable: 'unreadable' })
})

test('keys are changed by enough of the old ones and enough of the new ones, again and again', async () => {
  const root = trustIn([first, second], 2)
  const one = await signKeyChange(root, next([second, third], 2), [first, second, third])
  const afterOne = await followed(root, [one])
  const two = await signKeyChange(afterOne, next([fourth]), [second, third, fourth])
  const changes = [one, two]
  const opened = await open(await releaseBytes(fakeManifest(), { signers: [fourth], changes }), root)
  expect(opened).toMatchObject({ signedBy: [fourth.keyId], keys: { index: 2, threshold: 1 } })
  // A program that has followed the first change already, or was built after it.
  expect(await open(await releaseBytes(fakeManifest(), { signers: [fourth], changes }), afterOne)).toEqual(opened)
})

test('keys that were replaced sign nothing any more, with or without the change that replaced them', async () => {
  const root = trustIn([first])
  const change = await signKeyChange(root, next([second]), [first, second])
  const after = await followed(root, [change])
  expect(await open(await releaseBytes(fakeManifest(), { signers: [first], changes: [change] }), root)).toMatchObject({ unusable: 'signature' })
  expect(await open(await releaseBytes(fakeManifest(), { signers: [first] }), after)).toMatchObject({ unusable: 'keys' })
})

test('whoever holds an old key cannot lead programs that have moved on into another line of keys', async () => {
  const root = trustIn([first])
  const after = await followed(root, [await signKeyChange(root, next([second]), [first, second])])
  const fork = await signKeyChange(root, next([third]), [first, third])
  expect(await open(await releaseBytes(fakeManifest(), { signers: [third], changes: [fork] }), after)).toMatchObject({ unusable: 'keys' })
})

test.each<[what: string, set: NextKeys, signers: readonly (typeof first)[]]>([
  ['that strangers signed', next([third]), [third, fourth]],
  ['that too few of the old keys signed', next([third]), [first, third]],
  ['that its own keys did not sign', next([third]), [first, second]],
  ['that too few of its own keys signed', next([third, fourth], 2), [first, second, third]],
  [
    'to a key with which anyone can sign',
    { ...next([]), keys: SMALL_ORDER_KEYS.slice(0, 1).flatMap((publicJwk) => (publicJwk.kty === 'OKP' ? [publicJwk] : [])) },
    [first, second],
  ],
  ['to more signatures than there are keys', next([third], 2), [first, second, third]],
  ['to one key twice', next([third, third], 2), [first, second, third]],
])('a change of keys %s is refused', async (_, set, signers) => {
  const root = trustIn([first, second], 2)
  expect(await followKeyChanges(root, [await signKeyChange(root, set, signers)], testCrypto)).toMatch(/^change 1 of keys: /)
})

test('a gap, a wrong predecessor and a manifest in the place of a change are refused', async () => {
  const root = trustIn([first])
  const later = await signKeyChange({ ...root, index: 1 }, next([second]), [first, second])
  const astray = await signKeyChange({ ...root, head: 'f'.repeat(64) }, next([second]), [first, second])
  const foreign = await cosignEnvelope(RELEASE_TYPE, encodeUtf8('{}'), [first, second])
  for (const wrong of [later, astray, foreign]) expect(await followKeyChanges(root, [wrong], testCrypto)).toMatch(/^change 1 of keys: /)
})

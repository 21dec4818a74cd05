import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { encodeUtf8 } from './encoding.ts'
import { type Situation, distrust, judgeRelease, shareOf } from './judge-release.ts'
import { testCrypto } from './receipt-bundle.fake.ts'
import type { ReleaseManifest, SignedRelease } from './release-manifest.ts'
import { fakeArtefact, fakeManifest, trustIn } from './release.fake.ts'

const NOW = Date.parse('2026-04-01T00:00:00.000Z')
const release = (change: Partial<ReleaseManifest> = {}, sha256 = 'a'.repeat(64)): SignedRelease => ({
  manifest: fakeManifest(change),
  sha256,
  keys: trustIn([]),
  signedBy: [],
})
const at = (change: Partial<Situation> = {}): Situation => ({
  now: NOW,
  channel: 'stable',
  version: '1.0.0',
  platform: 'linux',
  arch: 'x64',
  package: 'appimage',
  seen: null,
  share: 0.5,
  ...change,
})
const seen = { serial: 7, sha256: 'a'.repeat(64), issued: '2026-03-01T00:00:00.000Z' }

test('a newer version with a file for this machine is offered', () => {
  expect(distrust(release(), at())).toBeNull()
  expect(judgeRelease(release(), at())).toEqual({ verdict: 'offer', artefact: fakeArtefact() })
})

test.each(['1.0.1', '1.0.0', '1.0.1-rc.1', '0.9.0'])('%s is never offered to 1.0.1', (version) => {
  expect(judgeRelease(release({ version }), at({ version: '1.0.1' }))).toEqual({ verdict: 'current' })
})

test('older manifests than one that was seen, and another one of the same number, are refused', () => {
  expect(distrust(release({ serial: 6 }), at({ seen }))).toEqual({ why: 'replayed', serial: 6, seen: 7 })
  expect(distrust(release({}, 'b'.repeat(64)), at({ seen }))).toMatchObject({ why: 'replayed' })
  expect(distrust(release(), at({ seen }))).toBeNull()
  expect(distrust(release({ serial: 8 }, 'b'.repeat(64)), at({ seen }))).toBeNull()
})

test('a manifest is good from when it was issued until it expires, and a clock that was set back does not help', () => {
  expect(distrust(release(), at({ now: Date.parse('2026-05-01T00:00:00.000Z') }))).toMatchObject({ why: 'expired' })
  expect(distrust(release(), at({ now: Date.parse('2026-02-28T23:00:00.000Z') }))).toMatchObject({ why: 'early' })
  expect(distrust(release(), at({ now: Date.parse('2026-02-28T23:55:00.000Z') }))).toBeNull()
  const later = { ...seen, serial: 1, issued: '2026-06-01T00:00:00.000Z' }
  expect(distrust(release(), at({ seen: later }))).toMatchObject({ why: 'expired' })
})

test('a manifest of another channel is refused', () => {
  expect(distrust(release({ channel: 'beta' }), at())).toEqual({ why: 'channel', channel: 'beta' })
})

test('a version that cannot update directly is told so', () => {
  const from = release({ minimumVersion: '1.0.0' })
  expect(judgeRelease(from, at({ version: '0.9.9' }))).toEqual({ why: 'too-old', minimum: '1.0.0', version: '1.0.1' })
  expect(judgeRelease(from, at())).toMatchObject({ verdict: 'offer' })
})

test.each<[what: string, change: Partial<Situation>]>([
  ['platform', { platform: 'win32' }],
  ['processor', { arch: 'arm64' }],
  ['kind of package', { package: 'deb' }],
])('a file for another %s is not offered', (_, change) => {
  expect(judgeRelease(release(), at(change))).toEqual({ why: 'nothing-here', version: '1.0.1' })
})

test('a file for every processor fits, but one for this one is better', () => {
  const universal = fakeArtefact({ name: 'u.AppImage', arch: 'universal' })
  const both = release({ artefacts: [universal, fakeArtefact()] })
  expect(judgeRelease(both, at())).toMatchObject({ artefact: { arch: 'x64' } })
  expect(judgeRelease(both, at({ arch: 'arm64' }))).toMatchObject({ artefact: { arch: 'universal' } })
})

test('who gets a release grows with its share and nobody loses it on the way; 0 is nobody and 100 everybody', () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), fc.nat(100), fc.nat(100), (share, a, b) => {
      const offered = (staged: number) => 'verdict' in judgeRelease(release({ staged }), at({ share })) && judgeRelease(release({ staged }), at({ share }))
      const gets = (staged: number) => JSON.stringify(offered(staged)).includes('"offer"')
      expect([gets(0), gets(100)]).toEqual([false, true])
      if (a <= b && gets(a)) expect(gets(b)).toBe(true)
    }),
  )
})

test('copies are spread evenly over the order in which they get a release', async () => {
  const tenths = Array.from({ length: 10 }, () => 0)
  for (let copy = 0; copy < 2_000; copy++) {
    const share = shareOf(await testCrypto.sha256(encodeUtf8(`copy ${copy} 1.0.1`)))
    tenths[Math.floor(share * 10)] = (tenths[Math.floor(share * 10)] ?? 0) + 1
  }
  // Chi-squared with nine degrees of freedom: 27.9 is passed by chance once in a thousand, and these hashes do not change.
  expect(tenths.reduce((sum, count) => sum + (count - 200) ** 2 / 200, 0)).toBeLessThan(27.9)
  expect([shareOf(new Uint8Array(6)), shareOf(new Uint8Array(6).fill(255))]).toEqual([0, expect.closeTo(1, 10)])
  expect(shareOf(new Uint8Array(6).fill(255))).toBeLessThan(1)
})

import type { Envelope, PublicJwk } from '../contract/wire.ts'
import { encodeUtf8 } from './encoding.ts'
import { testLogKey, testNextKeys, testNode, testReceiptKey } from './receipt-bundle.fake.ts'
import { ReleaseKey, type TrustedKeys } from './release-keys.ts'
import { type Artefact, type ReleaseManifest, signRelease } from './release-manifest.ts'

/** Keys that sign releases in tests; they sign other things elsewhere. */
export const releaseSigners = [testNode, testReceiptKey, testLogKey, testNextKeys[0]] as const
export const [first, second, third, fourth] = releaseSigners

export const releaseKey = ({ publicJwk }: { readonly publicJwk: PublicJwk }): ReleaseKey => ReleaseKey.parse(publicJwk)

export const trustIn = (signers: readonly { readonly publicJwk: PublicJwk }[], threshold = 1): TrustedKeys => ({
  index: 0,
  threshold,
  keys: signers.map(releaseKey),
  head: null,
})

export const fakeArtefact = (change: Partial<Artefact> = {}): Artefact => ({
  name: 'Windfall-1.0.1-linux-x64.AppImage',
  size: 1_000,
  sha512: `${'A'.repeat(86)}==`,
  platform: 'linux',
  arch: 'x64',
  package: 'appimage',
  ...change,
})

export const fakeManifest = (change: Partial<ReleaseManifest> = {}): ReleaseManifest => ({
  v: 1,
  channel: 'stable',
  serial: 7,
  version: '1.0.1',
  minimumVersion: null,
  issued: '2026-03-01T00:00:00.000Z',
  expires: '2026-05-01T00:00:00.000Z',
  staged: 100,
  artefacts: [fakeArtefact()],
  ...change,
})

/** A release file as it is served. */
export const releaseBytes = async (
  manifest: ReleaseManifest,
  { signers = [first], changes = [] }: { signers?: readonly (typeof releaseSigners)[number][]; changes?: readonly Envelope[] } = {},
): Promise<Uint8Array<ArrayBuffer>> => encodeUtf8(JSON.stringify(await signRelease(manifest, changes, signers)))

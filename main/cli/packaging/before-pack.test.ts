import { expect, test } from 'vitest'
import { beforePack, targetOf } from './before-pack.ts'

/** Another system than this one, in the words of electron-builder; its `Arch.arm64` is 3. */
const other = process.platform === 'win32' ? { buildConfigurationKey: 'mac', nodeName: 'darwin' } : { buildConfigurationKey: 'win', nodeName: 'win32' }
const next = { packager: { platform: other }, arch: 3 }

test('the system of a package is named as electron-builder and as npm name it', async () => {
  expect(await targetOf(next)).toEqual({ os: other.buildConfigurationKey, platform: other.nodeName, arch: 'arm64' })
})

test('a package without the native parts of its system is not made, and it is said how to get them', async () => {
  await expect(beforePack(next)).rejects.toThrow(
    new RegExp(`needs @koromix/koffi-${other.nodeName}-arm64.*npm install --no-save --force @koromix/koffi-${other.nodeName}-arm64@\\d`),
  )
})

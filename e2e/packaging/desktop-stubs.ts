/**
 * Folders shaped like the Electron of each system, without a line of Electron in them: what electron-builder does to a distribution is done to these. Each holds
 * the wire of fuses as its binary has it (https://github.com/electron/fuses), in the state in which Electron ships it.
 */
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { builderPart } from './builder-parts.ts'

export type System = 'linux' | 'win' | 'mac'

const FUSES_AS_SHIPPED = '101100011'
const WIRE = Buffer.concat([Buffer.from('dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX'), Buffer.from([1, FUSES_AS_SHIPPED.length]), Buffer.from(FUSES_AS_SHIPPED)])
const LANGUAGES = ['de', 'en-US', 'fr', 'ja', 'zh-CN']

function put(folder: string, files: Readonly<Record<string, string | Uint8Array>>): void {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), content)
  }
}

const BESIDE = ['LICENSE', 'LICENSES.chromium.html', 'resources.pak', 'icudtl.dat', 'v8_context_snapshot.bin']
const beside = Object.fromEntries([...BESIDE.map((name) => [name, name]), ...LANGUAGES.map((name) => [`locales/${name}.pak`, name])]) as Record<string, string>

function stubLinux(folder: string): void {
  put(folder, { ...beside, electron: Buffer.concat([Buffer.from('#!/bin/sh\nexit 97\n'), WIRE]), 'chrome-sandbox': '' })
  chmodSync(join(folder, 'electron'), 0o755)
  mkdirSync(join(folder, 'resources'))
}

/** What is used of the library with which electron-builder writes into Windows programs. */
interface Resedit {
  readonly NtExecutable: { createEmpty: (is32: boolean, isDll: boolean) => { generate: () => ArrayBuffer } }
  readonly NtExecutableResource: { from: (executable: object) => { entries: object[]; outputResource: (executable: object) => void } }
  readonly Resource: {
    readonly VersionInfo: {
      createEmpty: () => { setStringValues: (language: object, values: object) => void; outputToResourceEntries: (entries: object[]) => void }
    }
  }
}

const ENGLISH = { lang: 0x04_09, codepage: 1_200 }
const RCDATA = 10

/** A Windows program without code: its headers, the version that Electron bears, and the wire. */
function emptyProgram(): Buffer {
  const { NtExecutable, NtExecutableResource, Resource } = builderPart('resedit') as Resedit
  const program = NtExecutable.createEmpty(false, false)
  const resources = NtExecutableResource.from(program)
  const version = Resource.VersionInfo.createEmpty()
  version.setStringValues(ENGLISH, { ProductName: 'Electron', FileDescription: 'Electron' })
  version.outputToResourceEntries(resources.entries)
  resources.entries.push({ type: RCDATA, id: 1, lang: ENGLISH.lang, codepage: ENGLISH.codepage, bin: new Uint8Array(WIRE).buffer })
  resources.outputResource(program)
  return Buffer.from(program.generate())
}

function stubWindows(folder: string): void {
  put(folder, { ...beside, 'electron.exe': emptyProgram(), 'd3dcompiler_47.dll': '' })
  mkdirSync(join(folder, 'resources'))
}

const HELPERS = ['', ' (GPU)', ' (Plugin)', ' (Renderer)'].map((suffix) => `Electron Helper${suffix}`)

const infoOf = (executable: string): string => {
  const { build } = builderPart('plist') as { build: (value: object) => string }
  return build({ CFBundleExecutable: executable, CFBundleIdentifier: 'com.github.Electron', CFBundlePackageType: 'APPL', LSMinimumSystemVersion: '12.0' })
}

const bundleOf = (at: string, name: string): Record<string, string> => ({
  [`${at}/${name}.app/Contents/Info.plist`]: infoOf(name),
  [`${at}/${name}.app/Contents/MacOS/${name}`]: name,
})

function stubMac(folder: string): void {
  const contents = 'Electron.app/Contents'
  const framework = `${contents}/Frameworks/Electron Framework.framework`
  const languages = LANGUAGES.map((name) => name.replace('-US', '').replace('-', '_'))
  put(folder, {
    LICENSE: 'LICENSE',
    'LICENSES.chromium.html': 'LICENSES.chromium.html',
    [`${contents}/Info.plist`]: infoOf('Electron'),
    [`${contents}/MacOS/Electron`]: 'Electron',
    [`${contents}/Resources/electron.icns`]: 'icon',
    [`${framework}/Versions/A/Electron Framework`]: WIRE,
    ...Object.fromEntries(
      languages.flatMap((name) =>
        [`${contents}/Resources/${name}.lproj/.keep`, `${framework}/Versions/A/Resources/${name}.lproj/locale.pak`].map((file) => [file, name]),
      ),
    ),
    ...(Object.assign({}, ...HELPERS.map((name) => bundleOf(`${contents}/Frameworks`, name))) as Record<string, string>),
  })
  // As every framework of macOS is laid out: one version, and links that lead to it.
  symlinkSync('A', join(folder, framework, 'Versions', 'Current'))
  for (const name of ['Electron Framework', 'Resources']) symlinkSync(join('Versions', 'Current', name), join(folder, framework, name))
}

const STUBS: Readonly<Record<System, (folder: string) => void>> = { linux: stubLinux, win: stubWindows, mac: stubMac }

/** Fills an empty folder, for `-c.electronDist`. `version` is what the folder says Electron's is. */
export function writeStubElectron(folder: string, system: System, version: string): void {
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'version'), version)
  STUBS[system](folder)
}

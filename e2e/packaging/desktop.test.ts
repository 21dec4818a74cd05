import { execFileSync } from 'node:child_process'
import { globSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { systemName } from '../../main/agent/jobs/sandbox-program.ts'
import { createShippedSandbox } from '../../main/agent/jobs/shipped-sandbox.ts'
import { build } from '../../main/cli/build.ts'
import { besideDesktop } from '../../main/cli/release/shipped.ts'
import { packageRoot, packageVersion } from '../../main/kernel/paths.ts'
import { bootPacked } from './boot-packed.ts'
import { builderPart } from './builder-parts.ts'
import { asar, builderConfig, filesIn, fusesOf, hashesIn, headerHash, namesIn, nativesIn, packDesktop, packagesIn } from './packed-desktop.ts'
import { temporaryDirectory } from '../support/windfall.ts'
import { type ProgramFacts, programFacts } from './windows-program.ts'

/** Bytes. What Electron itself brings is not ours to budget; of the sandbox most is Node. */
const BUDGET = { archive: 17e6, sandbox: 140e6, notices: 1e6 }

const scratch = temporaryDirectory()
const at = { linux: '', win: '', mac: '' }
const ARCH = process.arch

beforeAll(async () => {
  await build({}, () => {})
  const [linux, win, mac] = await Promise.all([
    packDesktop(scratch.path, 'linux', [ARCH]),
    packDesktop(scratch.path, 'win', ['x64']),
    packDesktop(scratch.path, 'mac', ['x64', 'arm64']),
  ])
  Object.assign(at, { linux: linuxFolder(linux), win: join(win, 'win-unpacked'), mac })
})
afterAll(() => scratch[Symbol.dispose]())

const linuxFolder = (out: string): string => join(out, namesIn(out).find((name) => name.startsWith('linux')) ?? '')
const half = (arch: string): string => join(at.mac, arch === 'x64' ? 'mac' : `mac-${arch}`, 'Windfall.app', 'Contents')
const resources = (): string => join(at.linux, 'resources')
const archive = (): string => join(resources(), 'app.asar')

const OURS = ['dist/main', 'dist/children', 'dist/preload', 'dist/renderer', 'dist/icons', 'resources/inside', 'resources/grid']

describe('the archive', () => {
  test('holds of ours what runs in the application, all of it, and nothing else', () => {
    const found = filesIn(archive()).flatMap(({ path }) => (path.startsWith('node_modules/') ? [] : [path]))
    const built = OURS.flatMap((folder) => globSync(`${folder}/**/*`, { cwd: packageRoot, withFileTypes: true }))
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(packageRoot.length + 1))
      .filter((path) => !/\.map$|app\.ic(?:o|ns)$|^resources\/(?:grid\/(?!.*\.csv$)|inside\/(?!inside-))/.test(path))
    expect(found.toSorted()).toEqual([...built, `dist/sandbox/${systemName(process.platform)}-${ARCH}.json`, 'package.json'].toSorted())
  })

  test('holds exactly the packages that the application loads, with all that these need', () => {
    const needed = besideDesktop().map((folder) => {
      const { name, version } = JSON.parse(readFileSync(join(packageRoot, folder, 'package.json'), 'utf8')) as { name: string; version: string }
      return `${name}@${version}`
    })
    expect(packagesIn(archive())).toEqual([...new Set(needed)].toSorted())
  })

  test('holds no test, source, map, secret or text for programmers', () => {
    const unwanted =
      /\.(?:test|spec|fake|fixture|bench)\.|\.(?:map|tsx?|mts|cts|flow|md|env|pem|key|log|tsbuildinfo|c|cc|h|gyp|exe|dll|so|dylib)$|(?:^|\/)(?:test|tests|__tests__|\.git|\.cache|\.ci|e2e)\//i
    expect(filesIn(archive()).flatMap(({ path }) => (unwanted.test(path) && !/\/licen[cs]e\.md$/i.test(path) ? [path] : []))).toEqual([])
    const manifest = JSON.parse(asar.extractFile(archive(), 'package.json').toString()) as object
    expect(manifest).toMatchObject({ version: packageVersion, main: 'dist/main/desktop.mjs' })
    expect(Object.keys(manifest).filter((key) => /^(?:devDependencies|scripts)$/.test(key))).toEqual([])
  })

  test('leaves native libraries as files, those of this system alone', () => {
    expect(nativesIn(archive())).toEqual([`@koromix/koffi-linux-${ARCH}/linux_${ARCH}/koffi.node`, `better-sqlite3/prebuilds/linux-${ARCH}.node`])
    expect(filesIn(archive()).filter(({ path, unpacked }) => path.endsWith('.node') && !unpacked)).toEqual([])
  })

  test('keeps within its budget', () => {
    const sizes = {
      archive: filesIn(archive()).reduce((sum, { bytes }) => sum + bytes, 0),
      sandbox: namesIn(resources(), 'sandbox').reduce((sum, name) => sum + statSync(join(resources(), 'sandbox', name)).size, 0),
      notices: statSync(join(resources(), 'THIRD-PARTY-NOTICES.txt')).size,
    }
    process.stdout.write(
      `${Object.entries(sizes)
        .map(([name, bytes]) => `${name} ${(bytes / 1e6).toFixed(1)} of ${BUDGET[name as keyof typeof BUDGET] / 1e6} MB`)
        .join(', ')}\n`,
    )
    for (const [name, bytes] of Object.entries(sizes)) expect(bytes, name).toBeLessThan(BUDGET[name as keyof typeof BUDGET])
  })
})

describe('beside the archive', () => {
  test('lie the licences, the sandbox, and no address to update from', () => {
    expect(namesIn(resources())).toEqual(['LICENSE.txt', 'THIRD-PARTY-NOTICES.txt', 'app.asar', 'app.asar.unpacked', 'sandbox'])
    expect(namesIn(resources(), 'sandbox')).toEqual(['LICENSE-node.txt', 'node', 'wasm-child.mjs'])
    expect(namesIn(at.linux)).toEqual(expect.arrayContaining(['LICENSE.electron.txt', 'LICENSES.chromium.html', 'windfall']))
    expect(namesIn(at.linux, 'locales')).toEqual(['en-US.pak'])
    expect(readFileSync(join(resources(), 'LICENSE.txt'), 'utf8')).toBe(readFileSync(join(packageRoot, 'LICENSE'), 'utf8'))
  })

  test('lie the notices of every package that is in there', () => {
    const notices = readFileSync(join(resources(), 'THIRD-PARTY-NOTICES.txt'), 'utf8')
    const named = new Set(notices.split('\n'))
    expect(packagesIn(archive()).filter((one) => !named.has(one.replace(/(?!^)@/, ' ')))).toEqual([])
    // Inside the programs, and no packages of their own there.
    for (const name of ['react', 'zod', '@bjorn3/browser_wasi_shim', '@fontsource-variable/hanken-grotesk', 'electron', 'node'])
      expect(notices).toMatch(new RegExp(`^${name} \\d`, 'm'))
    expect(notices).toContain('National Energy System Operator')
  })

  test('the sandbox is the one that the archive knows', async () => {
    const manifestFile = join(scratch.path, 'sandbox.json')
    writeFileSync(manifestFile, asar.extractFile(archive(), `dist/sandbox/linux-${ARCH}.json`))
    const sandbox = createShippedSandbox({ directory: join(resources(), 'sandbox'), manifestFile, os: 'linux' })
    expect(execFileSync((await sandbox()).node, ['--version'], { encoding: 'utf8' })).toMatch(/^v24\./)
  })
})

test.each([
  ['linux', () => join(at.linux, 'windfall')],
  ['win', () => join(at.win, 'Windfall.exe')],
  ['mac x64', () => join(half('x64'), '..')],
  ['mac arm64', () => join(half('arm64'), '..')],
])('the fuses of %s are those of the configuration', async (_, program) => {
  expect(await fusesOf(program())).toMatchObject(builderConfig.electronFuses)
})

describe('the program for Windows', () => {
  let facts: ProgramFacts
  beforeAll(() => void (facts = programFacts(join(at.win, 'Windfall.exe'))))

  test('says what it is and of which version, bears its icon in every size, and knows its archive', () => {
    expect(facts.words).toMatchObject({
      ProductName: 'Windfall',
      FileDescription: 'Windfall',
      FileVersion: packageVersion,
      LegalCopyright: 'Copyright (c) Windfall contributors',
    })
    expect(facts.icons).toEqual([16, 24, 32, 48, 64, 128, 256])
    expect(facts.integrity).toEqual([{ file: 'resources\\app.asar', alg: 'SHA256', value: headerHash(join(at.win, 'resources', 'app.asar')) }])
  })

  test('has libraries of Windows alone, and a Node that nobody signed again', () => {
    expect(nativesIn(join(at.win, 'resources', 'app.asar'))).toEqual(['better-sqlite3/prebuilds/win32-x64.node'])
    expect(namesIn(at.win, 'resources', 'sandbox')).toEqual(['LICENSE-node.txt', 'node.exe', 'wasm-child.mjs'])
    expect(readFileSync(join(at.win, 'resources', 'sandbox', 'node.exe'), 'utf8')).toBe('in place of node.exe')
  })
})

const infoOf = (arch: string) => (builderPart('plist') as { parse: (text: string) => unknown }).parse(readFileSync(join(half(arch), 'Info.plist'), 'utf8'))

describe('the application for macOS', () => {
  test.each(['x64', 'arm64'])('%s opens links and receipts, from macOS 13 on, and loads nothing unencrypted from elsewhere', (arch) => {
    expect(infoOf(arch)).toMatchObject({
      CFBundleIdentifier: 'app.windfall.desktop',
      CFBundleShortVersionString: packageVersion,
      CFBundleIconFile: 'icon.icns',
      LSMinimumSystemVersion: '13.0',
      CFBundleURLTypes: [{ CFBundleURLSchemes: ['windfall'] }],
      CFBundleDocumentTypes: [{ CFBundleTypeExtensions: ['wfreceipt'], CFBundleTypeRole: 'Viewer' }],
      NSAppTransportSecurity: { NSAllowsArbitraryLoads: false, NSAllowsLocalNetworking: true },
      ElectronAsarIntegrity: { 'Resources/app.asar': { algorithm: 'SHA256', hash: headerHash(join(half(arch), 'Resources', 'app.asar')) } },
    })
    expect(
      readFileSync(join(half(arch), 'Resources', 'icon.icns'))
        .subarray(0, 4)
        .toString(),
    ).toBe('icns')
    for (const file of builderConfig.mac.binaries) expect(statSync(join(half(arch), '..', file)).isFile()).toBe(true)
    expect(namesIn(half(arch), 'Resources')).toEqual(expect.arrayContaining(['LICENSE.txt', 'THIRD-PARTY-NOTICES.txt', 'en.lproj', 'sandbox']))
    expect(namesIn(half(arch), 'Resources')).not.toContain('de.lproj')
  })

  test('both halves can be joined: libraries for either processor are in each, and their archives differ in what they may', () => {
    const [x64, arm64] = ['x64', 'arm64'].map((arch) => join(half(arch), 'Resources', 'app.asar')) as [string, string]
    for (const file of [x64, arm64]) expect(nativesIn(file)).toEqual(['better-sqlite3/prebuilds/darwin-arm64.node', 'better-sqlite3/prebuilds/darwin-x64.node'])
    const [ofX64, ofArm64] = [hashesIn(x64), hashesIn(arm64)]
    const different = [...new Set([...ofX64.keys(), ...ofArm64.keys()])].filter((path) => ofX64.get(path) !== ofArm64.get(path))
    expect(different.toSorted()).toEqual(['dist/sandbox/mac-arm64.json', 'dist/sandbox/mac-x64.json'])
    // As @electron/universal asks, which runs on macOS alone: files of one half, and programs that are the same in both.
    const { minimatch } = builderPart('minimatch') as { minimatch: (path: string, pattern: string, options: object) => boolean }
    const isCovered = (path: string, pattern: string) => minimatch(path, pattern, { matchBase: true })
    expect(different.filter((path) => !isCovered(path, builderConfig.mac.singleArchFiles))).toEqual([])
    const unpacked = nativesIn(x64).map((path) => `Contents/Resources/app.asar.unpacked/node_modules/${path}`)
    expect(unpacked.filter((path) => !isCovered(path, builderConfig.mac.x64ArchFiles))).toEqual([])
  })
})

test('what was packed starts: its window asks to set up, its own agent answers, and every library loads', async () => {
  const folder = join(scratch.path, 'application')
  mkdirSync(folder)
  asar.extractAll(archive(), folder)
  const libraries = ['better-sqlite3', 'dockerode', 'koffi', 'node-nvidia-smi', 'pino', 'systeminformation', 'tar-stream', 'uuid', 'ws']
  const loads = libraries.map((name) => `await import('${name}')`).join(';')
  execFileSync(
    process.execPath,
    ['--input-type=module', '-e', `${loads}; const { default: Database } = await import('better-sqlite3'); new Database(':memory:').close()`],
    { cwd: folder },
  )
  await bootPacked({ application: folder, resources: resources(), scratch: scratch.path }, async ({ window, status }) => {
    await window.getByRole('heading', { name: 'Set up Windfall' }).waitFor()
    expect(await status()).toMatchObject({ node: { nodeId: expect.stringMatching(/^[\w-]{43}$/) as string } })
  })
})

import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { sandboxName, systemName } from '../agent/jobs/sandbox-program.ts'
import { createShippedSandbox } from '../agent/jobs/shipped-sandbox.ts'
import { createWasmRuntime } from '../agent/jobs/wasm.ts'
import { systemClock } from '../kernel/clock.ts'
import { packageRoot } from '../kernel/paths.ts'
import { build, isBuilt } from './build.ts'
import { gatherSandbox } from './gather-sandbox.ts'

const read = (...path: readonly string[]) => readFileSync(join(packageRoot, ...path), 'utf8')

test('builds what is missing or outdated, and only that', async () => {
  const said: string[] = []
  await build({ only: ['preload', 'main', 'children'] }, (line) => said.push(line))
  expect(isBuilt(['preload', 'main', 'children'])).toBe(true)
  said.length = 0
  await build({ only: ['preload', 'main', 'children'] }, (line) => said.push(line))
  expect(said).toEqual([])
})

test('the built preload needs nothing but Electron, and stays small', async () => {
  await build({ only: ['preload'] }, () => {})
  const text = read('dist', 'preload', 'index.cjs')
  expect([...text.matchAll(/require\(["'`]([^"'`]+)["'`]\)/g)].map((match) => match[1])).toEqual(['electron'])
  expect(text).not.toMatch(/\bimport\b|process\.|__dirname|ipcRenderer\.send/)
  expect(text.length).toBeLessThan(2_000)
})

/** Packages that the built files of a folder load when they run. */
const packagesOf = (folder: string) =>
  new Set(
    globSync(`dist/${folder}/*.mjs`, { cwd: packageRoot })
      .flatMap((file) => [...read(file).matchAll(/(?:from|import)\s*\(?["'`]([^"'`]+)["'`]/g)])
      .map((match) => match[1] ?? '')
      .filter((name) => !/^(?:node:|\.)/.test(name)),
  )

test('the application loads nothing that only the coordinator or the chain needs', async () => {
  await build({ only: ['main', 'children'] }, () => {})
  const loaded = packagesOf('main').union(packagesOf('children'))
  expect([...loaded]).toEqual(expect.arrayContaining(['electron', 'better-sqlite3', 'koffi']))
  expect([...loaded].filter((name) => /^(?:@solana|litesvm|@?fastify|kysely|commander|playwright|vite)/.test(name))).toEqual([])
})

test('vendor libraries are loaded by the programs made for it, never by the application itself', async () => {
  await build({ only: ['main', 'children'] }, () => {})
  expect([...packagesOf('main')]).not.toContain('koffi')
})

test('every program that the agent starts by name is built', async () => {
  await build({ only: ['children'] }, () => {})
  const sources = globSync('main/agent/**/*.ts', { cwd: packageRoot }).filter((file) => !/\.(test|fake|fixture|bench)\.ts$/.test(file))
  const named = sources.flatMap((file) => [...read(file).matchAll(/name: '([a-z-]+-child)'/g)].map((match) => match[1]))
  expect(named).toContain('nvml-child')
  for (const name of named) expect(read('dist', 'children', `${name}.mjs`), name).toContain('import')
})

test('the sandbox of the application is a plain Node and one program that needs no other file, and they run a module', async () => {
  await build({ only: ['sandbox'] }, () => {})
  const name = sandboxName(process)
  const program = read('dist', 'sandbox', name, 'wasm-child.mjs')
  const loaded = [...program.matchAll(/^import (?:.* from )?"([^"]+)"|\bimport\(/gm)].map(([, from]) => from)
  expect(loaded).toContain('node:worker_threads')
  expect(loaded.filter((from) => !from?.startsWith('node:'))).toEqual([])
  expect(read('dist', 'sandbox', name, 'LICENSE-node.txt')).toContain('Copyright Node.js contributors')
  const sandbox = createShippedSandbox({
    directory: join(packageRoot, 'dist', 'sandbox', name),
    manifestFile: join(packageRoot, 'dist', 'sandbox', `${name}.json`),
    os: systemName(process.platform),
  })
  const runtime = createWasmRuntime({ clock: systemClock, sandbox })
  expect(await runtime.probe(new AbortController().signal)).toEqual({ available: true, version: `V8 ${process.versions.v8}` })
})

test('a package for another system is not made with the Node of this one', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'wf-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  await expect(gatherSandbox(folder, { os: 'win', arch: 'riscv64' })).rejects.toThrow(/win-riscv64 needs the Node .*node\.exe\. Put it there/)
})

test('what the application evaluates before Electron is ready is small: no schemas, no log, no database', async () => {
  await build({ only: ['main'] }, () => {})
  const reached = new Set(['desktop.mjs'])
  const packages = new Set<string>()
  for (const file of reached)
    for (const [, from = ''] of read('dist', 'main', file).matchAll(/^import (?:.* from )?"([^"]+)"/gm)) {
      if (from.startsWith('./')) reached.add(from.slice(2))
      else if (!from.startsWith('node:')) packages.add(from)
    }
  expect([...packages]).toEqual(['electron'])
  expect([...reached].reduce((bytes, file) => bytes + read('dist', 'main', file).length, 0)).toBeLessThan(60_000)
  expect(read('dist', 'main', 'agent.mjs')).toContain('parentPort')
})

describe('the packaging configuration', () => {
  interface BuilderConfig {
    readonly electronFuses: Readonly<Record<string, boolean>>
    readonly files: readonly string[]
    readonly asarUnpack: readonly string[]
    readonly beforePack: string
    readonly extraResources: readonly { readonly from: string; readonly to: string }[]
    readonly win: { readonly signExts: readonly string[] }
    readonly mac: { readonly binaries: readonly string[]; readonly hardenedRuntime: boolean }
    readonly protocols: readonly object[]
    readonly fileAssociations: readonly object[]
  }
  // The builder's own parts, at the version the builder brings.
  const builder = createRequire(createRequire(import.meta.url).resolve('electron-builder/package.json'))
  const { validateConfiguration } = builder('app-builder-lib/out/util/config/config.js') as {
    validateConfiguration: (config: unknown, log: unknown) => Promise<void>
  }
  const { DebugLogger } = builder('builder-util') as { DebugLogger: new (enabled: boolean) => unknown }
  const { load } = createRequire(builder.resolve('app-builder-lib'))('js-yaml') as { load: (text: string) => unknown }
  const config = load(read('electron-builder.yml')) as BuilderConfig
  const validate = (candidate: unknown) => validateConfiguration(candidate, new DebugLogger(false))

  test('is valid, and the validation would notice if not', async () => {
    await expect(validate(config)).resolves.toBeUndefined()
    await expect(validate({ ...config, asarUnpak: [] })).rejects.toThrow('asarUnpak')
    await expect(validate({ ...config, electronFuses: { runAsNod: false } })).rejects.toThrow('electronFuses')
  })

  test('makes an application that is neither a Node nor a debugger, and loads only what was packed', () => {
    expect(config.electronFuses).toMatchObject({
      runAsNode: false,
      enableNodeOptionsEnvironmentVariable: false,
      enableNodeCliInspectArguments: false,
      enableCookieEncryption: true,
      enableEmbeddedAsarIntegrityValidation: true,
      onlyLoadAppFromAsar: true,
      grantFileProtocolExtraPrivileges: false,
    })
  })

  test('takes every built part along that runs in the application, and leaves native libraries as files', () => {
    expect(config.files).toEqual(expect.arrayContaining(['dist/main/**', 'dist/children/**', 'dist/preload/**', 'dist/renderer/**', 'dist/icons/**']))
    expect(config.asarUnpack).toEqual(['**/*.node'])
  })

  test('puts the sandbox outside the archive, and what it has to be inside; Windows leaves its Node as it is, macOS signs it', () => {
    expect(config.extraResources).toContainEqual({ from: 'dist/sandbox/${os}-${arch}', to: 'sandbox' })
    expect(config.files).toContain('dist/sandbox/${os}-${arch}.json')
    expect(createRequire(join(packageRoot, 'x.js')).resolve(config.beforePack)).toBe(join(packageRoot, 'main', 'cli', 'packaging', 'before-pack.ts'))
    expect(config.win.signExts).toEqual(['!node.exe'])
    expect(config.mac).toMatchObject({ binaries: ['Contents/Resources/sandbox/node'], hardenedRuntime: true })
  })

  test('is what the system opens links and receipt files with', () => {
    expect(config.protocols).toEqual([{ name: 'Windfall', schemes: ['windfall'] }])
    expect(config.fileAssociations).toEqual([expect.objectContaining({ ext: 'wfreceipt', role: 'Viewer', mimeType: expect.stringMatching(/^application\//) })])
  })
})

import { existsSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { packageRoot } from '../kernel/paths.ts'

interface Locked {
  readonly dev?: boolean
  readonly optional?: boolean
  readonly hasInstallScript?: boolean
  readonly cpu?: readonly string[]
  readonly os?: readonly string[]
}

const readJson = (file: string): unknown => JSON.parse(readFileSync(join(packageRoot, file), 'utf8'))
const { packages } = readJson('package-lock.json') as { packages: Readonly<Record<string, Locked>> }
const production = Object.entries(packages).filter(([path, { dev }]) => path !== '' && !dev)
const nameOf = (path: string): string => path.replace(/^.*node_modules\//, '')
const isFor = ({ cpu, os }: Locked, arch: string): boolean => cpu?.includes(arch) === true && os?.includes('linux') === true

test('every package that is built for one processor is locked for linux-arm64 too, with glibc and musl alike', () => {
  const names = new Set(production.map(([path]) => nameOf(path)))
  const intel = production.filter(([, locked]) => isFor(locked, 'x64')).map(([path]) => nameOf(path))
  expect(intel).toEqual(expect.arrayContaining(['@koromix/koffi-linux-x64', 'litesvm-linux-x64-gnu']))
  expect(intel.map((name) => name.replace('x64', 'arm64')).filter((name) => !names.has(name))).toEqual([])
})

/** Packages that would like to compile something at installation. They all work without: `allowScripts` lets none of them. */
const WORKS_WITHOUT: Readonly<Record<string, string>> = {
  bufferutil: 'ws masks in JavaScript',
  'utf-8-validate': 'ws asks Node',
  'cpu-features': 'only ssh2 asks it',
  ssh2: 'its ciphers are Node’s own',
  koffi: 'its binaries are packages of their own',
  protobufjs: 'its script only warns',
}

test('nothing has to be compiled on the machine itself', () => {
  const scripted = production.filter(([, { hasInstallScript }]) => hasInstallScript).map(([path]) => nameOf(path))
  expect(scripted.filter((name) => !(name in WORKS_WITHOUT))).toEqual([])
  const { allowScripts } = readJson('package.json') as { allowScripts: Readonly<Record<string, boolean>> }
  for (const name of scripted) expect(allowScripts[name], name).toBe(false)
})

const AARCH64 = 0xb7
/** @see elf(5): a 64-bit little-endian file for this machine. */
const machineOf = (file: string): number | null => {
  const head = readFileSync(file).subarray(0, 20)
  return head.subarray(0, 6).equals(Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1])) ? head.readUInt16LE(18) : null
}

test('the database brings its binary for AArch64, for glibc and musl', () => {
  for (const libc of ['linux', 'linuxmusl'])
    expect(machineOf(join(packageRoot, 'node_modules/better-sqlite3/prebuilds', `${libc}-arm64.node`)), libc).toBe(AARCH64)
})

test('what a package ships for linux-x64 it ships for linux-arm64, unless it can do without', () => {
  const lacking = production.flatMap(([path]) =>
    globSync(`${path}/**/*linux*x64*{.node,/*.node}`, { cwd: packageRoot, exclude: (name) => name === 'src' })
      .filter((file) => !isFor(packages[path] ?? {}, 'x64') && !existsSync(join(packageRoot, file.replace('x64', 'arm64'))))
      .map(() => nameOf(path)),
  )
  expect(lacking.filter((name) => !(name in WORKS_WITHOUT))).toEqual([])
})

test('no code of ours knows one processor without the other, and our own program for containers is there for both', () => {
  const sources = globSync('{main,shared,resources}/**/*.ts', { cwd: packageRoot, exclude: (name) => name === 'node_modules' }).filter(
    (file) => !/\.(?:test|fake|fixture)\.ts$/.test(file),
  )
  const onlyIntel = sources.filter((file) => {
    const text = readFileSync(join(packageRoot, file), 'utf8')
    return /['"](?:x64|amd64|x86_64)['"]/.test(text) && !/['"](?:arm64|aarch64)['"]/.test(text)
  })
  expect(onlyIntel).toEqual([])
  expect(machineOf(join(packageRoot, 'resources/inside/inside-arm64'))).toBe(AARCH64)
})

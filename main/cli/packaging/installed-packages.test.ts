import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { packageRoot } from '../../kernel/paths.ts'
import { installedPackages } from './installed-packages.ts'

const lock = (packages: object, lockfileVersion = 3) => JSON.stringify({ lockfileVersion, packages: { '': {}, ...packages } })
const everywhere = () => true

test('what only builds and tests stays behind, the Node it runs on comes along', () => {
  const packages = {
    'node_modules/zod': {},
    'node_modules/vitest': { dev: true },
    'node_modules/typescript': { devOptional: true },
    'node_modules/node': { dev: true },
    'node_modules/@types/ws': {},
    'node_modules/a/node_modules/zod': {},
  }
  expect(installedPackages(lock(packages), everywhere)).toEqual(['node_modules/a/node_modules/zod', 'node_modules/node', 'node_modules/zod'])
})

test('a package of another system is left out, one that is missing is named', () => {
  const packages = { 'node_modules/litesvm-darwin-x64': { optional: true }, 'node_modules/zod': {} }
  expect(installedPackages(lock(packages), (folder) => folder === 'node_modules/zod')).toEqual(['node_modules/zod'])
  expect(() => installedPackages(lock(packages), () => false)).toThrow('Not installed: node_modules/zod. Run npm ci first.')
})

test('a lock file of another version is refused', () => {
  expect(() => installedPackages(lock({}, 2), everywhere)).toThrow('not of version 3')
})

test('of this very package, no tool of development comes along', () => {
  const folders = installedPackages(readFileSync(join(packageRoot, 'package-lock.json'), 'utf8'), (folder) => existsSync(join(packageRoot, folder)))
  expect(folders).toContain('node_modules/better-sqlite3')
  for (const tool of ['typescript', 'vitest', 'electron', 'react', 'playwright', 'electron-builder']) expect(folders).not.toContain(`node_modules/${tool}`)
})

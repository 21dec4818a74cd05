import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { APART } from './apart.ts'

const ROOT = join(import.meta.dirname, '..', '..')

test('only what has a process to itself replaces modules', () => {
  const files = globSync('{shared,main,preload,renderer}/**/*.test.ts', { cwd: ROOT })
  const replacing = files.filter((file) => /\bvi\.(?:mock|doMock)\(/.test(readFileSync(join(ROOT, file), 'utf8')))
  expect(replacing.toSorted()).toEqual(APART.toSorted())
})

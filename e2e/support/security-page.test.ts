/** What SECURITY.md says is stopped is shown by tests that are there. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { packageRoot } from '../../main/kernel/paths.ts'

const page = readFileSync(join(packageRoot, 'SECURITY.md'), 'utf8')
const named = [...page.matchAll(/\]\(((?:main|e2e|shared|renderer)\/[^)]+)\)(?: “((?:[^”]|”(?!\s*(?:<br>|\|)))*)”)?/g)].map(([, file = '', name = '']) => ({
  file,
  name,
}))
const attacks = page.split('\n').filter((line) => line.startsWith('| ') && line.split(' | ').length === 3 && !/^\| (?:tries to|---)/.test(line))

test('every attack that is called stopped names a test', () => {
  expect(named.length).toBeGreaterThan(60)
  expect(attacks.filter((line) => !line.includes('.ts)'))).toEqual([])
})

test('every test it names is there, by that name', () => {
  const missing = named.filter(({ file, name }) => !existsSync(join(packageRoot, file)) || !readFileSync(join(packageRoot, file), 'utf8').includes(name))
  expect(missing).toEqual([])
})

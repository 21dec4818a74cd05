import { expect, test } from 'vitest'
import { type LicencePolicy, isAllowed, licensePackages, readPolicy } from './licences.ts'
import type { ShippedPackage } from './shipped.ts'

const policy: LicencePolicy = { allowed: ['MIT', 'Apache-2.0'], packages: {} }
/** A package that is installed here, and brings its text. */
const zod: ShippedPackage = {
  folder: 'node_modules/zod',
  name: 'zod',
  version: '1.0.0',
  integrity: null,
  licence: 'MIT',
  kinds: ['desktop'],
  bundled: [],
  needs: [],
}
const problemsOf = (one: Partial<ShippedPackage>, packages: LicencePolicy['packages'] = {}) =>
  licensePackages([{ ...zod, ...one }], { ...policy, packages }).problems

test.each([
  ['MIT', true],
  ['(MIT OR GPL-3.0-only)', true],
  ['MIT AND Apache-2.0', true],
  ['MIT AND GPL-3.0-only', false],
  ['GPL-3.0-only', false],
  ['MIT-0', false],
  ['(MIT AND (GPL-3.0-only OR MIT))', false],
  ['GPL-3.0-only AND (ISC OR MIT OR Zlib)', false],
  ['', false],
])('%s is allowed where MIT and Apache-2.0 are: %s', (expression, allowed) => expect(isAllowed(expression, policy.allowed)).toBe(allowed))

test('a package that may be handed on comes with its words', () => {
  const { licensed, problems } = licensePackages([zod], policy)
  expect(problems).toEqual([])
  expect(licensed[0]).toMatchObject({ spdx: 'MIT', text: expect.stringContaining('Permission is hereby granted') as string })
})

test.each<[what: string, one: Partial<ShippedPackage>, says: RegExp]>([
  ['a licence that is not allowed', { licence: 'GPL-3.0-only' }, /^zod 1\.0\.0 is under GPL-3\.0-only, .*Do without the package, or write there why/],
  ['none at all', { licence: null }, /names no licence\. Find out which it is/],
  ['no words of it', { folder: 'node_modules/tr46', name: 'somebody' }, /brings no text of its licence \(MIT\)\. Name one with its copyright/],
])('%s is a problem, and it is said what to do', (_, one, says) => expect(problemsOf(one)).toEqual([expect.stringMatching(says)]))

test('an exception gives what is missing, names the reason, and may ask for a package to stay one of its own', () => {
  expect(problemsOf({ licence: null }, { zod: { licence: 'MIT' } })).toEqual([])
  const lgpl = { 'zo*': { licence: 'LGPL-3.0-only', because: 'it can be exchanged', separate: true, texts: ['LGPL-3.0-only'] } }
  expect(problemsOf({ licence: null }, lgpl)).toEqual([])
  expect(problemsOf({ bundled: ['headless'] }, lgpl)).toEqual([expect.stringMatching(/is inside a program of ours \(headless\) and may only lie beside it/)])
  expect(problemsOf({ licence: 'LGPL-3.0-only' }, { zod: {} })).toHaveLength(1)
})

test('the list of this repository allows nothing that asks for our sources, and gives a reason for what it takes beyond', () => {
  const { allowed, packages } = readPolicy()
  expect(allowed.filter((id) => /GPL|SSPL|BUSL|CC-BY-(?:SA|NC)/.test(id))).toEqual([])
  const beyond = Object.values(packages).filter(({ licence }) => licence !== undefined && !allowed.includes(licence))
  for (const one of beyond) expect(one).toMatchObject({ because: expect.any(String) as string, separate: true })
})

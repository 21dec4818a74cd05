/** Under which licences we hand on what others wrote, and the words that have to go along. */
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { packageRoot, resourcesDirectory } from '../../kernel/paths.ts'
import type { ShippedPackage } from './shipped.ts'

const Exception = z.strictObject({
  /** In place of what the package says. */
  licence: z.string().min(1).max(200).optional(),
  because: z.string().min(10).max(500).optional(),
  /** It may lie beside our programs, and never be inside one. */
  separate: z.boolean().optional(),
  /** Standard texts of `resources/release/licences`, for a package that brings none or only an address. */
  texts: z.array(z.string().regex(/^[\w.-]+$/)).optional(),
  copyright: z.string().min(1).max(300).optional(),
})
type Exception = z.infer<typeof Exception>

/** Which licences are taken as they come (SPDX identifiers), and what holds for single packages; a name may end with `*`. */
export const LicencePolicy = z.strictObject({ allowed: z.array(z.string().regex(/^[\w.+-]+$/)).min(1), packages: z.record(z.string(), Exception) })
export type LicencePolicy = z.infer<typeof LicencePolicy>

const POLICY_FILE = 'resources/release/licences.json'
const TEXTS = join(resourcesDirectory, 'release', 'licences')
const LICENCE_FILE = /^(?:licen[cs]e|copying|notice|unlicense)/i
/** Node's licence lies where the sandbox of the desktop takes it from: the npm package brings none. */
const NODE_LICENCE = join(resourcesDirectory, 'sandbox', 'LICENSE-node.txt')

export const readPolicy = (): LicencePolicy => LicencePolicy.parse(JSON.parse(readFileSync(join(packageRoot, POLICY_FILE), 'utf8')))

const exceptionFor = ({ packages }: LicencePolicy, name: string): Exception =>
  packages[name] ?? Object.entries(packages).find(([pattern]) => pattern.endsWith('*') && name.startsWith(pattern.slice(0, -1)))?.[1] ?? {}

/** Is one choice that an SPDX expression leaves among the allowed licences? Brackets within brackets are not read, and so not allowed. */
export function isAllowed(expression: string, allowed: readonly string[]): boolean {
  const plain = expression.trim().replace(/^\(([^()]*)\)$/, '$1')
  if (/[()]/.test(plain)) return false
  return plain.split(/\s+OR\s+/).some((choice) => choice.split(/\s+AND\s+/).every((id) => allowed.includes(id.trim())))
}

/** A package with the licence that we take it under, and the texts that go along with it. */
export interface Licensed extends ShippedPackage {
  /** An SPDX expression. */
  readonly spdx: string
  readonly text: string
}

const standardText = (name: string, copyright: string): string => readFileSync(join(TEXTS, `${name}.txt`), 'utf8').replace('{copyright}', copyright)

/** What a package brings itself: licence first, notices after it. */
function ownTexts({ folder }: ShippedPackage): readonly string[] {
  const directory = join(packageRoot, folder)
  const files = readdirSync(directory, { withFileTypes: true }).filter((entry) => entry.isFile() && LICENCE_FILE.test(entry.name))
  return files
    .map(({ name }) => name)
    .toSorted()
    .map((name) => readFileSync(join(directory, name), 'utf8'))
}

function textsOf(one: ShippedPackage, { texts = [], copyright = '' }: Exception): readonly string[] {
  const own = one.folder === 'node_modules/node' ? [readFileSync(NODE_LICENCE, 'utf8')] : ownTexts(one)
  return [...own, ...texts.filter((name) => existsSync(join(TEXTS, `${name}.txt`))).map((name) => standardText(name, copyright))]
}

/** What is wrong with a package, in a sentence that says what to do; `null` if nothing is. */
function problemOf(one: ShippedPackage, { spdx, exception, policy, text }: { spdx: string | null; exception: Exception; policy: LicencePolicy; text: string }) {
  const named = `${one.name} ${one.version}`
  if (spdx === null) return `${named} names no licence. Find out which it is, and say so in ${POLICY_FILE}; or do without the package.`
  if (exception.separate === true && one.bundled.length > 0)
    return `${named} (${spdx}) is inside a program of ours (${one.bundled.join(', ')}) and may only lie beside it. Name it in INSTALLED of main/cli/program-bundle.ts.`
  if (!isAllowed(spdx, policy.allowed) && exception.because === undefined)
    return `${named} is under ${spdx}, which ${POLICY_FILE} does not allow. Do without the package, or write there why it may be handed on.`
  if (text === '') return `${named} brings no text of its licence (${spdx}). Name one with its copyright in ${POLICY_FILE}, under “packages”.`
  return null
}

/** The packages with their licences, and what stands in the way of handing them on. */
export function licensePackages(
  shipped: readonly ShippedPackage[],
  policy: LicencePolicy,
): { readonly licensed: readonly Licensed[]; readonly problems: readonly string[] } {
  const judged = shipped.map((one) => {
    const exception = exceptionFor(policy, one.name)
    const spdx = exception.licence ?? one.licence
    const text = textsOf(one, exception)
      .map((part) => part.replaceAll('\r\n', '\n').trim())
      .join('\n\n')
    return { licensed: { ...one, spdx: spdx ?? '', text }, problem: problemOf(one, { spdx, exception, policy, text }) }
  })
  return { licensed: judged.map(({ licensed }) => licensed), problems: judged.flatMap(({ problem }) => problem ?? []) }
}

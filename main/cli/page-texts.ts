/** The translations that a bundled page needs: those of the texts that are left in its program, and no others. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { packageRoot } from '../kernel/paths.ts'
import { LANGUAGE_NAMES } from '../../shared/i18n/languages.ts'

/** Language → English text → its translation. */
export type Texts = Readonly<Record<string, Readonly<Record<string, string>>>>

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null

/** The text a node of a syntax tree (ESTree) stands for, if it is one without places; bundlers write either kind. */
function textOf(node: Readonly<Record<string, unknown>>): string | null {
  const { type, value } = node
  if (type === 'Literal' && typeof value === 'string') return value
  return type === 'TemplateElement' && isObject(value) && typeof value['cooked'] === 'string' ? value['cooked'] : null
}

/** Every text in a syntax tree. */
export function textsIn(tree: unknown): ReadonlySet<string> {
  const found = new Set<string>()
  const open: unknown[] = [tree]
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (!isObject(node)) continue
    const text = textOf(node)
    if (text !== null) found.add(text)
    for (const child of Object.values(node)) if (isObject(child)) open.push(child)
  }
  return found
}

/** What the catalogues say for these texts, for every language but English. */
export function translationsOf(texts: readonly string[]): Texts {
  const wanted = new Set(texts)
  const languages = Object.keys(LANGUAGE_NAMES).filter((language) => language !== 'en')
  return Object.fromEntries(
    languages.map((language) => {
      const catalogue = JSON.parse(readFileSync(join(packageRoot, 'shared/i18n', `${language}.json`), 'utf8')) as Readonly<Record<string, string>>
      return [language, Object.fromEntries(Object.entries(catalogue).filter(([text]) => wanted.has(text)))]
    }),
  )
}

import { type Values, isValues } from './definition.ts'

/** What becomes of the keys of a definition, collected so that all is said at once. Nothing here holds a value of an environment variable. */
export interface Findings {
  readonly taken: string[]
  /** Left out, with why. */
  readonly left: string[]
  /** What nobody said. */
  readonly assumed: string[]
  /** What cannot be left out without making another job of it, with what to do. */
  readonly refused: string[]
}

/** A line of findings as a terminal may show it: keys are as hostile as the file they come from. */
export const shown = (line: string): string => line.replaceAll(/[\p{Cc}\p{Cf}]/gu, '\u{FFFD}').slice(0, 300)

export const noFindings = (): Findings => ({ taken: [], left: [], assumed: [], refused: [] })

/** How a key is treated: read by a function, left out or refused, both with why. */
export type Rule = ((value: unknown, path: string) => void) | { readonly left: string } | { readonly refused: string }
export type Rules = ReadonlyMap<string, Rule>

export const rules = (table: Readonly<Record<string, Rule>>): Rules => new Map(Object.entries(table))

/** A key that says nothing (`null`, `false`, an empty list) asks for nothing. */
const isEmpty = (value: unknown): boolean =>
  value === null || value === false || value === '' || (Array.isArray(value) && value.length === 0) || (isValues(value) && Object.keys(value).length === 0)

/** Applies the rule of every key; one that has none is refused by name. `path` is that of `values`, empty for the whole file. */
export function readKeys({ values, path, known, findings }: { values: Values; path: string; known: Rules; findings: Findings }): void {
  for (const [key, value] of Object.entries(values)) {
    const at = path === '' ? key : `${path}.${key}`
    const rule = known.get(key)
    if (rule === undefined) findings.refused.push(`${at}: not known here. Remove it if the job does without`)
    else if (typeof rule === 'function') rule(value, at)
    else if (isEmpty(value)) continue
    else if ('left' in rule) findings.left.push(`${at}: ${rule.left}`)
    else findings.refused.push(`${at}: ${rule.refused}`)
  }
}

/** A mapping, or an empty one with the finding that it should be one. */
export function asValues(value: unknown, path: string, findings: Findings): Values {
  if (isValues(value)) return value
  if (value !== null) findings.refused.push(`${path}: should be a mapping`)
  return {}
}

/** Words, or none with the finding that they should be such. */
export function asTexts(value: unknown, path: string, findings: Findings): readonly string[] {
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value
  findings.refused.push(`${path}: should be a list of texts`)
  return []
}

export function asText(value: unknown, path: string, findings: Findings): string | null {
  if (typeof value === 'string' && value !== '') return value
  findings.refused.push(`${path}: should be a text`)
  return null
}

/** A number above 0, also as text. */
export function asNumber(value: unknown, path: string, findings: Findings): number | null {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
  if (typeof number === 'number' && Number.isFinite(number) && number > 0) return number
  findings.refused.push(`${path}: should be a number above 0`)
  return null
}

const NAME = /^[A-Z_][A-Z0-9_]{0,63}$/

/** Environment variables; only their names are ever said. */
export function readEnvironment(value: unknown, path: string, findings: Findings): Readonly<Record<string, string>> {
  const listed = Array.isArray(value) ? value.map((item) => splitPair(item)) : Object.entries(asValues(value, path, findings))
  const read: [string, string][] = []
  for (const [name, content] of listed) {
    if (!NAME.test(name)) findings.refused.push(`${path}.${name.slice(0, 64)}: a variable is named with capital letters, digits and _ here. Rename it`)
    else if (content === null || content === undefined) findings.refused.push(`${path}.${name}: takes its value from your shell. Write the value here`)
    else if (typeof content === 'string' || typeof content === 'number' || typeof content === 'boolean') read.push([name, String(content)])
    else findings.refused.push(`${path}.${name}: should be a text`)
  }
  if (read.length > 0) findings.taken.push(`${path}: ${read.map(([name]) => name).join(', ')}`)
  return Object.fromEntries(read)
}

function splitPair(item: unknown): readonly [string, unknown] {
  const text = typeof item === 'string' ? item : ''
  const cut = text.indexOf('=')
  return cut === -1 ? [text, null] : [text.slice(0, cut), text.slice(cut + 1)]
}

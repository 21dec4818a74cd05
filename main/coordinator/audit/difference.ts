import { jsonText } from './json-text.ts'

interface Difference {
  /** Such as `outcome.runs.0.from`. */
  readonly where: string
  /** JSON text, cut; `null` where there is nothing. */
  readonly recorded: string | null
  readonly replayed: string | null
}

const MAX_CHARACTERS = 200

const shown = (value: unknown): string | null => {
  if (value === undefined) return null
  const text = jsonText(value)
  return text.length > MAX_CHARACTERS ? `${text.slice(0, MAX_CHARACTERS)}…` : text
}

const isComposite = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null

/** The first place where two JSON values differ; `null` if they are the same, whatever the order of their members. */
export function firstDifference(recorded: unknown, replayed: unknown, path: readonly string[] = []): Difference | null {
  if (!isComposite(recorded) || !isComposite(replayed) || Array.isArray(recorded) !== Array.isArray(replayed))
    return Object.is(recorded, replayed) ? null : { where: path.join('.'), recorded: shown(recorded), replayed: shown(replayed) }
  for (const name of new Set([...Object.keys(recorded), ...Object.keys(replayed)])) {
    const found = firstDifference(recorded[name], replayed[name], [...path, name])
    if (found) return found
  }
  return null
}

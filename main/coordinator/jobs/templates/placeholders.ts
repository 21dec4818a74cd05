/** Parameters in the arguments and the environment of a job. Pure. */
import type { JobSpec } from '../../../../shared/contract/job.ts'
import { WindfallError } from '../../../../shared/errors.ts'

type Texts = Pick<JobSpec, 'args' | 'env'>

const MOST_CHARACTERS = 4_096
/** Doubled braces first: they stand for the text itself. */
const PLACEHOLDER = /\{\{([a-z][a-z0-9_]{0,31})\}\}|\{([a-z][a-z0-9_]{0,31})\}/g

const textsOf = ({ args, env }: Texts): string[] => [...args, ...Object.values(env)]

/** The names of all parameters, each once, sorted. */
export function parametersOf(spec: Texts): string[] {
  const found = textsOf(spec).flatMap((text) => [...text.matchAll(PLACEHOLDER)].flatMap(([, , name]) => name ?? []))
  return [...new Set(found)].toSorted()
}

const tooLong = (name: string): never => {
  throw new WindfallError('input.invalid', `With its parameters put in, ${name} is longer than ${MOST_CHARACTERS} characters. Give shorter values.`)
}

function filledText(text: string, values: ReadonlyMap<string, string>, name: string): string {
  const full = text.replaceAll(PLACEHOLDER, (all: string, escaped: string | undefined, parameter: string | undefined) =>
    escaped === undefined ? (values.get(parameter ?? '') ?? all) : `{${escaped}}`,
  )
  return full.length > MOST_CHARACTERS ? tooLong(name) : full
}

/** Puts every parameter in. Text that a value brings along is never looked at again. Error: `input.invalid` if something becomes too long. */
export function fillIn<S extends Texts>(spec: S, values: ReadonlyMap<string, string>): S {
  const args = spec.args.map((arg, index) => filledText(arg, values, `argument ${index + 1}`))
  const env = Object.fromEntries(Object.entries(spec.env).map(([name, text]) => [name, filledText(text, values, name)]))
  return { ...spec, args, env }
}

const listed = (names: readonly string[]): string => names.map((name) => `{${name}}`).join(', ')

/**
 * Error: `input.invalid` unless every parameter of the job is given and every one that is given is used: what is misspelt would otherwise run
 * as it is. `also` may be used, and need not be.
 */
export function requireParameters(spec: Texts, given: Iterable<string>, also: readonly string[] = []): void {
  const [used, known] = [parametersOf(spec), new Set(given)]
  const missing = used.filter((name) => !known.has(name) && !also.includes(name))
  if (missing.length > 0)
    throw new WindfallError('input.invalid', `Nothing says what ${listed(missing)} is. Set it, or write {{${missing[0]}}} for the text itself.`)
  const unused = [...known].filter((name) => !used.includes(name))
  if (unused.length > 0)
    throw new WindfallError('input.invalid', `The job has no ${listed(unused)} in its arguments or environment. Leave that out, or write it where it belongs.`)
}

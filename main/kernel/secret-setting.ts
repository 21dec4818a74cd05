import { WindfallError } from '../../shared/errors.ts'
import { readPrivateFile } from './key-file.ts'

type Environment = Readonly<Record<string, string | undefined>>
type Given = Readonly<Record<string, unknown>>

/** Of a setting that is an address, what is secret is its password, a key in its query, and a part of it that nobody would remember. */
const LONG_PART = 16
const SECRET_NAME = /key|token|secret|password|auth|signature/i

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

function secretsIn(text: string): readonly string[] {
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(text) || !URL.canParse(text)) return [text]
  const { password, searchParams, pathname } = new URL(text)
  const asked = [...searchParams].flatMap(([name, value]) => (SECRET_NAME.test(name) || value.length >= LONG_PART ? [value] : []))
  return [password, decoded(password), ...asked, ...pathname.split('/').filter((part) => part.length >= LONG_PART)]
}

const listOf = (value: unknown): readonly string[] => (typeof value === 'string' ? value.split(',') : Array.isArray(value) ? value.flatMap(listOf) : [])

/** What of a value of a setting nobody else should read. */
export const secretsOf = (value: unknown): readonly string[] =>
  listOf(value)
    .flatMap((text) => secretsIn(text.trim()))
    .filter((part) => part !== '')

function readFrom(file: string, setting: string): string {
  const text = readPrivateFile(file)
  if (text === null) throw new WindfallError('config.invalid', `There is no file ${file} for the setting ${setting}.`)
  return text.trim()
}

const isThere = (value: unknown): boolean => value !== undefined && value !== null && value !== ''

/** Of a setting `name`: its own value, or what stands in the file that `nameFile`, or the variable with `_FILE` behind it, names. Error: `config.invalid`. */
function valueOf(name: string, variable: string, { environment, given }: { environment: Environment; given: Given }): unknown {
  if (isThere(given[name])) return given[name]
  const [file, value] = [given[`${name}File`] ?? environment[`${variable}_FILE`], environment[variable]]
  if (typeof file !== 'string' || file === '') return value
  if (isThere(value))
    throw new WindfallError('config.invalid', `The setting ${name} is given twice: in ${variable} and in the file that ${variable}_FILE names. Take one away.`)
  return readFrom(file, name)
}

/**
 * Secret settings come from the environment, or from a file that only its owner may read, each in the same way: `WINDFALL_X`, or `WINDFALL_X_FILE` with
 * the path of a file. Returns what is given with every such file read. Error: `config.invalid`.
 */
export function withSecrets(variables: Readonly<Record<string, string>>, environment: Environment, given: Given): Record<string, unknown> {
  const rest = Object.fromEntries(Object.entries(given).filter(([key]) => !(key.endsWith('File') && key.slice(0, -4) in variables)))
  for (const [name, variable] of Object.entries(variables)) {
    const value = valueOf(name, variable, { environment, given })
    if (value !== undefined) rest[name] = value
  }
  return rest
}

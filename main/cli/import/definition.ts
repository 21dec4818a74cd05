import { closeSync, openSync, readSync } from 'node:fs'
import { parseDocument } from 'yaml'
import { WindfallError, messageOf } from '../../../shared/errors.ts'

export type Values = Readonly<Record<string, unknown>>
export const FORMATS = ['nosana', 'compose'] as const
export type Format = (typeof FORMATS)[number]

/** Far above any definition that a person has written. */
const MAX_BYTES = 262_144
/** What anchors may unfold to, so that a small file cannot become a large one. */
const MAX_ALIASES = 100

export const refuse = (message: string, cause?: unknown): never => {
  throw new WindfallError('input.invalid', message, { cause })
}

export const isValues = (value: unknown): value is Values => typeof value === 'object' && value !== null && !Array.isArray(value)

/** Reads YAML, of which JSON is a part, from a file that nobody vouches for. Error: `input.invalid`: too large, no text, no mapping, a key twice, a tag, or anchors that unfold without end. */
export function readDefinition(file: string): Values {
  const value = parseText(readText(file), file)
  return isValues(value) ? value : refuse(`${file} holds no definition: it should be a mapping with ops (Nosana) or services (docker-compose).`)
}

/** Error: `input.invalid` if neither format is recognised. */
export function formatOf(definition: Values, file: string): Format {
  const [isNosana, isCompose] = [Object.hasOwn(definition, 'ops'), Object.hasOwn(definition, 'services')]
  if (isNosana === isCompose) refuse(`${file} is not recognised as a Nosana job definition (ops) or a docker-compose file (services). Say which with --format.`)
  return isNosana ? 'nosana' : 'compose'
}

function readText(file: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(readAtMost(file))
  } catch (error) {
    throw error instanceof WindfallError
      ? error
      : new WindfallError('input.invalid', `${file} cannot be read (${messageOf(error)}). Check its name and that it is JSON or YAML.`, { cause: error })
  }
}

/** A device or a pipe has no size to ask for, so what is read is counted. */
function readAtMost(file: string): Uint8Array {
  const handle = openSync(file, 'r')
  try {
    const bytes = Buffer.alloc(MAX_BYTES + 1)
    let length = 0
    for (let read = -1; read !== 0 && length < bytes.length; length += read) read = readSync(handle, bytes, length, bytes.length - length, null)
    return length > MAX_BYTES ? refuse(`${file} is larger than ${MAX_BYTES / 1_024} KiB, which no job definition is.`) : bytes.subarray(0, length)
  } finally {
    closeSync(handle)
  }
}

function parseText(text: string, file: string): unknown {
  try {
    const document = parseDocument(text, { uniqueKeys: true, merge: true, prettyErrors: true, stringKeys: true })
    const [problem] = [...document.errors, ...document.warnings]
    // Without the lines it quotes: they may hold a password.
    if (problem) return refuse(`${file} is not valid: ${problem.message.split('\n')[0]?.replace(/:$/, '.')}`, problem)
    return document.toJS({ maxAliasCount: MAX_ALIASES })
  } catch (error) {
    if (error instanceof WindfallError) throw error
    return refuse(`${file} cannot be read as YAML or JSON: it is nested too deeply, or its anchors unfold too far.`, error)
  }
}

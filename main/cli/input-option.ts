import { readFileSync } from 'node:fs'
import { InputPath, type JobInput } from '../../shared/contract/job-input.ts'
import type { After } from '../../shared/contract/job-links.ts'
import { WindfallError, messageOf } from '../../shared/errors.ts'
import { sha256Hex } from '../kernel/signing.ts'

/** Bytes that have to be uploaded under their digest. */
export interface Upload {
  readonly digest: string
  readonly bytes: Uint8Array
}

interface GivenInput {
  readonly input: JobInput
  readonly upload: Upload | null
}

const refuse = (message: string, cause?: unknown): never => {
  throw new WindfallError('input.invalid', message, { cause })
}

function readBytes(file: string): Uint8Array {
  try {
    return readFileSync(file)
  } catch (error) {
    return refuse(`The input ${file} cannot be read (${messageOf(error)}).`, error)
  }
}

function readInput(text: string): GivenInput {
  const [, path = '', source = ''] =
    /^([^=]+)=(.+)$/s.exec(text) ?? refuse(`--input takes PATH=FILE, or PATH=job:ID for what another job produced, not “${text}”.`)
  const known = InputPath.safeParse(path)
  if (!known.success) refuse(`“${path}” cannot be the place of an input. Give ${known.error.issues[0]?.message}.`)
  const [, outputOf] = /^job:(.+)$/.exec(source) ?? []
  if (outputOf !== undefined) return { input: { path, outputOf }, upload: null }
  const bytes = readBytes(source)
  const digest = `sha256:${sha256Hex(bytes)}`
  return { input: { path, digest }, upload: { digest, bytes } }
}

/** `path=file` and `path=job:ID`, as a job names them, and what has to be uploaded for that. Error: `input.invalid`. */
export function readInputs(given: readonly string[]): { readonly inputs: readonly JobInput[]; readonly uploads: readonly Upload[] } {
  const read = given.map(readInput)
  return { inputs: read.map(({ input }) => input), uploads: read.flatMap(({ upload }) => upload ?? []) }
}

/** A job begins with what others produced only once those have completed: what it runs after, those included. */
export function afterInputs(inputs: readonly JobInput[], after: After): After {
  const isKnown = (outputOf: string) => after.some(({ jobId, arrayId }) => jobId === outputOf || (arrayId !== undefined && outputOf.startsWith(`${arrayId}-`)))
  const missing = new Set(inputs.flatMap(({ outputOf }) => (outputOf === undefined || isKnown(outputOf) ? [] : [outputOf])))
  return [...after, ...[...missing].map((jobId) => ({ jobId, when: 'completed' as const }))]
}

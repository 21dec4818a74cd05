import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { JobSpec } from '../../shared/contract/job.ts'
import type { Model } from '../../shared/contract/model.ts'
import { RuntimeName } from '../../shared/contract/wire.ts'
import { WindfallError, messageOf } from '../../shared/errors.ts'
import { sha256Hex } from '../kernel/signing.ts'
import { fieldWords } from './job-example.ts'
import type { Sample } from './samples.ts'

/** What the command line says beside a job file; it wins over the file. */
interface Said {
  /** ISO 8601 UTC, `undefined` if it was not said. */
  readonly deadline: string | undefined
  /** For a file that has none. */
  readonly defaultDeadline: string
  /** A file: a module, or an image from `docker save`. */
  readonly archive: string | undefined
  /** Looks up the model that the file names. */
  readonly modelOf: (modelId: string) => Promise<Model>
}

/** A job as a file and the command line describe it, with the bytes it runs. Errors: `input.invalid`, `runtime.image`. */
export async function readJobFile(file: string, { deadline, defaultDeadline, archive, modelOf }: Said): Promise<Sample> {
  const raw = parseJob(z.looseObject({ runtime: z.looseObject({ name: RuntimeName }) }), await withModel(readJson(file), modelOf), file)
  const bytes = archive === undefined ? null : readArchive(archive)
  const runtime = { ...raw.runtime, ...(bytes === null ? {} : await digestsOf(raw.runtime, bytes)) }
  return { spec: parseJob(JobSpec, { deadline: defaultDeadline, ...raw, ...(deadline === undefined ? {} : { deadline }), runtime }, file), archive: bytes }
}

/** What a job leaves out, its model says; what it says itself stands. */
async function withModel(raw: unknown, modelOf: Said['modelOf']): Promise<unknown> {
  const named = z.looseObject({ model: z.string(), needs: z.looseObject({}).default({}) }).safeParse(raw)
  if (!named.success) return raw
  const { model: modelId, needs, ...job } = named.data
  const { kind, runtime, needs: least } = await modelOf(modelId)
  return { kind, runtime, ...job, modelId, needs: { ...least, ...needs } }
}

/** A module is its own image; that of a container is named by its config, which is in the archive. */
async function digestsOf(runtime: { readonly name: RuntimeName; readonly reference?: unknown }, bytes: Uint8Array) {
  const archive = `sha256:${sha256Hex(bytes)}`
  if (runtime.name === 'wasm') {
    requireModule(bytes)
    return { archive, image: archive }
  }
  // Only a job with an image needs what opens one.
  const { openImageArchive } = await import('../agent/jobs/image-archive.ts')
  return { archive, image: (await openImageArchive(bytes)).config, reference: runtime.reference ?? null }
}

const valueAt = (raw: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>((value, key) => (typeof value === 'object' && value !== null ? (value as Record<PropertyKey, unknown>)[key] : undefined), raw)

/** What is missing is said apart from what is wrong, and where to see a file that is complete. */
function parseJob<S extends z.ZodType>(schema: S, raw: unknown, file: string): z.output<S> {
  const result = schema.safeParse(raw)
  if (result.success) return result.data
  const isMissing = ({ path }: z.core.$ZodIssue) => path.length > 0 && valueAt(raw, path) === undefined
  const missing = result.error.issues.filter(isMissing).map(({ path }) => fieldWords(path.join('.')))
  const wrong = result.error.issues.filter((issue) => !isMissing(issue)).map(({ path, message }) => `${path.join('.') || 'value'}: ${message}`)
  const words = [
    ...(missing.length === 0 ? [] : [`It lacks ${missing.join(', ')}.`]),
    ...(wrong.length === 0 ? [] : [`${wrong.slice(0, 5).join('; ')}.`]),
    'A complete job file: windfall job example docker, or windfall job example wasm.',
  ]
  throw new WindfallError('input.invalid', `The job in ${file} is not valid. ${words.join(' ')}`, { cause: result.error })
}

const TO_BEGIN_WITH = 'a file to begin with: windfall job example docker > job.json'

function readBytes(file: string, otherwise: string): Uint8Array {
  try {
    return readFileSync(file)
  } catch (error) {
    throw new WindfallError('input.invalid', `${file} cannot be read (${messageOf(error)}). Check its name; ${otherwise}`, { cause: error })
  }
}

const readArchive = (file: string): Uint8Array => readBytes(file, '--archive takes a .wasm module, or an image from: docker save IMAGE -o image.tar')

/** Core modules and components alike begin so (https://webassembly.github.io/spec/core/binary/modules.html#binary-module). Error: `input.invalid`. */
function requireModule(bytes: Uint8Array): void {
  if (Buffer.from(bytes.subarray(0, 4)).equals(Buffer.from('\0asm'))) return
  throw new WindfallError(
    'input.invalid',
    'The file that --archive names is not a WebAssembly module, which is what this job runs. Give a .wasm file, or set runtime.name to docker for an image.',
  )
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(readBytes(file, TO_BEGIN_WITH)))
  } catch (error) {
    throw error instanceof WindfallError
      ? error
      : new WindfallError('input.invalid', `${file} is not JSON. ${TO_BEGIN_WITH.replace('a', 'A')}`, { cause: error })
  }
}

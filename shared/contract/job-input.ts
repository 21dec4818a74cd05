/** Files that a job finds when it begins. */
import { z } from 'zod'
import { Digest, Id } from './wire.ts'

/** All inputs of a job together; they lie in the memory of the sandbox that needs them there. */
export const MAX_INPUT_BYTES = 67_108_864
const MAX_INPUTS = 64
/** Up to eight names, none of them a way out of the folder. */
const PATH = /^(?!\.{1,2}(?:\/|$))[A-Za-z0-9._-]+(?:\/(?!\.{1,2}(?:\/|$))[A-Za-z0-9._-]+){0,7}$/

export const InputPath = z
  .string()
  .max(200)
  .regex(PATH, 'a path within /job/in: up to eight names of letters, digits, points, hyphens and underscores, with slashes between them')

/** A file that was uploaded under its digest, or what a job produced that this one runs after. */
const JobInput = z
  .strictObject({ path: InputPath, digest: Digest.optional(), outputOf: Id.optional() })
  .refine(({ digest, outputOf }) => (digest === undefined) !== (outputOf === undefined), 'give a digest or the job whose output it is, not both')
export type JobInput = z.infer<typeof JobInput>

/** No path may lead through another one, as a file cannot be a folder as well. */
const areApart = (inputs: readonly JobInput[]): boolean => {
  const sorted = inputs.map(({ path }) => `${path}/`).toSorted()
  return sorted.every((path, index) => !sorted[index + 1]?.startsWith(path))
}

export const JobInputs = z.array(JobInput).max(MAX_INPUTS).refine(areApart, 'two inputs have the same path, or one lies below another')

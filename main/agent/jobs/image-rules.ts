import { z } from 'zod'
import type { JobRuntime } from '../../../shared/contract/job.ts'
import { WindfallError } from '../../../shared/errors.ts'

const Allowed = z.union([
  z.string().regex(/^sha256:[0-9a-f]{64}$/),
  z
    .string()
    .max(255)
    .regex(/^[a-z0-9][a-z0-9.:/_-]*$/),
  z.literal('*'),
])

/** What an owner says about the images of container jobs. */
export const ImageRules = z.strictObject({
  /**
   * Digests (of the image or of the reference) and repositories that may run here; `*` stands for all. `null`: whatever a lease names by digest
   * may run on the processor, and nothing gets a GPU, because a GPU container talks to the driver of this machine's kernel.
   */
  allow: z.array(Allowed).max(1_000).nullable().default(null),
  /** Disk for images that Windfall brought; the least recently used go first. */
  diskGB: z.number().positive().max(100_000).default(30),
  /** What images may cost of the network in a calendar month (UTC); `null`: no limit. */
  monthlyGB: z.number().positive().max(1_000_000).nullable().default(null),
})
export type ImageRules = Readonly<z.infer<typeof ImageRules>>

type DockerImage = Extract<JobRuntime, { name: 'docker' }>

/** As people and engines write the same repository: `docker.io/library/alpine` is `alpine`. */
export const familiarName = (name: string): string => name.replace(/^(?:index\.)?docker\.io\//, '').replace(/^library\//, '')

/** A reference counts only where the image is pulled from it: beside an archive it is a claim of the requester's. */
export function namesOf({ image, archive, reference }: DockerImage): string[] {
  if (archive !== null || reference === null) return [image]
  const [repository = '', digest = ''] = reference.split('@')
  return [image, digest, familiarName(repository)]
}

/**
 * Refuses an image that the owner's rules do not let run here. Error: `runtime.unavailable`, because another owner may allow it.
 */
export function checkAllowed({ allow }: Pick<ImageRules, 'allow'>, image: DockerImage, gpu: boolean): void {
  if (allow === null && !gpu) return
  const names = namesOf(image)
  if (allow?.some((entry) => entry === '*' || names.includes(familiarName(entry)))) return
  const which = image.archive === null && image.reference !== null ? image.reference : image.image
  throw new WindfallError(
    'runtime.unavailable',
    allow === null
      ? `The owner of this machine has not allowed image ${which} to use the GPU. To allow it, add it to agent.images.allow in settings.json.`
      : `Image ${which} is not on this machine's list of allowed images (agent.images.allow in settings.json).`,
  )
}

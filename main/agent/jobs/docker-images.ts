import { WindfallError } from '../../../shared/errors.ts'
import type { ContainerEngine } from './container-engine.ts'
import { openImageArchive } from './image-archive.ts'
import { type ImageFacts, checkImage } from './image-facts.ts'
import { type PrepareProgress, type PrepareRequest, digestOf } from './runtime.ts'

type DockerImage = Extract<PrepareRequest['runtime'], { name: 'docker' }>

export interface Preparation {
  readonly engine: ContainerEngine
  readonly fetchArchive: PrepareRequest['fetchArchive']
  readonly onProgress: (progress: PrepareProgress) => void
  readonly signal: AbortSignal
}

interface Found {
  readonly image: ImageFacts
  /** We brought it, so we may take it away again. */
  readonly isNew: boolean
}

/**
 * Gets an image into the engine and returns the engine's id for it, only if content addressing proves that it is the wanted one.
 * Errors: `runtime.image`, `runtime.unavailable`, `runtime.failed`.
 */
export async function provideImage(wanted: DockerImage, preparation: Preparation): Promise<string> {
  const known = await present(wanted.image, preparation)
  const { image, isNew } = known ? { image: known, isNew: false } : await fetchImage(wanted, preparation)
  try {
    checkImage(image)
  } catch (error) {
    if (isNew) await preparation.engine.removeImage(image.id)
    throw error
  }
  return image.id
}

const fetchImage = (wanted: DockerImage, preparation: Preparation): Promise<Found> =>
  wanted.archive === null ? pull(wanted, preparation) : load(wanted, wanted.archive, preparation)

/** An engine looks ids up by prefix and names alike, so the answer counts only if its id is the digest. */
async function present(digest: string, { engine, signal }: Preparation): Promise<ImageFacts | null> {
  const image = await engine.inspectImage(digest, signal)
  return image?.id === digest ? image : null
}

async function load(wanted: DockerImage, archiveDigest: string, preparation: Preparation): Promise<Found> {
  const { engine, fetchArchive, onProgress, signal } = preparation
  const bytes = await fetchArchive(archiveDigest, signal)
  if (digestOf(bytes) !== archiveDigest)
    throw new WindfallError(
      'runtime.image',
      'The image archive arrived damaged: its SHA-256 is not the one the job names. Try again; if it stays so, tell the requester.',
    )
  onProgress({ receivedBytes: bytes.length, totalBytes: bytes.length })
  const archive = await openImageArchive(bytes)
  if (archive.config !== wanted.image)
    throw new WindfallError(
      'runtime.image',
      `The archive holds image ${archive.config}, but the job names ${wanted.image}. Ask the requester to submit the job again.`,
    )
  const known = await present(archive.manifest, preparation)
  if (known) return { image: known, isNew: false }
  await engine.loadImage(archive.pack(), signal)
  // Docker's classic store names an image by its config, the containerd store by its manifest; both were computed here from the content.
  const image = (await present(archive.config, preparation)) ?? (await present(archive.manifest, preparation))
  if (!image) throw new WindfallError('runtime.image', `Docker loaded the archive, but it now has no image ${wanted.image}. Restart Docker and try again.`)
  return { image, isNew: true }
}

async function pull(wanted: DockerImage, { engine, onProgress, signal }: Preparation): Promise<Found> {
  const reference = wanted.reference ?? ''
  const digest = /^[a-z0-9][a-z0-9.:/_-]*@(sha256:[0-9a-f]{64})$/.exec(reference)?.[1]
  if (digest === undefined)
    throw new WindfallError(
      'runtime.image',
      'The job names no image archive and no reference pinned by digest (registry/name@sha256:…). Ask the requester to pin it.',
    )
  const before = await engine.inspectImage(reference, signal)
  if (!before) await engine.pullImage(reference, onProgress, signal)
  const image = before ?? (await engine.inspectImage(reference, signal))
  if (image && isProven(image, wanted.image, digest)) return { image, isNew: !before }
  if (image && !before) await engine.removeImage(reference)
  throw new WindfallError(
    'runtime.image',
    `What Docker pulled as ${reference} is not provably ${wanted.image}. Ask the requester to name the digest of the reference as the image.`,
  )
}

/** Pulled by digest, and the job means either the image's own id or that same digest. */
const isProven = (image: ImageFacts, wanted: string, digest: string): boolean =>
  image.repoDigests.some((known) => known.endsWith(`@${digest}`)) && (image.id === wanted || digest === wanted)

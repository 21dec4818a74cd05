import { WindfallError } from '../../../shared/errors.ts'
import type { ContainerEngine } from './container-engine.ts'
import { jobTag, openImageArchive } from './image-archive.ts'
import { type ImageFacts, checkImage } from './image-facts.ts'
import { familiarName } from './image-rules.ts'
import type { Fetch, ImageStock } from './image-stock.ts'
import { type PrepareProgress, type PrepareRequest, digestOf } from './runtime.ts'

type DockerImage = Extract<PrepareRequest['runtime'], { name: 'docker' }>

export interface Preparation {
  readonly engine: ContainerEngine
  readonly fetchArchive: PrepareRequest['fetchArchive']
  readonly onProgress: (progress: PrepareProgress) => void
  readonly signal: AbortSignal
  readonly mayFetch?: PrepareRequest['mayFetch']
  /** Keeps what is fetched within the owner's budget; without it, the caller takes the image away again. */
  readonly stock?: ImageStock
}

/**
 * Gets an image into the engine and returns the engine's id for it, only if content addressing proves that it is the wanted one.
 * Errors: `runtime.image`, `runtime.unavailable`, `runtime.failed`.
 */
export async function provideImage(wanted: DockerImage, preparation: Preparation): Promise<string> {
  const known = await alreadyHere(wanted, preparation)
  const image = known ?? (await fetchImage(wanted, preparation))
  checkImage(image)
  preparation.stock?.used(image.id)
  return image.id
}

async function alreadyHere(wanted: DockerImage, preparation: Preparation): Promise<ImageFacts | null> {
  const known = await present(wanted.image, preparation)
  if (known || wanted.archive !== null) return known
  const { reference, digest } = pinned(wanted)
  const pulled = await preparation.engine.inspectImage(reference, preparation.signal)
  // Somebody's image bears the name already: it is neither used nor pulled over.
  if (pulled && !isProven(pulled, wanted.image, { reference, digest })) throw notProven(wanted)
  return pulled
}

const PINNED = /^[a-z0-9][a-z0-9.:/_-]*@(sha256:[0-9a-f]{64})$/

/** By which an image is known here while it is kept; `null` of a job that names none that could be fetched. */
export function stockName({ archive, image, reference }: DockerImage): string | null {
  if (archive !== null) return jobTag(image)
  return PINNED.test(reference ?? '') ? reference : null
}

/** Fetches, checks and only then keeps an image. */
async function fetchImage(wanted: DockerImage, preparation: Preparation): Promise<ImageFacts> {
  const { engine, stock, signal } = preparation
  const name = stockName(wanted) ?? pinned(wanted).reference
  const fetch: Fetch | null = (await stock?.begin(name, preparation.mayFetch)) ?? null
  const watched: Preparation = {
    ...preparation,
    signal: fetch ? AbortSignal.any([signal, fetch.signal]) : signal,
    onProgress: (progress) => {
      fetch?.progress(progress)
      preparation.onProgress(progress)
    },
  }
  try {
    const image = await (wanted.archive === null ? pull(wanted, watched) : load(wanted, wanted.archive, watched))
    checkImage(image)
    await fetch?.arrived(image)
    return image
  } catch (error) {
    if (fetch) await fetch.dropped().catch(() => undefined)
    else await engine.removeImage(name).catch(() => undefined)
    throw error
  }
}

/** An engine looks ids up by prefix and names alike, so the answer counts only if its id is the digest. */
async function present(digest: string, { engine, signal }: Preparation): Promise<ImageFacts | null> {
  const image = await engine.inspectImage(digest, signal)
  return image?.id === digest ? image : null
}

async function load(wanted: DockerImage, archiveDigest: string, preparation: Preparation): Promise<ImageFacts> {
  const { engine, fetchArchive, onProgress, signal } = preparation
  const bytes = await fetchArchive(archiveDigest, signal)
  if (digestOf(bytes) !== archiveDigest)
    throw new WindfallError(
      'runtime.image',
      'The image archive arrived damaged: its SHA-256 is not the one the job names. Try again; if it stays so, tell the requester.',
    )
  onProgress({ receivedBytes: bytes.length, totalBytes: bytes.length })
  signal.throwIfAborted()
  const archive = await openImageArchive(bytes)
  if (archive.config !== wanted.image)
    throw new WindfallError(
      'runtime.image',
      `The archive holds image ${archive.config}, but the job names ${wanted.image}. Ask the requester to submit the job again.`,
    )
  const known = await present(archive.manifest, preparation)
  if (known) return known
  await engine.loadImage(archive.pack(), signal)
  // Docker's classic store names an image by its config, the containerd store by its manifest; both were computed here from the content.
  const image = (await present(archive.config, preparation)) ?? (await present(archive.manifest, preparation))
  if (!image) throw new WindfallError('runtime.image', `Docker loaded the archive, but it now has no image ${wanted.image}. Restart Docker and try again.`)
  return image
}

/** The reference to pull, which has to name its content. */
function pinned({ reference }: DockerImage): { readonly reference: string; readonly digest: string } {
  const digest = PINNED.exec(reference ?? '')?.[1]
  if (digest === undefined)
    throw new WindfallError(
      'runtime.image',
      'The job names no image archive and no reference pinned by digest (registry/name@sha256:…). Ask the requester to pin it.',
    )
  return { reference: reference ?? '', digest }
}

async function pull(wanted: DockerImage, { engine, onProgress, signal }: Preparation): Promise<ImageFacts> {
  const { reference, digest } = pinned(wanted)
  await engine.pullImage(reference, onProgress, signal)
  const image = await engine.inspectImage(reference, signal)
  if (image && isProven(image, wanted.image, { reference, digest })) return image
  throw notProven(wanted)
}

const notProven = ({ reference, image }: DockerImage): WindfallError =>
  new WindfallError(
    'runtime.image',
    `What Docker has as ${reference} is not provably ${image}. Ask the requester to name the digest of the reference as the image.`,
  )

/** Pulled from that place by digest, and the job means either the image's own id or that same digest. */
const isProven = (image: ImageFacts, wanted: string, { reference, digest }: { readonly reference: string; readonly digest: string }): boolean =>
  image.repoDigests.some((known) => familiarName(known) === familiarName(reference)) && (image.id === wanted || digest === wanted)

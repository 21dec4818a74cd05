import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { extract, pack } from 'tar-stream'
import { z } from 'zod'
import { WindfallError, messageOf } from '../../../shared/errors.ts'
import { readEntry } from './job-archive.ts'
import { digestOf } from './runtime.ts'
import { isGzip, isOddlyPacked, unpacksBeyond } from './unpacked-size.ts'

const MAX_ENTRIES = 2_048
const MAX_JSON_BYTES = 1_048_576
/** Gzip shrinks programs and data to a third or so. */
const UNPACKED_RATIO = 8
const UNPACKED_BYTES = 1_073_741_824
const OCI = 'application/vnd.oci.image'

const Manifest = z.array(z.object({ Config: z.string().max(300), Layers: z.array(z.string().max(300)).min(1).max(128) })).length(1)

/** The name under which an image is loaded. */
export const jobTag = (configDigest: string): string => `windfall.local/job:${configDigest.slice('sha256:'.length)}`

/** One image as its config and layers, taken out of whatever the archive was called and tagged. */
export interface ImageArchive {
  /** Digest of the config: the image id in Docker's classic store. */
  readonly config: string
  /** Digest of the OCI manifest: the image id in the containerd store. */
  readonly manifest: string
  /** The archive to load: this image only, with {@link jobTag} as its only name. */
  readonly pack: () => Readable
}

/**
 * Opens a `docker save` archive (or an OCI layout with a `manifest.json`) and repacks its image.
 * The archive comes from a stranger: its own tags are dropped, because loading them would move tags of the owner's,
 * and nothing but the one image named in `manifest.json` gets to the engine.
 * Both ids depend on all content: config → layer hashes, which the engine checks when it unpacks, and manifest → config and layers.
 * Error: `runtime.image`.
 */
export async function openImageArchive(archive: Uint8Array): Promise<ImageArchive> {
  const files = await readFiles(archive)
  const file = (name: string): Buffer => files.get(name) ?? refuse(`${JSON.stringify(name)} is missing`)
  const [image] = Manifest.safeParse(parseJson(file('manifest.json'))).data ?? []
  if (!image) return refuse('its manifest.json does not name exactly one image')
  const config = file(image.Config)
  parseJson(config)
  const layers = image.Layers.map(file)
  await refuseBomb(layers)
  return repack(config, layers)
}

/** Loading comes before any budget can see what is loaded, so what a few megabytes unpack to is found out here. */
async function refuseBomb(layers: readonly Buffer[]): Promise<void> {
  if (layers.some(isOddlyPacked)) refuse('a layer is packed in another way than by gzip')
  const limit = UNPACKED_BYTES + UNPACKED_RATIO * layers.reduce((sum, { length }) => sum + length, 0)
  const isBomb = await unpacksBeyond(layers, limit).catch(() => refuse('a layer is damaged'))
  if (isBomb) refuse('it unpacks to far more than it holds')
}

const refuse = (why: string): never => {
  throw new WindfallError('runtime.image', `The image archive cannot be used: ${why}. Ask the requester to make it again with "docker save".`)
}

function parseJson(bytes: Buffer): unknown {
  if (bytes.length > MAX_JSON_BYTES) return refuse('its description is too large')
  try {
    return JSON.parse(bytes.toString('utf8'))
  } catch {
    return refuse('its description is not JSON')
  }
}

async function readFiles(archive: Uint8Array): Promise<Map<string, Buffer>> {
  const files = new Map<string, Buffer>()
  const tar = extract()
  const piping = pipeline(Readable.from([archive]), tar).catch(() => undefined)
  try {
    for await (const entry of tar) {
      if (files.size >= MAX_ENTRIES) refuse('it has too many files')
      const content = await readEntry(entry)
      if (entry.header.type === 'file') files.set(entry.header.name, content)
    }
  } catch (error) {
    if (error instanceof WindfallError) throw error
    refuse(`it is not a tar file (${messageOf(error).slice(0, 100)})`)
  } finally {
    tar.destroy()
    await piping
  }
  return files
}

const blobPath = (digest: string): string => `blobs/${digest.replace(':', '/')}`
const descriptor = (mediaType: string, bytes: Buffer) => ({ mediaType, digest: digestOf(bytes), size: bytes.length })
const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value))

function repack(config: Buffer, layers: readonly Buffer[]): ImageArchive {
  const configDigest = digestOf(config)
  const manifest = json({
    schemaVersion: 2,
    mediaType: `${OCI}.manifest.v1+json`,
    config: descriptor(`${OCI}.config.v1+json`, config),
    layers: layers.map((layer) => descriptor(isGzip(layer) ? `${OCI}.layer.v1.tar+gzip` : `${OCI}.layer.v1.tar`, layer)),
  })
  const tag = jobTag(configDigest)
  const annotations = { 'io.containerd.image.name': tag, 'org.opencontainers.image.ref.name': tag.split(':')[1] }
  const blobs = new Map([config, manifest, ...layers].map((bytes) => [blobPath(digestOf(bytes)), bytes]))
  const files = new Map([
    ...blobs,
    ['oci-layout', json({ imageLayoutVersion: '1.0.0' })],
    [
      'index.json',
      json({ schemaVersion: 2, mediaType: `${OCI}.index.v1+json`, manifests: [{ ...descriptor(`${OCI}.manifest.v1+json`, manifest), annotations }] }),
    ],
    ['manifest.json', json([{ Config: blobPath(configDigest), RepoTags: [tag], Layers: layers.map((layer) => blobPath(digestOf(layer))) }])],
  ] as const)
  return { config: configDigest, manifest: digestOf(manifest), pack: () => packFiles(files) }
}

function packFiles(files: ReadonlyMap<string, Buffer>): Readable {
  const archive = pack()
  for (const [name, content] of files) archive.entry({ name, mtime: new Date(0) }, content)
  archive.finalize()
  return Readable.from(archive)
}

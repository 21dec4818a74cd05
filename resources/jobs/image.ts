import { createHash } from 'node:crypto'
import { tar } from './tar.ts'

interface ImageFile {
  readonly path: string
  readonly mode: number
  /** Absent: a folder. */
  readonly content?: Uint8Array
}

/** As in the OCI image configuration, `config` property. */
interface ImageConfig {
  readonly Entrypoint?: readonly string[]
  readonly Cmd?: readonly string[]
  readonly Env?: readonly string[]
  readonly User?: string
  readonly WorkingDir?: string
  readonly Volumes?: Readonly<Record<string, object>>
  readonly Labels?: Readonly<Record<string, string>>
  readonly Healthcheck?: object
}

interface ImageSource {
  readonly files: readonly ImageFile[]
  readonly config: ImageConfig
  /** `amd64` or `arm64`. */
  readonly architecture: string
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')
const byPath = (a: ImageFile, b: ImageFile): number => (a.path < b.path ? -1 : 1)

/**
 * Makes a one-layer image as `docker load` takes it. The same source gives the same bytes and the same id everywhere:
 * no time, no owner, no tag, files in order of their path. `image` is the digest of the image configuration, which is Docker's image id.
 * @see https://github.com/opencontainers/image-spec/blob/main/config.md
 */
export function buildImageArchive({ files, config, architecture }: ImageSource): { readonly archive: Uint8Array; readonly image: string } {
  const layer = tar(files.toSorted(byPath))
  const configuration = Buffer.from(
    JSON.stringify({ created: '1970-01-01T00:00:00Z', architecture, os: 'linux', config, rootfs: { type: 'layers', diff_ids: [`sha256:${sha256(layer)}`] } }),
  )
  const id = sha256(configuration)
  const manifest = Buffer.from(JSON.stringify([{ Config: `${id}.json`, RepoTags: null, Layers: ['layer.tar'] }]))
  const archive = tar([
    { path: `${id}.json`, mode: 0o644, content: configuration },
    { path: 'layer.tar', mode: 0o644, content: layer },
    { path: 'manifest.json', mode: 0o644, content: manifest },
  ])
  return { archive, image: `sha256:${id}` }
}

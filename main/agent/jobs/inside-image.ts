import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { pack } from 'tar-stream'
import { WindfallError } from '../../../shared/errors.ts'
import { type EpochMs, toIso } from '../../../shared/units.ts'
import { resourcesDirectory } from '../../kernel/paths.ts'
import { digestOf } from './runtime.ts'

/** Marks images of ours that only look; the value names the look. */
export const LOOK_LABEL = 'dev.windfall.look'

const ARCHITECTURES: Partial<Record<NodeJS.Architecture, 'amd64' | 'arm64'>> = { x64: 'amd64', arm64: 'arm64' }

interface LookImage {
  /** As `docker save` writes it. */
  readonly archive: Uint8Array
  /** Digest of its configuration. */
  readonly image: string
}

/**
 * An image that holds one small static program of ours (`resources/inside`), which tells what it can see and do. Nothing is pulled.
 * Each look has an image of its own, so that one look never takes away what another still needs.
 * Error: `runtime.failed` on an architecture for which there is no program.
 */
export async function buildLookImage(
  { lookId, created }: { readonly lookId: string; readonly created: EpochMs },
  arch: NodeJS.Architecture = process.arch,
): Promise<LookImage> {
  const architecture = ARCHITECTURES[arch]
  if (!architecture) throw new WindfallError('runtime.failed', `Windfall has no program for ${arch} with which to look into a container.`)
  const layer = await tarOf({ look: readFileSync(join(resourcesDirectory, 'inside', `inside-${architecture}`)) }, ['open', 'job', 'tmp'])
  const config = { Entrypoint: ['/look'], Labels: { [LOOK_LABEL]: lookId } }
  const configuration = Buffer.from(
    JSON.stringify({ created: toIso(created), architecture, os: 'linux', config, rootfs: { type: 'layers', diff_ids: [digestOf(layer)] } }),
  )
  const manifest = Buffer.from(JSON.stringify([{ Config: 'config.json', RepoTags: null, Layers: ['layer.tar'] }]))
  return { archive: await tarOf({ 'manifest.json': manifest, 'config.json': configuration, 'layer.tar': layer }), image: digestOf(configuration) }
}

/** Everybody may write to the folders: only the container itself can keep a program from doing so. */
function tarOf(files: Readonly<Record<string, Buffer>>, folders: readonly string[] = []): Promise<Buffer> {
  const archive = pack()
  const mtime = new Date(0)
  for (const name of folders) archive.entry({ name, type: 'directory', mode: 0o777, mtime })
  for (const [name, content] of Object.entries(files)) archive.entry({ name, mode: 0o555, mtime }, content)
  archive.finalize()
  return buffer(Readable.from(archive))
}

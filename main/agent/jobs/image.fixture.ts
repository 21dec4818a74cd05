import { readFileSync } from 'node:fs'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { pack } from 'tar-stream'
import { digestOf } from './runtime.ts'

type File = { readonly content: Buffer | string; readonly mode?: number } | { readonly folder: number }

/** A tar of files (path → content, or a folder with a mode), as an image layer or archive. */
export async function tarOf(files: Readonly<Record<string, File>>): Promise<Buffer> {
  const archive = pack()
  for (const [name, file] of Object.entries(files)) {
    if ('folder' in file) archive.entry({ name, type: 'directory', mode: file.folder, mtime: new Date(0) })
    else archive.entry({ name, mode: file.mode ?? 0o644, mtime: new Date(0) }, file.content)
  }
  archive.finalize()
  return buffer(Readable.from(archive))
}

export interface TestImage {
  readonly archive: Buffer
  /** Digest of the configuration, the image id. */
  readonly image: string
}

/** An image archive around one layer, with any metadata at all. */
export async function imageOf(layer: Buffer, config: object, tags: readonly string[] = []): Promise<TestImage> {
  const configuration = Buffer.from(
    JSON.stringify({
      architecture: process.arch === 'arm64' ? 'arm64' : 'amd64',
      os: 'linux',
      config,
      rootfs: { type: 'layers', diff_ids: [digestOf(layer)] },
    }),
  )
  const manifest = JSON.stringify([{ Config: 'config.json', RepoTags: tags, Layers: ['layer.tar'] }])
  return {
    archive: await tarOf({ 'manifest.json': { content: manifest }, 'config.json': { content: configuration }, 'layer.tar': { content: layer } }),
    image: digestOf(configuration),
  }
}

/** BusyBox and two folders; its arguments are a shell script. */
export async function shellImage(config: object = {}): Promise<TestImage> {
  const layer = await tarOf({
    bin: { folder: 0o755 },
    'bin/busybox': { content: readFileSync('/bin/busybox'), mode: 0o4755 },
    data: { folder: 0o777 },
    etc: { folder: 0o755 },
  })
  return imageOf(layer, { Entrypoint: ['/bin/busybox', 'sh', '-c'], Env: ['PATH=/bin'], ...config })
}

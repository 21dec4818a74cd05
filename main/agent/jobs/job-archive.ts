import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { extract, pack } from 'tar-stream'
import type { InputFile } from './runtime.ts'

/** The user and group every container job runs as; no account on any host has it. */
export const JOB_UID = 65_532

const OWNED = { uid: JOB_UID, gid: JOB_UID, mtime: new Date(0) }

/** Every folder on the way to these files, the outer ones first. */
const foldersOf = (inputs: readonly InputFile[]): ReadonlySet<string> =>
  new Set(
    inputs.flatMap(({ path }) =>
      path
        .split('/')
        .slice(0, -1)
        .map((_, depth) =>
          path
            .split('/')
            .slice(0, depth + 1)
            .join('/'),
        ),
    ),
  )

/**
 * A fresh workspace for `/job`: `in` with what the job begins with, `out` and `ckpt`, which only the job's user may enter. Its root stays root's, so
 * a job cannot swap the folders.
 */
export function seedArchive(inputs: readonly InputFile[] = []): Readable {
  const archive = pack()
  const folders = [...foldersOf(inputs)].map((folder) => `in/${folder}`)
  for (const name of ['in', ...folders, 'out', 'ckpt']) archive.entry({ ...OWNED, name, type: 'directory', mode: 0o700 })
  for (const { path, content } of inputs) archive.entry({ ...OWNED, name: `in/${path}`, mode: 0o600 }, Buffer.from(content))
  archive.finalize()
  return Readable.from(archive)
}

export type ResultRead = { readonly kind: 'read'; readonly bytes: Uint8Array } | { readonly kind: 'output-missing' } | { readonly kind: 'output-too-large' }

/**
 * Reads the single regular file called `name` out of a tar made from hostile data, at most `maxBytes` of it.
 * A link, a folder or a device in its place counts as missing.
 */
export async function readResult(source: Readable, name: string, maxBytes: number): Promise<ResultRead> {
  const archive = extract()
  // Ending early is normal here and makes the pipeline fail; a source that breaks fails the loop below as well.
  const piping = pipeline(source, archive).catch(() => undefined)
  try {
    for await (const entry of archive) {
      if (entry.header.type !== 'file' || entry.header.name !== name) return { kind: 'output-missing' }
      if ((entry.header.size ?? 0) > maxBytes) return { kind: 'output-too-large' }
      return { kind: 'read', bytes: await readEntry(entry) }
    }
    return { kind: 'output-missing' }
  } finally {
    source.destroy()
    archive.destroy()
    await piping
  }
}

/** The whole content of one entry; tar-stream never yields more than its header announced. */
export async function readEntry(entry: AsyncIterable<unknown>): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of entry) chunks.push(chunk as Uint8Array)
  return Buffer.concat(chunks)
}

/** True as soon as more than `maxBytes` have come out of `source`, which is then cut off. */
export async function exceeds(source: Readable, maxBytes: number): Promise<boolean> {
  let bytes = 0
  for await (const chunk of source) {
    bytes += (chunk as Uint8Array).length
    if (bytes > maxBytes) return true
  }
  return false
}

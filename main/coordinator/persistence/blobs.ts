import { createHash } from 'node:crypto'
import { createReadStream, existsSync, mkdirSync, rmSync } from 'node:fs'
import { type FileHandle, open, readFile, readdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { WindfallError } from '../../../shared/errors.ts'

const DIGEST = /^sha256:([0-9a-f]{64})$/

/** Content-addressed files. `digest` is `sha256:` and 64 hexadecimal digits. */
export interface Blobs {
  readonly has: (digest: string) => boolean
  /** Error: `not-found`. */
  readonly read: (digest: string) => Promise<Uint8Array>
  /** Error: `not-found`. */
  readonly stream: (digest: string) => Promise<{ readonly content: Readable; readonly bytes: number }>
  /**
   * Keeps what `source` yields, durably and all at once, and returns its digest.
   * Errors: `input.too-large` beyond `maxBytes`, `input.invalid` if it is not what `expected` says.
   */
  readonly write: (source: AsyncIterable<Uint8Array>, limits: { readonly maxBytes: number; readonly expected: string | null }) => Promise<string>
  /** Removes every blob whose hash (hex) is not among the wanted, and what an earlier process did not finish writing. */
  readonly sweep: (wanted: () => Promise<ReadonlySet<string>>) => Promise<void>
}

/** Blobs as files in `directory`. `nextName` names what is still being written. */
export function openBlobs(directory: string, nextName: () => string): Blobs {
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  const unfinished = new Set<string>()
  const fileOf = (digest: string): string => {
    const [, hex] = DIGEST.exec(digest) ?? []
    if (hex === undefined || !existsSync(join(directory, hex))) throw new WindfallError('not-found', `There is no blob ${digest} here.`)
    return join(directory, hex)
  }
  return {
    has: (digest) => DIGEST.test(digest) && existsSync(join(directory, digest.slice(7))),
    read: async (digest) => readFile(fileOf(digest)),
    stream: async (digest) => {
      const file = fileOf(digest)
      return { content: createReadStream(file), bytes: (await stat(file)).size }
    },
    async write(source, limits) {
      const name = `${nextName()}.new`
      const temporary = join(directory, name)
      unfinished.add(name)
      try {
        const hex = await copy(source, temporary, limits.maxBytes)
        if (limits.expected !== null && limits.expected !== `sha256:${hex}`)
          throw new WindfallError('input.invalid', `The content is sha256:${hex}, not ${limits.expected}. Upload it again.`)
        await rename(temporary, join(directory, hex))
        await syncDirectory(directory)
        return `sha256:${hex}`
      } finally {
        await rm(temporary, { force: true })
        unfinished.delete(name)
      }
    },
    async sweep(wanted) {
      // Listed first: what arrives later is not touched. Nothing may come between the answer and the removal.
      const names = await readdir(directory)
      const kept = names.length === 0 ? unfinished : (await wanted()).union(unfinished)
      for (const name of names) if (!kept.has(name)) rmSync(join(directory, name), { force: true })
    },
  }
}

async function copy(source: AsyncIterable<Uint8Array>, file: string, maxBytes: number): Promise<string> {
  const hash = createHash('sha256')
  let size = 0
  await using handle = await open(file, 'wx', 0o600)
  for await (const chunk of source) {
    size += chunk.byteLength
    if (size > maxBytes) throw new WindfallError('input.too-large', `The content is larger than ${maxBytes} bytes.`)
    hash.update(chunk)
    await writeAll(handle, chunk)
  }
  await handle.sync()
  return hash.digest('hex')
}

async function writeAll(handle: FileHandle, chunk: Uint8Array): Promise<void> {
  for (let at = 0; at < chunk.byteLength; ) at += (await handle.write(chunk, at)).bytesWritten
}

/** A rename is durable once its directory is; where directories cannot be synced (Windows), the file system orders it. */
async function syncDirectory(directory: string): Promise<void> {
  if (process.platform === 'win32') return
  await using handle = await open(directory, 'r')
  await handle.sync()
}

import { createReadStream, existsSync, mkdirSync, rmSync, statSync } from 'node:fs'
import { open, readFile, readdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { type Blobs, hexOf, missingBlob, rehashed } from './blobs.ts'
import { spool } from './spool.ts'

/** Blobs as files in `directory`. `nextName` names what is still being written. */
export function openDiskBlobs(directory: string, nextName: () => string): Blobs {
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  const unfinished = new Set<string>()
  const find = (digest: string): { hex: string; file: string } => {
    const hex = hexOf(digest)
    if (hex === null || !existsSync(join(directory, hex))) throw missingBlob(digest)
    return { hex, file: join(directory, hex) }
  }
  return {
    has: async (digest) => hexOf(digest) !== null && existsSync(join(directory, digest.slice(7))),
    async bytesOf(digest) {
      const hex = hexOf(digest)
      return hex === null ? null : (statSync(join(directory, hex), { throwIfNoEntry: false })?.size ?? null)
    },
    async read(digest) {
      const { hex, file } = find(digest)
      const [content] = await Array.fromAsync(rehashed(once(await readFile(file)), hex))
      return content ?? new Uint8Array()
    },
    async stream(digest) {
      const { hex, file } = find(digest)
      const bytes = (await stat(file)).size
      return { content: Readable.from(rehashed(createReadStream(file), hex), { objectMode: false }), bytes }
    },
    async write(source, limits) {
      const name = `${nextName()}.new`
      const temporary = join(directory, name)
      unfinished.add(name)
      try {
        const { hex } = await spool(source, temporary, limits)
        await rename(temporary, join(directory, hex))
        await syncDirectory(directory)
        return `sha256:${hex}`
      } finally {
        await rm(temporary, { force: true })
        unfinished.delete(name)
      }
    },
    async remove(digest, before) {
      const hex = hexOf(digest)
      const file = hex === null ? null : join(directory, hex)
      // Nothing may come between the look and the removal.
      if (file !== null && (statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? before) < before) rmSync(file, { force: true })
    },
    async sweep(wanted) {
      // Listed first: what arrives later is not touched. Nothing may come between the answer and the removal.
      const names = await readdir(directory)
      const kept = names.length === 0 ? unfinished : (await wanted()).union(unfinished)
      for (const name of names) if (!kept.has(name)) rmSync(join(directory, name), { force: true })
    },
  }
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}

/** A rename is durable once its directory is; where directories cannot be synced (Windows), the file system orders it. */
async function syncDirectory(directory: string): Promise<void> {
  if (process.platform === 'win32') return
  await using handle = await open(directory, 'r')
  await handle.sync()
}

import { openAsBlob, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { WindfallError } from '../../../shared/errors.ts'
import type { Clock } from '../../kernel/clock.ts'
import { type Blobs, hexOf, missingBlob, rehashed } from './blobs.ts'
import type { S3 } from './s3.ts'
import { spool } from './spool.ts'

interface S3BlobsDeps {
  readonly s3: S3
  /** Part of every key. */
  readonly folder: string
  /** For what is on its way to the bucket. */
  readonly directory: string
  /** Names what is on its way. */
  readonly nextName: () => string
  readonly clock: Pick<Clock, 'monotonic'>
}

/** For so long a blob that was seen is believed to be there, unless this process removes it. */
const BELIEVED_MS = 300_000
const MOST_BELIEVED = 10_000
const HEX = /^[0-9a-f]{64}$/

/**
 * Blobs as objects of a bucket. Content is hashed into a local file first, so nothing wrong ever has a key, and a failed upload is repeated from there.
 * The bucket belongs to one coordinator: a sweep of another could remove what this one is about to use.
 */
export function openS3Blobs({ s3, folder, directory, nextName, clock }: S3BlobsDeps): Blobs {
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  for (const name of readdirSync(directory)) rmSync(join(directory, name), { force: true })
  const keyOf = (hex: string) => `${folder}/${hex}`
  const seen = createSeen(clock)
  const writes = createWrites()
  const open = async (digest: string) => {
    const hex = hexOf(digest)
    const found = hex === null ? null : await s3.get(keyOf(hex))
    if (hex === null || found === null) throw missingBlob(digest)
    return { content: rehashed(found.content, hex), bytes: found.bytes }
  }
  return {
    async has(digest) {
      const hex = hexOf(digest)
      if (hex === null) return false
      if (!seen.has(hex) && (await s3.has(keyOf(hex)))) seen.add(hex)
      return seen.has(hex)
    },
    async bytesOf(digest) {
      const hex = hexOf(digest)
      return hex === null ? null : s3.bytesOf(keyOf(hex))
    },
    read: async (digest) => Buffer.concat(await Array.fromAsync((await open(digest)).content)),
    async stream(digest) {
      const { content, bytes } = await open(digest)
      return { content: Readable.from(content, { objectMode: false }), bytes }
    },
    async write(source, limits) {
      const name = `${nextName()}.new`
      const file = join(directory, name)
      try {
        const { hex, md5 } = await spool(source, file, limits)
        await writes.begin(name, hex)
        const tag = await s3.put(keyOf(hex), { content: await openAsBlob(file), sha256: hex })
        if (tag !== null && tag !== md5) await requireIntact(s3, keyOf(hex), hex)
        seen.add(hex)
        return `sha256:${hex}`
      } finally {
        writes.end(name)
        await rm(file, { force: true })
      }
    },
    async remove(digest, before) {
      const hex = hexOf(digest)
      const writtenAt = hex === null ? null : await s3.writtenAt(keyOf(hex))
      if (hex === null || writtenAt === null || writtenAt >= before || writes.isUnderway(hex)) return
      seen.delete(hex)
      await writes.removing(hex, s3.remove(keyOf(hex)))
    },
    async sweep(wanted) {
      const keep = writes.sinceNow()
      // Listed first: what arrives later is not touched.
      const stored = (await Array.fromAsync(s3.list(`${folder}/`))).flat().map((key) => key.slice(folder.length + 1))
      const kept = stored.length === 0 ? keep : await wanted()
      for (const hex of stored)
        if (HEX.test(hex) && !kept.has(hex) && !keep.has(hex)) {
          seen.delete(hex)
          await writes.removing(hex, s3.remove(keyOf(hex)))
        }
    },
  }
}

/** An ETag that is no MD5 of the content may be a store’s own; what it has stored tells. Error: `storage.failed` if that is wrong, and then the object is gone. */
async function requireIntact(s3: S3, key: string, hex: string): Promise<void> {
  try {
    const stored = await s3.get(key)
    if (stored !== null) for await (const _ of rehashed(stored.content, hex));
  } catch (error) {
    if (error instanceof WindfallError && error.code === 'storage.failed') await s3.remove(key)
    throw error
  }
}

function createSeen(clock: Pick<Clock, 'monotonic'>) {
  const until = new Map<string, number>()
  return {
    has: (hex: string) => (until.get(hex) ?? 0) > clock.monotonic(),
    add(hex: string) {
      until.delete(hex)
      until.set(hex, clock.monotonic() + BELIEVED_MS)
      const oldest = until.keys().next()
      if (until.size > MOST_BELIEVED && !oldest.done) until.delete(oldest.value)
    },
    delete: (hex: string) => void until.delete(hex),
  }
}

/** Keeps a sweep from removing what is written meanwhile, and a write from being undone by a removal that has begun. */
function createWrites() {
  const underway = new Map<string, string>()
  const removals = new Map<string, Promise<void>>()
  let recent = new Set<string>()
  return {
    async begin(name: string, hex: string): Promise<void> {
      underway.set(name, hex)
      recent.add(hex)
      await removals.get(hex)?.catch(() => undefined)
    },
    end: (name: string) => void underway.delete(name),
    isUnderway: (hex: string): boolean => underway.values().some((other) => other === hex),
    /** What is being written now and what will be from now on. */
    sinceNow: (): ReadonlySet<string> => (recent = new Set(underway.values())),
    async removing(hex: string, removal: Promise<void>): Promise<void> {
      removals.set(hex, removal)
      try {
        await removal
      } finally {
        removals.delete(hex)
      }
    },
  }
}

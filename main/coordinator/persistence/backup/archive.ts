import { createHash } from 'node:crypto'
import { createReadStream, existsSync } from 'node:fs'
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { WindfallError, messageOf } from '../../../../shared/errors.ts'
import { Manifest } from './manifest.ts'

const MANIFEST = 'manifest.json'

export interface ArchiveWriter {
  /** Adds a file. Error: whatever `content` or the disk throws. */
  readonly add: (path: string, content: AsyncIterable<Uint8Array>) => Promise<void>
  /** Makes the backup appear under its name, whole. */
  readonly finish: (about: Omit<Manifest, 'format' | 'version' | 'files'>) => Promise<Manifest>
  /** Removes what was written so far. */
  readonly discard: () => Promise<void>
}

/** Writes a backup to a folder that does not exist yet, readable by its owner only: it holds keys. Errors: `conflict`, `storage.failed`. */
export async function createArchive(directory: string): Promise<ArchiveWriter> {
  if (existsSync(directory))
    throw new WindfallError('conflict', `${directory} is there already. Give a name that is free: no backup is ever written over another.`)
  const partial = `${directory}.partial`
  await rm(partial, { recursive: true, force: true })
  await makeDirectory(partial)
  const files: Manifest['files'] = []
  return {
    async add(path, content) {
      const file = join(partial, path)
      await makeDirectory(dirname(file))
      files.push({ path, ...(await writeDurably(file, content)) })
    },
    async finish(about) {
      const manifest: Manifest = { format: 'windfall-backup', version: 1, ...about, files }
      await writeDurably(join(partial, MANIFEST), [Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`)])
      await rename(partial, directory)
      return manifest
    },
    discard: () => rm(partial, { recursive: true, force: true }),
  }
}

const makeDirectory = async (directory: string): Promise<void> => {
  await mkdir(directory, { recursive: true, mode: 0o700 }).catch((error: unknown) => {
    throw new WindfallError('storage.failed', `${directory} cannot be made (${messageOf(error)}). Choose a folder you may write to.`, { cause: error })
  })
}

async function writeDurably(file: string, content: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<{ bytes: number; sha256: string }> {
  const hash = createHash('sha256')
  let bytes = 0
  await using handle = await open(file, 'wx', 0o600)
  for await (const chunk of content) {
    hash.update(chunk)
    bytes += chunk.length
    await handle.write(chunk)
  }
  await handle.sync()
  return { bytes, sha256: hash.digest('hex') }
}

export interface Archive {
  readonly manifest: Manifest
  readonly read: (path: string) => AsyncIterable<Uint8Array>
  readonly paths: (folder: string) => readonly string[]
}

/** Opens a backup after every file of it was found as it was written. Error: `input.invalid`. */
export async function openArchive(directory: string): Promise<Archive> {
  const manifest = await readManifest(directory)
  for (const { path, bytes, sha256 } of manifest.files) {
    const found = await checksumOf(join(directory, path))
    if (found?.bytes !== bytes || found.sha256 !== sha256)
      throw new WindfallError(
        'input.invalid',
        `The backup ${directory} is damaged: ${path} ${found ? 'is not as it was written' : 'is missing'}. Use another backup.`,
      )
  }
  const paths = manifest.files.map(({ path }) => path)
  return { manifest, read: (path) => createReadStream(join(directory, path)), paths: (folder) => paths.filter((path) => path.startsWith(`${folder}/`)) }
}

async function readManifest(directory: string): Promise<Manifest> {
  try {
    return Manifest.parse(JSON.parse(await readFile(join(directory, MANIFEST), 'utf8')))
  } catch (error) {
    throw new WindfallError(
      'input.invalid',
      `${directory} is no backup of a coordinator, or an unfinished one. Give the folder that “windfall coordinator backup” made.`,
      {
        cause: error,
      },
    )
  }
}

async function checksumOf(file: string): Promise<{ bytes: number; sha256: string } | null> {
  if (!existsSync(file)) return null
  const hash = createHash('sha256')
  let bytes = 0
  for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) {
    hash.update(chunk)
    bytes += chunk.length
  }
  return { bytes, sha256: hash.digest('hex') }
}

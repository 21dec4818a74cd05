import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { Readable, Transform, type Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { type Header, type Pack, extract, pack } from 'tar-stream'
import { z } from 'zod'
import { Sha256Hex } from '../../../shared/contract/wire.ts'
import { WORKSPACE_BYTES } from './container-spec.ts'
import { JOB_UID } from './job-archive.ts'

/** The folder in which a job saves where it is. */
export const CHECKPOINT_PATH = '/job/ckpt'
const ROOT = 'ckpt'
const MAX_ENTRIES = 1_024
const MAX_DEPTH = 8
const MAX_NAME = 200

export const CheckpointFile = z.strictObject({ path: z.string().max(MAX_NAME), bytes: z.number().int().min(0), sha256: Sha256Hex })
export type CheckpointFile = z.infer<typeof CheckpointFile>

/** `refused`: it holds more than a job may keep, or a name that could reach elsewhere. */
export type Vetted =
  | { readonly kind: 'vetted'; readonly files: readonly CheckpointFile[]; readonly sha256: string; readonly bytes: number }
  | { readonly kind: 'refused' }

/** The path inside the folder, or `null` if a name does not stay in there. */
export function pathInside(name: string): string | null {
  const segments = name.replace(/\/$/, '').split('/')
  if (segments[0] !== ROOT || name.length > MAX_NAME || segments.length > MAX_DEPTH + 1) return null
  const isPlain = segments.every((segment) => segment !== '' && segment !== '.' && segment !== '..' && !/[\p{Cc}\\]/u.test(segment))
  return isPlain ? segments.slice(1).join('/') : null
}

/** Hashes what goes through and counts it. */
function createMeasure() {
  const hash = createHash('sha256')
  let bytes = 0
  const stream = new Transform({
    transform(chunk: Uint8Array, _encoding, done) {
      hash.update(chunk)
      bytes += chunk.length
      done(null, chunk)
    },
  })
  return { stream, end: () => ({ bytes, sha256: hash.digest('hex') }) }
}

/**
 * Copies a tar of a hostile folder `ckpt` into a tar of our own making: plain files and folders that belong to the job's user, nothing
 * else. Links, devices and pipes are left out; too much of anything refuses it whole, because half a checkpoint is none.
 */
export async function vetCheckpoint(source: Readable, target: Writable): Promise<Vetted> {
  const clean = pack()
  const whole = createMeasure()
  const writing = pipeline(Readable.from(clean), whole.stream, target)
  const tar = extract()
  const reading = pipeline(source, tar).catch(() => undefined)
  try {
    const files = await copyEntries(tar, clean)
    if (files === null) {
      writing.catch(() => undefined)
      clean.destroy(new Error('refused'))
      return { kind: 'refused' }
    }
    clean.finalize()
    await writing
    return { kind: 'vetted', files, ...whole.end() }
  } catch (error) {
    writing.catch(() => undefined)
    clean.destroy(error as Error)
    throw error
  } finally {
    source.destroy()
    tar.destroy()
    await reading
  }
}

interface Entry extends AsyncIterable<unknown> {
  readonly header: Header
  readonly resume: () => unknown
  readonly on: (event: 'error', ignore: () => void) => unknown
}

async function copyEntries(tar: AsyncIterable<Entry>, clean: Pack): Promise<CheckpointFile[] | null> {
  const files: CheckpointFile[] = []
  let entries = 0
  let announced = 0
  for await (const entry of tar) {
    const { type, size, name } = entry.header
    // An archive that is cut off tells its entry as well as its reader, who handles it.
    entry.on('error', () => undefined)
    entries += 1
    announced += size
    const path = pathInside(name)
    if (path === null || entries > MAX_ENTRIES || announced > WORKSPACE_BYTES) return null
    if (type === 'file' && path !== '') files.push(await copyFile(entry, clean, { path, size }))
    else entry.resume()
    if (type === 'directory' && path !== '') clean.entry({ name: `${ROOT}/${path}`, type, mode: 0o700, uid: JOB_UID, gid: JOB_UID, mtime: new Date(0) })
  }
  return files
}

async function copyFile(entry: Entry, clean: Pack, { path, size }: { readonly path: string; readonly size: number }): Promise<CheckpointFile> {
  const hash = createHash('sha256')
  const sink = clean.entry({ name: `${ROOT}/${path}`, type: 'file', size, mode: 0o600, uid: JOB_UID, gid: JOB_UID, mtime: new Date(0) })
  sink.on('error', () => undefined)
  for await (const chunk of entry as AsyncIterable<Uint8Array>) {
    hash.update(chunk)
    if (!sink.write(chunk)) await once(sink, 'drain')
  }
  const finished = once(sink, 'finish')
  sink.end(null)
  await finished
  return { path, bytes: size, sha256: hash.digest('hex') }
}

import { constants } from 'node:fs'
import { type FileHandle, open, rename, rm } from 'node:fs/promises'
import type { Artefact } from '../../../shared/domain/release-manifest.ts'
import { messageOf } from '../../../shared/errors.ts'
import type { FetchFailure, FileFailure } from './failures.ts'
import type { Asking } from './fetch-release.ts'
import { isPlain, askOrigin } from './origin.ts'
import { sha512Of } from './verified-file.ts'

/** A server that sends less than this in a stretch is given up until the next time. */
const LEAST_BYTES = 65_536
const STRETCH_MS = 60_000

export interface DownloadPorts extends Asking {
  /** Bytes that may still be written into the folder. */
  readonly freeBytes: () => Promise<number>
  /** Whole percents, each once. */
  readonly onPercent: (percent: number) => void
  /** How the file is opened, as {@link openPart} does. */
  readonly open?: ((part: string) => Promise<FileHandle>) | undefined
}

interface Download {
  readonly url: URL
  readonly artefact: Pick<Artefact, 'size' | 'sha512'>
  /** Where the file is to be; what has not all arrived waits beside it, as `<file>.part`. */
  readonly file: string
}

type Failure = FetchFailure | FileFailure

/** A file that may be there from before, and is never one that a link leads to. */
export const openPart = (part: string): Promise<FileHandle> => open(part, constants.O_RDWR | constants.O_CREAT | (constants.O_NOFOLLOW ?? 0), 0o600)

const isFull = (error: unknown): boolean => error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT')

/**
 * Has a file of a release here, whole and hashed: goes on where it stopped before. Resolves with `null`, or with why it is not there; what
 * has arrived of it is kept where going on can help, and removed where it cannot. Never rejects.
 */
export async function download(wanted: Download, ports: DownloadPorts): Promise<Failure | null> {
  const part = `${wanted.file}.part`
  try {
    await rename(wanted.file, part).catch(() => undefined)
    const failure = await complete(await (ports.open ?? openPart)(part), wanted, ports)
    if (failure === null) await rename(part, wanted.file)
    else if (!isKept(failure)) await rm(part, { force: true })
    return failure
  } catch (error) {
    await rm(part, { force: true }).catch(() => undefined)
    return isFull(error) ? { why: 'disk-full', bytes: wanted.artefact.size } : { why: 'disk', detail: messageOf(error).slice(0, 120) }
  }
}

const isKept = ({ why }: Failure): boolean => !['size', 'hash', 'disk-full', 'disk'].includes(why)

async function complete(handle: FileHandle, wanted: Download, ports: DownloadPorts): Promise<Failure | null> {
  try {
    const { size, sha512 } = wanted.artefact
    const failure = await fill(handle, wanted, ports)
    if (failure) return failure
    await handle.sync()
    return (await sha512Of(handle, size)) === sha512 ? null : { why: 'hash' }
  } finally {
    await handle.close()
  }
}

async function fill(handle: FileHandle, wanted: Download, ports: DownloadPorts): Promise<Failure | null> {
  const { size } = wanted.artefact
  const there = await startAt(handle, size)
  if (there === size) return null
  if ((await ports.freeBytes()) < size - there) return { why: 'disk-full', bytes: size - there }
  const { host } = wanted.url
  const [slow, finished] = [new AbortController(), new AbortController()]
  const progress = { bytes: there }
  const watching = watchPace(progress, { clock: ports.clock, slow, signal: finished.signal })
  try {
    const signal = AbortSignal.any([ports.signal, slow.signal])
    const response = await askOrigin(ports.fetch, { url: wanted.url, headers: there > 0 ? { range: `bytes=${there}-` } : {}, signal })
    if (!(response instanceof Response)) return slow.signal.aborted ? { why: 'slow', host } : response
    return await receive(response, { handle, size, progress, host, onPercent: ports.onPercent, isSlow: () => slow.signal.aborted })
  } finally {
    finished.abort()
    await watching
  }
}

/** How much is there from before; what is longer than the file cannot be a part of it. */
async function startAt(handle: FileHandle, size: number): Promise<number> {
  const { size: there } = await handle.stat()
  if (there <= size) return there
  await handle.truncate(0)
  return 0
}

interface Pace {
  readonly clock: Asking['clock']
  readonly slow: AbortController
  readonly signal: AbortSignal
}

async function watchPace(progress: { readonly bytes: number }, { clock, slow, signal }: Pace): Promise<void> {
  let before = progress.bytes
  while (await clock.sleep(STRETCH_MS, signal)) {
    if (progress.bytes - before < LEAST_BYTES) return slow.abort()
    before = progress.bytes
  }
}

interface Receiving {
  readonly handle: FileHandle
  readonly size: number
  readonly progress: { bytes: number }
  readonly host: string
  readonly onPercent: (percent: number) => void
  readonly isSlow: () => boolean
}

/** Where in the file an answer begins; a failure if it is not the file, or not all that is missing of it. */
function beginning(response: Response, { size, progress, host }: Receiving): number | Failure {
  if (response.status !== 200 && response.status !== 206) return { why: 'status', host, status: response.status }
  const from = response.status === 206 ? progress.bytes : 0
  if (response.status === 206 && response.headers.get('content-range') !== `bytes ${from}-${size - 1}/${size}`) return { why: 'size' }
  const length = response.headers.get('content-length')
  return !isPlain(response) || (length !== null && Number(length) !== size - from) ? { why: 'size' } : from
}

async function receive(response: Response, receiving: Receiving): Promise<Failure | null> {
  const { handle, size, progress, host, onPercent, isSlow } = receiving
  const from = beginning(response, receiving)
  if (typeof from !== 'number') return (await response.body?.cancel().catch(() => undefined), from)
  if (from === 0) await handle.truncate(0)
  progress.bytes = from
  let percent = -1
  const body = chunksOf(response)
  for await (const chunk of body) {
    if (chunk === 'cut') return isSlow() ? { why: 'slow', host } : { why: 'cut-off', host }
    if (progress.bytes + chunk.length > size) return { why: 'size' }
    await handle.write(chunk, 0, chunk.length, progress.bytes)
    progress.bytes += chunk.length
    const now = Math.floor((progress.bytes / size) * 100)
    if (now !== percent) onPercent((percent = now))
  }
  return progress.bytes === size ? null : { why: 'cut-off', host }
}

/** The bytes of an answer as they come, and `cut` where the connection broke: what the disk throws stays an error. */
async function* chunksOf({ body }: Response): AsyncGenerator<Uint8Array | 'cut'> {
  const reader = body?.getReader()
  try {
    for (;;) {
      const read = await reader?.read().catch(() => 'cut' as const)
      if (read === 'cut') yield 'cut'
      if (read === undefined || read === 'cut' || read.done) return
      yield read.value
    }
  } finally {
    await reader?.cancel().catch(() => undefined)
  }
}

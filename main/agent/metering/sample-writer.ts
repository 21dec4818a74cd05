import { createHash } from 'node:crypto'
import { closeSync, fdatasync, fsyncSync, openSync, writeSync } from 'node:fs'
import { messageOf } from '../../../shared/errors.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { Logger } from '../../kernel/log.ts'

export interface SampleWriter {
  /** Appends lines in one write. Never throws: what the disk does not take stays in memory and is tried again. */
  readonly add: (lines: readonly string[]) => void
  /** Makes everything durable and lets go of the file. Hex SHA-256 of the whole log, and what the disk did not take. */
  readonly end: () => { readonly sha256: string; readonly unsaved: Uint8Array }
}

export interface WriterDeps {
  readonly clock: Pick<Clock, 'monotonic'>
  readonly log: Pick<Logger, 'warn' | 'info'>
}

interface Writer extends WriterDeps {
  readonly file: string
  fd: number | null
  /** Bytes that are in the file for certain: a torn write is written over. */
  offset: number
  pending: Buffer[]
  failing: boolean
  triedAt: number
  syncedAt: number
  syncing: boolean
  ended: boolean
}

/** A power cut loses no more than this. */
const SYNC_EVERY_MS = 1_000
const RETRY_EVERY_MS = 1_000

/**
 * Writes a log, or goes on after `start`, which is all that the file holds. A crash loses what came after the last `add`, a power cut
 * at most one second.
 */
export function createSampleWriter(file: string, deps: WriterDeps, start: Uint8Array = new Uint8Array()): SampleWriter {
  const hash = createHash('sha256').update(start)
  const writer: Writer = {
    ...deps,
    file,
    fd: null,
    offset: start.byteLength,
    pending: [],
    failing: false,
    triedAt: 0,
    syncedAt: 0,
    syncing: false,
    ended: false,
  }
  return {
    add(lines) {
      const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''))
      hash.update(bytes)
      writer.pending.push(bytes)
      if (!writer.failing || writer.clock.monotonic() - writer.triedAt >= RETRY_EVERY_MS) flush(writer)
      sync(writer)
    },
    end() {
      flush(writer)
      close(writer)
      return { sha256: hash.digest('hex'), unsaved: Buffer.concat(writer.pending) }
    },
  }
}

function flush(writer: Writer): void {
  writer.triedAt = writer.clock.monotonic()
  try {
    writer.fd ??= openSync(writer.file, writer.offset === 0 ? 'w' : 'r+', 0o600)
    const bytes = Buffer.concat(writer.pending)
    for (let done = 0; done < bytes.length; ) done += writeSync(writer.fd, bytes, done, bytes.length - done, writer.offset + done)
    writer.offset += bytes.length
    writer.pending = []
    if (writer.failing) writer.log.info({ file: writer.file }, 'samples are written to the disk again')
    writer.failing = false
  } catch (error) {
    if (!writer.failing) writer.log.warn({ file: writer.file, reason: messageOf(error) }, 'samples cannot be written to the disk and are kept in memory')
    writer.failing = true
  }
}

function sync(writer: Writer): void {
  const now = writer.clock.monotonic()
  const { fd } = writer
  if (fd === null || writer.syncing || now - writer.syncedAt < SYNC_EVERY_MS) return
  writer.syncing = true
  writer.syncedAt = now
  fdatasync(fd, () => {
    writer.syncing = false
    if (writer.ended) closeSync(fd)
  })
}

function close(writer: Writer): void {
  const { fd } = writer
  writer.ended = true
  if (fd === null) return
  try {
    fsyncSync(fd)
  } catch (error) {
    writer.log.warn({ file: writer.file, reason: messageOf(error) }, 'the samples of a finished job may not survive a power cut')
  }
  // A descriptor that is still being synced is closed when that is done.
  if (!writer.syncing) closeSync(fd)
}

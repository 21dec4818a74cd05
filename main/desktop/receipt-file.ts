import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Errand } from '../../shared/contract/shell.ts'
import { MAX_BUNDLE_BYTES } from '../../shared/domain/open-bundle.ts'
import { t } from '../../shared/i18n/translate.ts'
import { isReceiptPath } from './launch-arguments.ts'

/** The window shows the name; nothing else is done with it. */
const MAX_NAME = 255
const MEBIBYTE = 1_048_576

/**
 * What the window is asked to do with a file that its owner opened. `path` is relative to `directory`. Only a regular file with a receipt's
 * ending is read, once, and no more of it than a receipt may have. Never rejects.
 */
export async function errandOfReceiptFile(path: string, directory: string): Promise<Errand> {
  if (!isReceiptPath(path)) return explain(t('Windfall opens files that end in .wfreceipt and no others.'))
  const own = pathOf(path)
  const name = basename(own ?? path).slice(-MAX_NAME)
  try {
    if (own === null) throw new RangeError('an address of no file here')
    // Without waiting, because a pipe that is opened as a file would hold everything up.
    await using file = await open(resolve(directory, own), constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
    return await readReceipt(file, name)
  } catch {
    return explain(t('The receipt file {name} could not be read. Check that it is still there and that you may open it.', { name }))
  }
}

/** File managers name a file by its path, or by its address (RFC 8089); `null` for an address that leads to another computer or nowhere. */
function pathOf(text: string): string | null {
  if (!/^file:/i.test(text)) return text
  try {
    const address = new URL(text)
    return address.hostname === '' ? fileURLToPath(address) : null
  } catch {
    return null
  }
}

async function readReceipt(file: FileHandle, name: string): Promise<Errand> {
  const stat = await file.stat()
  if (!stat.isFile()) return explain(t('{name} is no file, so there is no receipt in it.', { name }))
  if (stat.size > MAX_BUNDLE_BYTES) return explain(tooLarge(name))
  const bytes = await readAtMost(file, MAX_BUNDLE_BYTES)
  // It has grown since it was measured, or says nothing of its size, as files of the kernel do.
  if (bytes === null) return explain(tooLarge(name))
  const text = decode(bytes)
  if (text === null) return explain(t('{name} is not text, so it is no receipt. Ask whoever gave it to you for the .wfreceipt file.', { name }))
  return { do: 'open-receipt', name, text }
}

const tooLarge = (name: string): string => t('{name} is larger than {limit} MiB, which no receipt is.', { name, limit: MAX_BUNDLE_BYTES / MEBIBYTE })

const CHUNK_BYTES = 262_144

interface Readable {
  readonly read: (buffer: Uint8Array, offset: number, length: number, position: number) => Promise<{ readonly bytesRead: number }>
}

/** All bytes of an open file from its beginning; `null` if there are more than `limit`. */
export async function readAtMost(file: Readable, limit: number): Promise<Uint8Array | null> {
  const chunks: Uint8Array[] = []
  for (let total = 0; total <= limit; ) {
    const chunk = new Uint8Array(CHUNK_BYTES)
    const { bytesRead } = await file.read(chunk, 0, CHUNK_BYTES, total)
    if (bytesRead === 0) return Buffer.concat(chunks)
    chunks.push(chunk.subarray(0, bytesRead))
    total += bytesRead
  }
  return null
}

/** Every byte counts in a receipt, so a mark at its beginning stays, and what is not UTF-8 is not mended. */
function decode(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return null
  }
}

const explain = (message: string): Errand => ({ do: 'explain', message })

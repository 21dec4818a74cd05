import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
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
  const name = basename(path).slice(-MAX_NAME)
  try {
    // Without waiting, because a pipe that is opened as a file would hold everything up.
    await using file = await open(resolve(directory, path), constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
    return await readReceipt(file, name)
  } catch {
    return explain(t('The receipt file {name} could not be read. Check that it is still there and that you may open it.', { name }))
  }
}

async function readReceipt(file: FileHandle, name: string): Promise<Errand> {
  const stat = await file.stat()
  if (!stat.isFile()) return explain(t('{name} is no file, so there is no receipt in it.', { name }))
  if (stat.size > MAX_BUNDLE_BYTES) return explain(t('{name} is larger than {limit} MiB, which no receipt is.', { name, limit: MAX_BUNDLE_BYTES / MEBIBYTE }))
  const text = decode(await file.readFile())
  if (text === null) return explain(t('{name} is not text, so it is no receipt. Ask whoever gave it to you for the .wfreceipt file.', { name }))
  return { do: 'open-receipt', name, text }
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

import { createHash } from 'node:crypto'
import { type FileHandle, open } from 'node:fs/promises'
import { WindfallError } from '../../../shared/errors.ts'

interface Spooled {
  readonly hex: string
  /** Hex. What S3 calls the ETag of an object that was sent in one piece. */
  readonly md5: string
  readonly bytes: number
}

/** Copies `source` durably to a new file while it is hashed. Errors: `input.too-large`, `input.invalid` if it is not what `expected` says, `storage.failed` if the disk takes no more. */
export async function spool(
  source: AsyncIterable<Uint8Array>,
  file: string,
  { maxBytes, expected }: { readonly maxBytes: number; readonly expected: string | null },
): Promise<Spooled> {
  const [sha256, md5] = [createHash('sha256'), createHash('md5')]
  let bytes = 0
  await using handle = await open(file, 'wx', 0o600)
  for await (const chunk of source) {
    bytes += chunk.byteLength
    if (bytes > maxBytes) throw new WindfallError('input.too-large', `The content is larger than ${maxBytes} bytes.`)
    sha256.update(chunk)
    md5.update(chunk)
    await writeAll(handle, chunk)
  }
  await handle.sync()
  const hex = sha256.digest('hex')
  if (expected !== null && expected !== `sha256:${hex}`)
    throw new WindfallError('input.invalid', `The content is sha256:${hex}, not ${expected}. Upload it again.`)
  return { hex, md5: md5.digest('hex'), bytes }
}

async function writeAll(handle: Pick<FileHandle, 'write'>, chunk: Uint8Array): Promise<void> {
  for (let at = 0; at < chunk.byteLength; ) at += (await handle.write(chunk, at).catch(sayFull)).bytesWritten
}

const FULL: ReadonlySet<unknown> = new Set(['ENOSPC', 'EDQUOT', 'EROFS'])

function sayFull(error: NodeJS.ErrnoException): never {
  if (!FULL.has(error.code)) throw error
  throw new WindfallError('storage.failed', `The coordinator’s disk takes no more (${error.code}). Free some space there, then try again.`, { cause: error })
}

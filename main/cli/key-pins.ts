/** Keys of coordinators as they were when they were first met. Whoever signs with other ones later has to explain it. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { IsoTime, KeyId } from '../../shared/contract/wire.ts'
import { WindfallError } from '../../shared/errors.ts'
import { toIso } from '../../shared/units.ts'
import { readPrivateFile, writePrivateFile } from '../kernel/key-file.ts'
import { sha256Hex } from '../kernel/signing.ts'

const PinFile = z.strictObject({ origin: z.url(), keys: z.array(KeyId).min(1).max(16), pinnedAt: IsoTime })
export type Pins = z.infer<typeof PinFile> & { readonly file: string }

const folderOf = (dataDirectory: string): string => join(dataDirectory, 'pinned-keys')
const fileOf = (dataDirectory: string, url: string): string => join(folderOf(dataDirectory), `${sha256Hex(new URL(url).origin).slice(0, 16)}.json`)

/** Error: `config.invalid` for what is damaged: taken for missing, it would let somebody else be met for the first time. */
function read(file: string): Pins | null {
  const text = readPrivateFile(file)
  if (text === null) return null
  try {
    return { ...PinFile.parse(JSON.parse(text)), file }
  } catch (error) {
    throw new WindfallError('config.invalid', `${file} names the keys of a coordinator and cannot be read. Remove it to pin those that it publishes now.`, {
      cause: error,
    })
  }
}

/** What was pinned of this coordinator; `null` before it was first met. Error: `config.invalid` if it is damaged, or others may read it. */
export const pinsOf = (dataDirectory: string, url: string): Pins | null => read(fileOf(dataDirectory, url))

/** The thumbprints of every key that was pinned on this data directory and can be read. */
export function everyPin(dataDirectory: string): readonly string[] {
  const folder = folderOf(dataDirectory)
  return namesIn(folder).flatMap((name) => {
    try {
      return read(join(folder, name))?.keys ?? []
    } catch {
      return []
    }
  })
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder).filter((name) => name.endsWith('.json'))
  } catch {
    return []
  }
}

export interface FirstUse {
  readonly dataDirectory: string
  readonly url: string
  /** The thumbprints of the keys that the coordinator publishes now; asked only where nothing is pinned. */
  readonly published: () => Promise<readonly string[]>
  readonly now: number
}

/** The pinned keys of a coordinator; where there are none, those it publishes now, which hold from then on. */
export async function pinAtFirstUse({ dataDirectory, url, published, now }: FirstUse): Promise<Pins & { readonly isNew: boolean }> {
  const known = pinsOf(dataDirectory, url)
  if (known) return { ...known, isNew: false }
  const pins = PinFile.parse({ origin: new URL(url).origin, keys: [...new Set(await published())], pinnedAt: toIso(now) })
  const file = fileOf(dataDirectory, url)
  writePrivateFile(file, `${JSON.stringify(pins)}\n`)
  return { ...pins, file, isNew: true }
}

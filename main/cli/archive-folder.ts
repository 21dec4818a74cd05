/** What is kept about a person, written into a folder piece by piece. */
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { PersonPiece } from '../../shared/contract/person.ts'
import { WindfallError, messageOf } from '../../shared/errors.ts'

/** Nothing that a coordinator says leads out of the folder. */
const FILE = /^(?:[a-z0-9_-]{1,80}\/)?[A-Za-z0-9_-]{1,80}(?:\.[a-z]{1,8})?$/

/** Makes a new folder that only its owner reads. Error: `conflict` if it is there. */
export function createArchiveFolder(folder: string) {
  try {
    mkdirSync(dirname(folder), { recursive: true })
    mkdirSync(folder, { mode: 0o700 })
  } catch (error) {
    throw new WindfallError('conflict', `${folder} cannot be made (${messageOf(error)}). Name a folder that is not there yet.`, { cause: error })
  }
  const files = new Set<string>()
  return {
    /** Error: `input.invalid` for a name that is none. */
    add({ file, as, content }: PersonPiece): void {
      if (!FILE.test(file)) throw new WindfallError('input.invalid', `The coordinator names a file ${JSON.stringify(file)}, which is none of an archive.`)
      const path = join(folder, file)
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
      if (as === 'line') appendFileSync(path, `${content}\n`, { mode: 0o600 })
      else writeFileSync(path, Buffer.from(content, 'base64'), { mode: 0o600 })
      files.add(file)
    },
    files: (): readonly string[] => [...files],
  }
}

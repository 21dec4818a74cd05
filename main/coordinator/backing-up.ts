import { existsSync } from 'node:fs'
import { type FileHandle, open, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { WindfallError } from '../../shared/errors.ts'
import { toIso } from '../../shared/units.ts'
import type { Clock } from '../kernel/clock.ts'
import { readPrivateFile } from '../kernel/key-file.ts'
import { packageVersion } from '../kernel/paths.ts'
import type { StateConfig } from './config.ts'
import { INBOX_FILE } from './intake/open-inbox.ts'
import { type ArchiveWriter, createArchive } from './persistence/backup/archive.ts'
import { type Snapshot, withSnapshot } from './persistence/backup/dump.ts'
import type { Manifest } from './persistence/backup/manifest.ts'
import { openSqliteEngine } from './persistence/sqlite.ts'
import { SECRET_FILES } from './secrets.ts'
import { DATABASE_FILE, engineAt } from './storing.ts'

/** Folders of a coordinator’s data directory whose files are named by their SHA-256. */
export const BLOB_FOLDERS = ['blobs', 'outputs', 'checkpoints'] as const
const BLOB = /^[0-9a-f]{64}$/

interface Backing {
  readonly clock: Pick<Clock, 'now'>
  /** Told what is done, line by line. */
  readonly onProgress: (line: string) => void
}

/**
 * Writes everything a coordinator needs to go on elsewhere into a new folder: tables, keys, what nodes handed in, and the blobs unless a bucket has them.
 * It may run meanwhile. What it acknowledged before the backup began is in it.
 * Errors: `conflict` if the folder exists, `not-found` if there is no coordinator, those of the storage.
 */
export async function backUp(settings: StateConfig, directory: string, { clock, onProgress }: Backing): Promise<Manifest> {
  if (settings.database === null && !existsSync(join(settings.dataDirectory, DATABASE_FILE)))
    throw new WindfallError(
      'not-found',
      `${settings.dataDirectory} holds no coordinator. Give its data directory with --data, or its database with --database.`,
    )
  const archive = await createArchive(directory)
  try {
    // First: what is looked at meanwhile is then in both, and being looked at twice changes nothing.
    const inFile = settings.database === null ? await addInboxFile(archive, settings) : 0
    const tables: Record<string, number> = {}
    const { schema, inbox } = await withSnapshot(await engineAt(settings), async (snapshot) => {
      const inTable = settings.database === null ? inFile : await addInbox(archive, snapshot, 'proof_inbox')
      for (const table of snapshot.tables) {
        await archive.add(
          `tables/${table}.jsonl.gz`,
          snapshot.dump(table, (rows) => (tables[table] = rows)),
        )
        onProgress(`${table}: ${tables[table]} rows`)
      }
      return { schema: [...(await snapshot.schema())], inbox: inTable }
    })
    await addKeys(archive, settings)
    // Last: a blob is there before any row names it.
    if (settings.s3Bucket === null) await addBlobs(archive, settings, onProgress)
    const blobs = settings.s3Bucket === null ? 'included' : 'in a bucket'
    return await archive.finish({ madeBy: packageVersion, madeAt: toIso(clock.now()), schema, tables, inbox, blobs })
  } catch (error) {
    await archive.discard()
    throw error
  }
}

async function addInboxFile(archive: ArchiveWriter, { dataDirectory }: StateConfig): Promise<number> {
  const file = join(dataDirectory, INBOX_FILE)
  return existsSync(file) ? withSnapshot(openSqliteEngine(file), (snapshot) => addInbox(archive, snapshot, 'inbox')) : 0
}

async function addInbox(archive: ArchiveWriter, { dump }: Snapshot, table: string): Promise<number> {
  let messages = 0
  await archive.add(
    'inbox.jsonl.gz',
    dump(table, (rows) => {
      messages = rows
    }),
  )
  return messages
}

async function addKeys(archive: ArchiveWriter, { dataDirectory, secretsDirectory }: StateConfig): Promise<void> {
  for (const name of SECRET_FILES) {
    const text = readPrivateFile(join(secretsDirectory ?? dataDirectory, name))
    if (text !== null) await archive.add(`keys/${name}`, once(Buffer.from(text)))
  }
}

async function addBlobs(archive: ArchiveWriter, { dataDirectory }: StateConfig, onProgress: Backing['onProgress']): Promise<void> {
  for (const folder of BLOB_FOLDERS) {
    const names = existsSync(join(dataDirectory, folder)) ? (await readdir(join(dataDirectory, folder))).filter((name) => BLOB.test(name)) : []
    for (const name of names) {
      // A checkpoint that no job needs any more is removed at any time.
      const file = await open(join(dataDirectory, folder, name)).catch(() => null)
      if (file) await archive.add(`blobs/${folder}/${name}`, contentOf(file))
    }
    onProgress(`${folder}: ${names.length} files`)
  }
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}

async function* contentOf(file: FileHandle): AsyncGenerator<Uint8Array> {
  await using _file = file
  yield* file.createReadStream({ autoClose: false }) as AsyncIterable<Uint8Array>
}

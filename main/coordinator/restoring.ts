import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { WindfallError } from '../../shared/errors.ts'
import type { Clock } from '../kernel/clock.ts'
import { writePrivateFile } from '../kernel/key-file.ts'
import { verifyActs } from './audit/acts.ts'
import { verifyDecisions } from './audit/audit.ts'
import { BLOB_FOLDERS } from './backing-up.ts'
import type { StateConfig } from './config.ts'
import { type ErasedAgain, eraseAgain } from './erased-again.ts'
import type { Message } from './intake/inbox.ts'
import { INBOX_FILE, openInbox } from './intake/open-inbox.ts'
import { checkLedger } from './ledger/check.ts'
import { type Archive, openArchive } from './persistence/backup/archive.ts'
import { isOurs } from './persistence/backup/dump.ts'
import { load, recordsOf } from './persistence/backup/load.ts'
import type { Manifest } from './persistence/backup/manifest.ts'
import type { Db } from './persistence/database.ts'
import { openDiskBlobs } from './persistence/disk-blobs.ts'
import { SECRET_FILES } from './secrets.ts'
import { DATABASE_FILE, engineAt, openState } from './storing.ts'

export interface Restored {
  readonly manifest: Manifest
  readonly ledger: Awaited<ReturnType<typeof checkLedger>>
  /** Decisions in the log; `brokenAt` is the first that does not follow from the one before it. */
  readonly decisions: { readonly count: number; readonly brokenAt: number | null }
  /** The same of the log of acts. */
  readonly acts: { readonly count: number; readonly brokenAt: number | null }
  readonly again: ErasedAgain
}

interface Restoring {
  readonly onProgress: (line: string) => void
  readonly clock: Pick<Clock, 'now'>
  /** Who was erased since the backup was made, and is to be forgotten again: `requester:ID` and so on. */
  readonly erased: readonly string[]
}

const AT_ONCE = 500

/**
 * Brings back what a backup holds, into a data directory (and database) that are empty, forgets again whom it still knew, then checks
 * the books and both logs.
 * Errors: `input.invalid` if the backup is damaged, `conflict` if something is there, `storage.newer`, those of the storage.
 */
export async function restore(settings: StateConfig, directory: string, { onProgress, clock, erased }: Restoring): Promise<Restored> {
  const archive = await openArchive(directory)
  onProgress(`${directory}: ${archive.manifest.files.length} files are as they were written`)
  requireNothing(settings)
  mkdirSync(settings.dataDirectory, { recursive: true, mode: 0o700 })
  await loadTables(archive, settings, onProgress)
  await writeBlobs(archive, settings)
  for (const path of archive.paths('keys')) writePrivateFile(join(placeOfKeys(settings), path.slice('keys/'.length)), await bytesOf(archive, path))
  const db = await openState(settings)
  try {
    await fillInbox(archive, settings, db)
    const again = await eraseAgain({ db, clock, stores: storesOf(settings) }, erased)
    return { manifest: archive.manifest, ledger: await checkLedger(db), decisions: await verifyDecisions(db), acts: await verifyActs(db), again }
  } finally {
    await db.destroy()
  }
}

const placeOfKeys = ({ dataDirectory, secretsDirectory }: StateConfig): string => secretsDirectory ?? dataDirectory
/** A bucket was never part of the backup, and has forgotten already. */
function storesOf({ dataDirectory, s3Bucket }: StateConfig) {
  const open = (folder: string) => (s3Bucket === null ? openDiskBlobs(join(dataDirectory, folder), () => folder) : { remove: async () => {} })
  return { blobs: open('blobs'), outputs: open('outputs'), checkpoints: open('checkpoints') }
}

const bytesOf = (archive: Archive, path: string): Promise<Buffer> => buffer(archive.read(path))

function requireNothing(settings: StateConfig): void {
  const { dataDirectory } = settings
  const files = [DATABASE_FILE, INBOX_FILE].map((name) => join(dataDirectory, name))
  const keys = SECRET_FILES.map((name) => join(placeOfKeys(settings), name))
  const folders = BLOB_FOLDERS.map((name) => join(dataDirectory, name)).filter((folder) => existsSync(folder) && readdirSync(folder).length > 0)
  const [found] = [...files, ...keys].filter((file) => existsSync(file)).concat(folders)
  if (found !== undefined)
    throw new WindfallError(
      'conflict',
      `There is a coordinator already (${found}), and nothing is ever restored over something else. Give an empty folder with --data.`,
    )
}

async function loadTables({ manifest, read }: Archive, settings: StateConfig, onProgress: (line: string) => void): Promise<void> {
  try {
    await load(await engineAt(settings), {
      schema: manifest.schema,
      tables: Object.keys(manifest.tables).filter(isOurs),
      read: (table) => read(`tables/${table}.jsonl.gz`),
      onTable: (table, rows) => onProgress(`${table}: ${rows} rows`),
    })
  } catch (error) {
    if (settings.database === null)
      for (const suffix of ['', '-wal', '-shm']) rmSync(join(settings.dataDirectory, `${DATABASE_FILE}${suffix}`), { force: true })
    throw error
  }
}

/** Each under its own hash, which is checked once more. */
async function writeBlobs(archive: Archive, { dataDirectory }: StateConfig): Promise<void> {
  for (const folder of BLOB_FOLDERS) {
    let written = 0
    const blobs = openDiskBlobs(join(dataDirectory, folder), () => `restored-${(written += 1)}`)
    for (const path of archive.paths(`blobs/${folder}`))
      await blobs.write(archive.read(path), { maxBytes: Number.MAX_SAFE_INTEGER, expected: `sha256:${path.slice(-64)}` })
  }
}

/** In the order in which they came; whoever runs next looks at them. */
async function fillInbox(archive: Archive, { dataDirectory }: StateConfig, db: Db): Promise<void> {
  if (archive.manifest.inbox === 0) return
  const waiting: (Message & { readonly seq: number })[] = []
  for await (const record of recordsOf(archive.read('inbox.jsonl.gz'))) waiting.push(messageOf(record))
  const messages = waiting.toSorted((a, b) => a.seq - b.seq)
  const inbox = await openInbox({ dataDirectory, db, replicaId: 'restored' })
  for (let from = 0; from < messages.length; from += AT_ONCE) await inbox.commit({ remove: [], append: messages.slice(from, from + AT_ONCE) })
  await inbox.close()
}

function messageOf(record: Readonly<Record<string, unknown>>): Message & { readonly seq: number } {
  const {
    seq,
    digest,
    node_id: nodeId,
    received_at: at,
    body,
  } = record as { seq: number; digest: string; node_id: string; received_at: number; body: Uint8Array }
  return { seq, digest, nodeId, at, body }
}

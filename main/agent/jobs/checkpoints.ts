import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir, open, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { WindfallError } from '../../../shared/errors.ts'
import type { Clock } from '../../kernel/clock.ts'
import { vetCheckpoint } from './checkpoint-archive.ts'
import type { CheckpointStore, KeptCheckpoint } from './checkpoint.store.ts'

const KEPT_MS = 7 * 24 * 3_600_000
const KEPT_BYTES = 1_073_741_824

export interface CheckpointsDeps {
  readonly directory: string
  readonly store: CheckpointStore
  readonly clock: Pick<Clock, 'now'>
}

interface Checkpoint extends KeptCheckpoint {
  /** A tar of the folder `ckpt`, plain files only, owned by the job's user. */
  readonly archive: Readable
}

/** What jobs saved before they had to stop, one checkpoint per job, the last one. */
export interface Checkpoints {
  /** Keeps what is in a tar of a job's checkpoint folder; `null` if there is no file in it, or it is refused. */
  readonly keep: (of: Pick<KeptCheckpoint, 'jobId' | 'attemptId'>, source: Readable) => Promise<KeptCheckpoint | null>
  /** What to give the next attempt of this job; `null` if there is nothing, or what lies here is not what was kept. */
  readonly open: (jobId: string) => Promise<Checkpoint | null>
  readonly forget: (jobId: string) => Promise<void>
  /** Another node's way to go on: what this attempt saved. */
  readonly exportCheckpoint: (attemptId: string) => Promise<Checkpoint | null>
  /** Takes what another node exported. Error: `input.invalid` if the archive is not the one announced. */
  readonly importCheckpoint: (announced: Pick<KeptCheckpoint, 'jobId' | 'attemptId' | 'sha256'>, archive: Readable) => Promise<void>
}

/** Keeps checkpoints as files, each with its hash in the database, for a week and up to 1 GiB together. */
export function createCheckpoints(deps: CheckpointsDeps): Checkpoints {
  const { store } = deps
  const opened = async (kept: KeptCheckpoint | null): Promise<Checkpoint | null> => {
    if (kept === null) return null
    const file = fileOf(deps, kept.jobId)
    if ((await hashOf(file)) === kept.sha256) return { ...kept, archive: createReadStream(file) }
    await forget(deps, kept.jobId)
    return null
  }
  return {
    keep: (of, source) => keep(deps, of, { source, sha256: null }),
    open: (jobId) => opened(store.ofJob(jobId)),
    forget: (jobId) => forget(deps, jobId),
    exportCheckpoint: (attemptId) => opened(store.ofAttempt(attemptId)),
    async importCheckpoint({ jobId, attemptId, sha256 }, source) {
      if ((await keep(deps, { jobId, attemptId }, { source, sha256 })) === null)
        throw new WindfallError('input.invalid', 'The checkpoint is not the one that was announced. The job begins from the start.')
    },
  }
}

/** A job's id comes from outside, so it never becomes a file name. */
const fileOf = ({ directory }: CheckpointsDeps, jobId: string): string => join(directory, `${createHash('sha256').update(jobId).digest('hex')}.tar`)

interface Incoming {
  readonly source: Readable
  /** What the archive has to be; `null`: whatever it is. */
  readonly sha256: string | null
}

async function keep(deps: CheckpointsDeps, of: Pick<KeptCheckpoint, 'jobId' | 'attemptId'>, { source, sha256 }: Incoming): Promise<KeptCheckpoint | null> {
  const file = fileOf(deps, of.jobId)
  const part = `${file}.part`
  await mkdir(deps.directory, { recursive: true, mode: 0o700 })
  try {
    const vetted = await vetCheckpoint(source, createWriteStream(part, { mode: 0o600, flush: true }))
    if (vetted.kind === 'refused' || vetted.files.length === 0 || (sha256 !== null && vetted.sha256 !== sha256)) return null
    // Between the two, the hash in the database does not fit the file: then there is no checkpoint, never a wrong one.
    await rename(part, file)
    await syncFolder(deps.directory)
    const { files, bytes } = vetted
    const kept = { ...of, keptAt: deps.clock.now(), bytes, sha256: vetted.sha256, files }
    deps.store.put(kept)
    await tidy(deps)
    return kept
  } finally {
    await rm(part, { force: true })
  }
}

async function syncFolder(directory: string): Promise<void> {
  if (process.platform === 'win32') return
  const folder = await open(directory)
  await folder.sync().finally(() => folder.close())
}

async function forget(deps: CheckpointsDeps, jobId: string): Promise<void> {
  deps.store.remove(jobId)
  await rm(fileOf(deps, jobId), { force: true })
}

/** The newest stay; files that nothing in the database speaks of go. */
async function tidy(deps: CheckpointsDeps): Promise<void> {
  const { store, clock, directory } = deps
  let total = 0
  for (const { jobId, keptAt, bytes } of store.all()) {
    total += bytes
    if (total > KEPT_BYTES || clock.now() - keptAt > KEPT_MS) await forget(deps, jobId)
  }
  const known = new Set(store.all().map(({ jobId }) => fileOf(deps, jobId)))
  const strays = (await readdir(directory)).map((name) => join(directory, name)).filter((file) => file.endsWith('.tar') && !known.has(file))
  for (const stray of strays) await rm(stray, { force: true })
}

async function hashOf(file: string): Promise<string | null> {
  const hash = createHash('sha256')
  try {
    for await (const chunk of createReadStream(file)) hash.update(chunk as Uint8Array)
    return hash.digest('hex')
  } catch {
    return null
  }
}

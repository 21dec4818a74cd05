import { z } from 'zod'
import type { Sqlite } from '../../kernel/sqlite.ts'
import { CheckpointFile } from './checkpoint-archive.ts'

/** A checkpoint that lies on this machine; `keptAt` in epoch milliseconds, `sha256` of the archive. */
export interface KeptCheckpoint {
  readonly jobId: string
  readonly attemptId: string
  readonly keptAt: number
  readonly bytes: number
  readonly sha256: string
  readonly files: readonly CheckpointFile[]
}

interface Row {
  readonly job_id: string
  readonly attempt_id: string
  readonly kept_at: number
  readonly bytes: number
  readonly sha256: string
  readonly files: string
}

const decode = (row: Row): KeptCheckpoint => ({
  jobId: row.job_id,
  attemptId: row.attempt_id,
  keptAt: row.kept_at,
  bytes: row.bytes,
  sha256: row.sha256,
  files: z.array(CheckpointFile).parse(JSON.parse(row.files)),
})

export type CheckpointStore = ReturnType<typeof createCheckpointStore>

/** All SQL on table `checkpoint`: the last saved state of each job that had to stop here. */
export function createCheckpointStore(db: Sqlite) {
  const upsert = db.prepare<[string, string, number, number, string, string]>(
    `INSERT INTO checkpoint (job_id, attempt_id, kept_at, bytes, sha256, files) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT (job_id) DO UPDATE SET attempt_id = excluded.attempt_id, kept_at = excluded.kept_at, bytes = excluded.bytes,
       sha256 = excluded.sha256, files = excluded.files`,
  )
  const byJob = db.prepare<[string], Row>('SELECT * FROM checkpoint WHERE job_id = ?')
  const byAttempt = db.prepare<[string], Row>('SELECT * FROM checkpoint WHERE attempt_id = ?')
  const all = db.prepare<[], Row>('SELECT * FROM checkpoint ORDER BY kept_at DESC, job_id')
  const remove = db.prepare<[string]>('DELETE FROM checkpoint WHERE job_id = ?')
  const one = (row: Row | undefined): KeptCheckpoint | null => (row ? decode(row) : null)
  return {
    put: ({ jobId, attemptId, keptAt, bytes, sha256, files }: KeptCheckpoint): void =>
      void upsert.run(jobId, attemptId, keptAt, bytes, sha256, JSON.stringify(files)),
    ofJob: (jobId: string): KeptCheckpoint | null => one(byJob.get(jobId)),
    ofAttempt: (attemptId: string): KeptCheckpoint | null => one(byAttempt.get(attemptId)),
    /** Newest first. */
    all: (): KeptCheckpoint[] => all.all().map(decode),
    remove: (jobId: string): void => void remove.run(jobId),
  }
}

import type { Sqlite } from '../../kernel/sqlite.ts'

export interface OldSampleLogs {
  readonly get: (attemptId: string) => Uint8Array | null
  readonly attempts: () => readonly string[]
  readonly remove: (attemptId: string) => void
}

/** All SQL on table `old_sample_log`: logs of the first version, until they have been written to files. */
export function createOldSampleLogs(db: Sqlite): OldSampleLogs {
  const one = db.prepare<[string], { log: Buffer }>('SELECT log FROM old_sample_log WHERE attempt_id = ?')
  const all = db.prepare<[], { attempt_id: string }>('SELECT attempt_id FROM old_sample_log ORDER BY attempt_id')
  const remove = db.prepare<[string]>('DELETE FROM old_sample_log WHERE attempt_id = ?')
  return {
    get: (attemptId) => one.get(attemptId)?.log ?? null,
    attempts: () => all.all().map(({ attempt_id }) => attempt_id),
    remove: (attemptId) => void remove.run(attemptId),
  }
}

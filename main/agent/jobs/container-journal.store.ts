import type { Sqlite } from '../../kernel/sqlite.ts'

/** An attempt that may have left a container or a volume in the engine. */
export interface JournaledAttempt {
  readonly attemptId: string
  readonly jobId: string
  /** `null` until the engine has named the container. */
  readonly containerId: string | null
  /** Epoch milliseconds. */
  readonly begunAt: number
}

interface Row {
  readonly attempt_id: string
  readonly job_id: string
  readonly container_id: string | null
  readonly created_at: number
}

const decode = (row: Row): JournaledAttempt => ({ attemptId: row.attempt_id, jobId: row.job_id, containerId: row.container_id, begunAt: row.created_at })

export type ContainerJournal = ReturnType<typeof createContainerJournal>

/** All SQL on table `engine_attempt`: written before anything is created, gone once nothing is left. */
export function createContainerJournal(db: Sqlite) {
  const insert = db.prepare<[string, string, number]>(
    'INSERT INTO engine_attempt (attempt_id, job_id, created_at) VALUES (?, ?, ?) ON CONFLICT (attempt_id) DO NOTHING',
  )
  const name = db.prepare<[string, string]>('UPDATE engine_attempt SET container_id = ? WHERE attempt_id = ?')
  const one = db.prepare<[string], Row>('SELECT attempt_id, job_id, container_id, created_at FROM engine_attempt WHERE attempt_id = ?')
  const all = db.prepare<[], Row>('SELECT attempt_id, job_id, container_id, created_at FROM engine_attempt ORDER BY created_at, attempt_id')
  const remove = db.prepare<[string]>('DELETE FROM engine_attempt WHERE attempt_id = ?')
  return {
    begin: (attemptId: string, jobId: string, at: number): void => void insert.run(attemptId, jobId, at),
    setContainer: (attemptId: string, containerId: string): void => void name.run(containerId, attemptId),
    get: (attemptId: string): JournaledAttempt | null => {
      const row = one.get(attemptId)
      return row ? decode(row) : null
    },
    all: (): JournaledAttempt[] => all.all().map(decode),
    end: (attemptId: string): void => void remove.run(attemptId),
  }
}

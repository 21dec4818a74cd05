import Database from 'better-sqlite3'

/** Written out again and again, so that no row is made one by one. Virtual time passes from one copy to the next, as if each had been submitted after the other. */
const COPIED: Readonly<Record<string, string>> = {
  id: `id || '-' || copies.number`,
  array_id: 'NULL',
  array_index: 'NULL',
  submitted_at: 'submitted_at + copies.number',
  deadline_at: 'deadline_at + copies.number',
  fair_start: 'fair_start + copies.number * 10000000',
}

/**
 * Puts so many jobs into the queue of a coordinator that does not run, as copies of those that wait in it; their money is not set aside. What a
 * coordinator takes in one by one in minutes is there in one statement.
 */
export function fillQueue(databaseFile: string, jobs: number): void {
  const db = new Database(databaseFile)
  try {
    // Nobody minds if a crash loses it.
    db.pragma('synchronous = OFF')
    db.pragma('cache_size = -262144')
    const waiting = db.prepare<[], { count: number }>(`SELECT count(*) AS count FROM job WHERE state = 'queued'`).get()?.count ?? 0
    if (waiting === 0) throw new Error('There is no job to copy.')
    const names = (db.pragma('table_info(job)') as { readonly name: string }[]).map(({ name }) => name)
    const copies = Math.ceil(jobs / waiting) - 1
    db.exec(`
      CREATE TEMP TABLE pattern AS SELECT * FROM job WHERE state = 'queued';
      WITH RECURSIVE copies(number) AS (SELECT 1 WHERE ${copies} > 0 UNION ALL SELECT number + 1 FROM copies WHERE number < ${copies})
      INSERT INTO job (${names.join(', ')}) SELECT ${names.map((name) => COPIED[name] ?? name).join(', ')} FROM copies CROSS JOIN pattern`)
    db.pragma('wal_checkpoint(TRUNCATE)')
  } finally {
    db.close()
  }
}

import type { z } from 'zod'
import type { Sqlite } from '../kernel/sqlite.ts'

export interface SettingsStore {
  /**
   * The stored value if it parses, otherwise `null`: a damaged setting is a missing one, never a crash. Text that is not JSON is handed
   * to the schema as it is, so that a setting that must not get lost can tell damaged from missing.
   */
  readonly get: <S extends z.ZodType>(key: string, schema: S) => z.output<S> | null
  readonly set: (key: string, value: unknown) => void
}

/** All SQL on table `setting`: small facts the agent must remember, as JSON. */
export function createSettingsStore(db: Sqlite): SettingsStore {
  const select = db.prepare<[string], { value: string }>('SELECT value FROM setting WHERE key = ?')
  const upsert = db.prepare<[string, string]>('INSERT INTO setting (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value')
  return {
    get(key, schema) {
      const row = select.get(key)
      if (!row) return null
      const parsed = schema.safeParse(decode(row.value))
      return parsed.success ? parsed.data : null
    },
    set: (key, value) => {
      upsert.run(key, JSON.stringify(value))
    },
  }
}

function decode(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

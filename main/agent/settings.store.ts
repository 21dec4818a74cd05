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
  // Some are asked for with every reading and every decision.
  const known = new Map<string, string | null>()
  const read = (key: string): string | null => {
    const kept = known.get(key)
    if (kept !== undefined) return kept
    const text = select.get(key)?.value ?? null
    // What a transaction writes may be rolled back.
    if (!db.inTransaction) known.set(key, text)
    return text
  }
  return {
    get(key, schema) {
      const text = read(key)
      if (text === null) return null
      const parsed = schema.safeParse(decode(text))
      return parsed.success ? parsed.data : null
    },
    set: (key, value) => {
      known.delete(key)
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

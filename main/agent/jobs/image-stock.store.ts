import type { Sqlite } from '../../kernel/sqlite.ts'

/** An image that this agent brought into the engine. */
export interface StockedImage {
  /** By which the engine knows it and takes it away: `repo@sha256:…`, or a tag of ours. */
  readonly name: string
  /** `null` while it is on its way. */
  readonly imageId: string | null
  readonly bytes: number
}

interface Row {
  readonly name: string
  readonly image_id: string | null
  readonly bytes: number
}

export type ImageStockStore = ReturnType<typeof createImageStockStore>

/** All SQL on tables `engine_image` and `engine_traffic`; a month is written `2026-11`, in UTC. */
export function createImageStockStore(db: Sqlite) {
  const insert = db.prepare<[string, number]>('INSERT INTO engine_image (name, image_id, bytes, used_at) VALUES (?, NULL, 0, ?) ON CONFLICT (name) DO NOTHING')
  const arrive = db.prepare<[string, number, number, string]>('UPDATE engine_image SET image_id = ?, bytes = ?, used_at = ? WHERE name = ?')
  const touch = db.prepare<[number, string]>('UPDATE engine_image SET used_at = ? WHERE image_id = ?')
  const oldest = db.prepare<[], Row>('SELECT name, image_id, bytes FROM engine_image ORDER BY used_at, name')
  const total = db.prepare<[], { bytes: number }>('SELECT coalesce(sum(bytes), 0) AS bytes FROM engine_image')
  const remove = db.prepare<[string]>('DELETE FROM engine_image WHERE name = ?')
  const count = db.prepare<[string, number]>(
    'INSERT INTO engine_traffic (month, bytes) VALUES (?, ?) ON CONFLICT (month) DO UPDATE SET bytes = bytes + excluded.bytes',
  )
  const traffic = db.prepare<[string], { bytes: number }>('SELECT bytes FROM engine_traffic WHERE month = ?')
  return {
    /** Written before an image is fetched, so that one which arrives while we die is still ours. */
    begin: (name: string, at: number): void => void insert.run(name, at),
    arrived: (name: string, image: { readonly id: string; readonly bytes: number }, at: number): void => void arrive.run(image.id, image.bytes, at, name),
    touch: (imageId: string, at: number): void => void touch.run(at, imageId),
    /** Least recently used first. */
    all: (): StockedImage[] => oldest.all().map((row) => ({ name: row.name, imageId: row.image_id, bytes: row.bytes })),
    bytes: (): number => total.get()?.bytes ?? 0,
    remove: (name: string): void => void remove.run(name),
    countTraffic: (month: string, bytes: number): void => void count.run(month, bytes),
    traffic: (month: string): number => traffic.get(month)?.bytes ?? 0,
  }
}

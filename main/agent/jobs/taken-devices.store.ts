import { z } from 'zod'
import type { Sqlite } from '../../kernel/sqlite.ts'

const DeviceIds = z.array(z.string())

export type TakenDevices = ReturnType<typeof createTakenDevices>

/** All SQL on table `taken_devices`: what an attempt works on, so that whoever goes on with it after a crash takes the same. */
export function createTakenDevices(db: Sqlite) {
  const insert = db.prepare<[string, string]>(
    'INSERT INTO taken_devices (lease_id, device_ids) VALUES (?, ?) ON CONFLICT (lease_id) DO UPDATE SET device_ids = excluded.device_ids',
  )
  const select = db.prepare<[string], { device_ids: string }>('SELECT device_ids FROM taken_devices WHERE lease_id = ?')
  const remove = db.prepare<[string]>('DELETE FROM taken_devices WHERE lease_id = ?')
  return {
    take: (leaseId: string, deviceIds: readonly string[]): void => void insert.run(leaseId, JSON.stringify(deviceIds)),
    /** `null` if it has taken none. */
    of: (leaseId: string): readonly string[] | null => {
      const row = select.get(leaseId)
      return row ? DeviceIds.parse(JSON.parse(row.device_ids)) : null
    },
    release: (leaseId: string): void => void remove.run(leaseId),
  }
}

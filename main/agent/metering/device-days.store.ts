import type { Sqlite } from '../../kernel/sqlite.ts'

/** Energy that one device used on one UTC day while this agent watched. */
export interface DeviceDay {
  /** Days since the Unix epoch, UTC. */
  readonly day: number
  readonly deviceId: string
  readonly joules: number
  /** The part that was used while an attempt ran on the device. */
  readonly jobJoules: number
  readonly coveredMs: number
}

interface Row {
  readonly day: number
  readonly device_id: string
  readonly joules: number
  readonly job_joules: number
  readonly covered_ms: number
}

export type DeviceDaysStore = ReturnType<typeof createDeviceDaysStore>

/** All SQL on table `device_day`. */
export function createDeviceDaysStore(db: Sqlite) {
  const put = db.prepare<[number, string, number, number, number]>(
    `INSERT INTO device_day (day, device_id, joules, job_joules, covered_ms) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (day, device_id) DO UPDATE SET joules = excluded.joules, job_joules = excluded.job_joules, covered_ms = excluded.covered_ms`,
  )
  const one = db.prepare<[number, string], Row>('SELECT * FROM device_day WHERE day = ? AND device_id = ?')
  const putAll = db.transaction((days: readonly DeviceDay[]) => {
    for (const { day, deviceId, joules, jobJoules, coveredMs } of days) put.run(day, deviceId, joules, jobJoules, Math.round(coveredMs))
  })
  return {
    /** Writes the totals of these days, in place of what was known. */
    put: (days: readonly DeviceDay[]): void => putAll.immediate(days),
    /** Nothing known is a day without energy. */
    get: (day: number, deviceId: string): DeviceDay => {
      const row = one.get(day, deviceId)
      return { day, deviceId, joules: row?.joules ?? 0, jobJoules: row?.job_joules ?? 0, coveredMs: row?.covered_ms ?? 0 }
    },
  }
}

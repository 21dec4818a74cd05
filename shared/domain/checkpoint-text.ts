import type { Checkpoint } from '../contract/job.ts'

function sizeOf(bytes: number): string {
  if (bytes < 1e6) return `${Math.max(1, Math.round(bytes / 1e3))} kB`
  return `${(bytes / 1e6).toFixed(bytes < 99.95e6 ? 1 : 0)} MB`
}

/** How a checkpoint is named wherever people see it: `a checkpoint of 3.1 MB made at 2026-03-01 12:00 UTC`. */
export const describeCheckpoint = ({ bytes, savedAt }: Pick<Checkpoint, 'bytes' | 'savedAt'>): string =>
  `a checkpoint of ${sizeOf(bytes)} made at ${savedAt.slice(0, 16).replace('T', ' ')} UTC`

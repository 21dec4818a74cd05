import { totalmem } from 'node:os'

const GIB = 1_073_741_824

/** Bytes of memory that jobs together may use: a quarter of a small machine, and 2 GiB of any other, stay with the system and its owner. */
export const ramForJobs = (totalBytes: number = totalmem()): number => totalBytes - Math.min(2 * GIB, Math.floor(totalBytes / 4))

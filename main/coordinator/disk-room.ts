import { statfs } from 'node:fs/promises'

/** What is left on a disk, for whoever is not its administrator. */
export interface DiskRoom {
  readonly freeBytes: number
  readonly sizeBytes: number
}

/** Less than both of these is little: a tenth of a small disk, and what a busy day of proofs and outputs may take of a large one. */
const LITTLE_SHARE = 0.1
const LITTLE_BYTES = 10e9

const inWords = (bytes: number): string => (bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${Math.floor(bytes / 1e6)} MB`)

/** Of the disk that a directory lies on; `null` where the system does not tell. */
export const readRoom = (directory: string): Promise<DiskRoom | null> =>
  statfs(directory).then(
    ({ bavail, blocks, bsize }) => ({ freeBytes: bavail * bsize, sizeBytes: blocks * bsize }),
    () => null,
  )

/** What to say of it while there is still time; `null` while there is enough. */
export const littleRoom = (room: DiskRoom | null): string | null =>
  room === null || room.freeBytes >= LITTLE_BYTES || room.freeBytes >= LITTLE_SHARE * room.sizeBytes
    ? null
    : `Only ${inWords(room.freeBytes)} of ${inWords(room.sizeBytes)} are free on the disk of the data directory. Make room, or give it a larger disk: once it is full, nothing new is accepted.`

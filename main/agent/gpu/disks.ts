import { statfs } from 'node:fs/promises'

export interface DiskSpace {
  /** What this user may still write, in bytes. */
  readonly freeBytes: number
  readonly totalBytes: number
}

/** Space on the file system that holds `folder`, or `null` if it cannot be told. */
export async function diskSpace(folder: string): Promise<DiskSpace | null> {
  try {
    const { bavail, blocks, bsize } = await statfs(folder)
    return { freeBytes: bavail * bsize, totalBytes: blocks * bsize }
  } catch {
    return null
  }
}

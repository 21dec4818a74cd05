import { join } from 'node:path'
import { linkTarget, namesOf } from './sysfs.ts'

interface Known {
  readonly looks: number
  readonly files: readonly Omit<DrmFile, 'pid'>[]
  readonly readable: boolean
}

/** A file descriptor that is a graphics device. */
export interface DrmFile {
  readonly pid: number
  readonly fd: string
  /** Such as `renderD128`. */
  readonly node: string
}

export interface DrmFiles {
  readonly open: readonly DrmFile[]
  /** Every process was looked at, and none hid its files from us. */
  readonly complete: boolean
}

const MAX_PROCESSES = 8_192
const MAX_DESCRIPTORS = 1_024
/** A program opens its devices soon after its start, so it is looked at each time for a while, later only in turn. */
const YOUNG_LOOKS = 20
const YOUNG_PER_LOOK = 64
const OLD_PER_LOOK = 12

/**
 * Finds which processes hold a graphics device open. Listing all files of all processes takes tens of milliseconds on a desktop,
 * so each call lists those of at most 76: new processes first, then those not looked at for the longest time.
 */
export function createDrmFiles(procRoot: string): () => DrmFiles {
  const known = new Map<number, Known>()
  let settled: ReadonlySet<number> | null = null
  return () => {
    const pids = (namesOf(procRoot) ?? []).filter((name) => /^\d{1,9}$/.test(name)).slice(0, MAX_PROCESSES)
    const alive = new Set(pids.map(Number))
    settled ??= alive
    for (const pid of known.keys()) if (!alive.has(pid)) known.delete(pid)
    for (const pid of dueOf(alive, known)) {
      const looks = (known.get(pid)?.looks ?? (settled.has(pid) ? YOUNG_LOOKS : 0)) + 1
      // Inserted anew, it goes to the end of the queue.
      known.delete(pid)
      known.set(pid, { looks, ...graphicsFiles(join(procRoot, String(pid), 'fd')) })
    }
    return {
      open: [...known].flatMap(([pid, { files }]) => files.map((file) => ({ pid, ...file }))),
      complete: alive.size > 0 && known.size === alive.size && [...known.values()].every(({ readable }) => readable),
    }
  }
}

function dueOf(alive: ReadonlySet<number>, known: ReadonlyMap<number, Known>): number[] {
  const unseen = [...alive].filter((pid) => !known.has(pid))
  const young = [...known].filter(([, { looks }]) => looks < YOUNG_LOOKS).map(([pid]) => pid)
  const old = [...known].filter(([, { looks }]) => looks >= YOUNG_LOOKS).map(([pid]) => pid)
  return [...[...unseen, ...young].slice(0, YOUNG_PER_LOOK), ...old.slice(0, OLD_PER_LOOK)]
}

function graphicsFiles(folder: string): Pick<Known, 'files' | 'readable'> {
  const names = namesOf(folder)
  const files = (names ?? []).slice(0, MAX_DESCRIPTORS).flatMap((fd) => {
    const [, node] = /^\/dev\/dri\/([A-Za-z]+\d+)$/.exec(linkTarget(join(folder, fd)) ?? '') ?? []
    return node ? [{ fd, node }] : []
  })
  return { files, readable: names !== null }
}

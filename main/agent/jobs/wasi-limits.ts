import { Directory, File, OpenFile, PreopenDirectory, type WASI } from '@bjorn3/browser_wasi_shim'

const SUCCESS = 0
const TOO_MANY_OPEN = 33
const NOT_SUPPORTED = 58
const MAX_DESCRIPTORS = 1_024

/** The job's files hold more than it may hand back. Thrown through the module, which thereby ends. */
export class OutputTooLarge extends Error {}

/** The memory of the module, as it is now: it moves when it grows. */
export type Memory = () => DataView

interface Cap {
  readonly wasi: WASI
  readonly out: PreopenDirectory
  /** What all files together may hold, those that were there at the beginning included. */
  readonly maxBytes: number
  readonly memory: Memory
}

/** Every call that can make a file longer, refused before it does. */
export function cappedCalls({ wasi, out, maxBytes, memory }: Cap) {
  const calls = wasi.wasiImport as Record<string, (...values: never[]) => number>
  const forward = (name: string, values: readonly unknown[]): number => calls[name]?.(...(values as never[])) ?? NOT_SUPPORTED
  const reserve = (fd: number, endOf: (open: OpenFile) => bigint) => {
    const open = wasi.fds[fd]
    if (!(open instanceof OpenFile)) return
    const growth = endOf(open) - open.file.size
    if (growth > 0n && filesTotal(wasi, out) + growth > BigInt(maxBytes)) throw new OutputTooLarge()
  }
  const vectorBytes = (vectors: number, count: number): bigint => {
    const view = memory()
    let bytes = 0n
    for (let i = 0; i < count >>> 0; i++) bytes += BigInt(view.getUint32((vectors >>> 0) + i * 8 + 4, true))
    return bytes
  }
  return {
    fd_write(fd: number, vectors: number, count: number, answer: number) {
      reserve(fd, (open) => open.file_pos + vectorBytes(vectors, count))
      return forward('fd_write', [fd, vectors, count, answer])
    },
    fd_pwrite(fd: number, vectors: number, count: number, offset: bigint, answer: number) {
      reserve(fd, () => BigInt.asUintN(64, offset) + vectorBytes(vectors, count))
      return forward('fd_pwrite', [fd, vectors, count, offset, answer])
    },
    fd_allocate(fd: number, offset: bigint, length: bigint) {
      reserve(fd, () => BigInt.asUintN(64, offset) + BigInt.asUintN(64, length))
      return forward('fd_allocate', [fd, offset, length])
    },
    fd_filestat_set_size(fd: number, size: bigint) {
      reserve(fd, () => BigInt.asUintN(64, size))
      return forward('fd_filestat_set_size', [fd, size])
    },
  }
}

/** The shim gives every file a descriptor of its own and never one back, so that a job could fill the heap with them. */
export function openCalls(wasi: WASI, memory: Memory) {
  const { path_open: open } = wasi.wasiImport as Record<string, (...values: number[]) => number>
  return {
    path_open(...values: number[]) {
      const fds: (WASI['fds'][number] | undefined)[] = wasi.fds
      const free = fds.indexOf(undefined)
      if (free === -1 && fds.length >= MAX_DESCRIPTORS) return TOO_MANY_OPEN
      const errno = open?.(...values) ?? NOT_SUPPORTED
      if (errno !== SUCCESS || free === -1) return errno
      fds[free] = fds.pop()
      memory().setUint32(values[8] ?? 0, free, true)
      return SUCCESS
    },
  }
}

/** Counts a deleted file too while it is open, because it still takes memory. */
function filesTotal(wasi: WASI, out: PreopenDirectory): bigint {
  const files = new Set<File>()
  const visit = (directory: Directory) => {
    for (const entry of directory.contents.values()) {
      if (entry instanceof File) files.add(entry)
      if (entry instanceof Directory) visit(entry)
    }
  }
  visit(out.dir)
  for (const open of wasi.fds) {
    if (open instanceof OpenFile) files.add(open.file)
    if (open instanceof PreopenDirectory) visit(open.dir)
  }
  return [...files].reduce((sum, file) => sum + file.size, 0n)
}

import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { packageRoot } from '../kernel/paths.ts'
import { isBuilt } from './build.ts'
import { ENTRY, replaceProcess } from './replace-process.ts'

/**
 * What is under way outlives two collections of young objects where there is little room for them, and so has to be collected with the old ones, which keeps
 * everybody waiting. An idle process takes no more of it than it needs.
 */
const YOUNG = '--max-semi-space-size=16'
/** As many as there are processors beside the one of the main thread: more would only take that from it. */
const HELPERS = `--v8-pool-size=${Math.min(4, Math.max(1, availableParallelism() - 1))}`
/** `small-heap.ts` collects what starting left. */
const COLLECTS = '--expose-gc'
const COORDINATOR_PROGRAM = join(packageRoot, 'dist', 'coordinator', 'coordinator.mjs')

const environment = (): Readonly<Record<string, string>> => ({
  /** glibc keeps a heap for each thread otherwise, and gives less back the more was once needed at a time, which is at the start. */
  MALLOC_ARENA_MAX: '1',
  MALLOC_TRIM_THRESHOLD_: '131072',
  MALLOC_MMAP_THRESHOLD_: '131072',
  /** Signatures are checked in these threads: as many as there are processors, which is all that can run at once. */
  UV_THREADPOOL_SIZE: process.env['UV_THREADPOOL_SIZE'] ?? String(Math.max(2, availableParallelism())),
  NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'] ?? join(packageRoot, '.cache', 'compiled'),
})

/**
 * Goes on with the same command line as a lean process: the coordinator's bundle, or the sources where it is not built, with the engine's
 * settings that can only be given at its start. Returns in that process, and where no process can be replaced.
 */
export function becomeCoordinator(): void {
  if (process.execArgv.includes(YOUNG)) return
  const program = isBuilt(['coordinator']) ? COORDINATOR_PROGRAM : ENTRY
  replaceProcess([...process.execArgv, YOUNG, HELPERS, COLLECTS, program, ...process.argv.slice(2)], environment())
}

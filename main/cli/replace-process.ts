import { realpathSync } from 'node:fs'
import { join } from 'node:path'
import { isMainThread } from 'node:worker_threads'
import { packageRoot } from '../kernel/paths.ts'

/** What the command line starts with; it stands for every command. */
export const ENTRY = join(packageRoot, 'main', 'cli', 'windfall.mjs')

/** Only a process that runs nothing but our command line may be replaced: not a test runner, not one that embeds us. */
function isOurs(): boolean {
  try {
    return isMainThread && realpathSync(process.argv[1] ?? '') === ENTRY
  } catch {
    return false
  }
}

/**
 * Puts another Node with these arguments into the place of this process, which keeps its id and its open streams; what the command line
 * needed to get here is out of memory. Returns where that cannot be done (Windows, a process that is not ours alone).
 */
export function replaceProcess(args: readonly string[], environment: Readonly<Record<string, string>>): void {
  if (process.platform === 'win32' || process.execve === undefined || !isOurs()) return
  process.execve(process.execPath, [process.execPath, ...args], { ...process.env, ...environment })
}

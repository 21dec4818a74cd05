import { realpathSync } from 'node:fs'
import { join } from 'node:path'
import { isMainThread } from 'node:worker_threads'
import type { AgentConfig } from '../agent/config.ts'
import { packageRoot } from '../kernel/paths.ts'

/** What the agent's program is started with, as one JSON argument. */
export interface AgentStart {
  readonly config: AgentConfig
  readonly json: boolean
}

/**
 * The agent makes little garbage: a young generation of 1 MB instead of 16 costs it nothing. `agent-program.ts` collects what starting left
 * and again now and then, so the engine need not look for more whenever little is done, which is always.
 */
const FLAGS = ['--max-semi-space-size=1', '--expose-gc', '--no-memory-reducer']
/** glibc keeps a heap for each thread otherwise. */
const ENVIRONMENT = { MALLOC_ARENA_MAX: '1' }
const AGENT_PROGRAM = join(packageRoot, 'dist', 'agent', 'agent.mjs')

/** Only a process that runs nothing but our command line may be replaced: not a test runner, not one that embeds us. */
function isOurs(): boolean {
  try {
    return isMainThread && realpathSync(process.argv[1] ?? '') === join(packageRoot, 'main', 'cli', 'windfall.mjs')
  } catch {
    return false
  }
}

/**
 * Puts the agent's bundle into the place of this process, which keeps its id and its open streams; what the command line needed to get
 * here is out of memory. Returns where that cannot be done (Windows, a process that is not ours alone).
 */
export function becomeAgent(start: AgentStart): void {
  if (process.platform === 'win32' || process.execve === undefined || !isOurs()) return
  process.execve(process.execPath, [process.execPath, ...FLAGS, AGENT_PROGRAM, JSON.stringify(start)], { ...process.env, ...ENVIRONMENT })
}

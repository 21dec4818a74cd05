import { join } from 'node:path'
import type { AgentConfig } from '../agent/config.ts'
import { packageRoot } from '../kernel/paths.ts'
import { replaceProcess } from './replace-process.ts'

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

/** Puts the agent's bundle into the place of this process. Returns where that cannot be done. */
export const becomeAgent = (start: AgentStart): void => replaceProcess([...FLAGS, AGENT_PROGRAM, JSON.stringify(start)], ENVIRONMENT)

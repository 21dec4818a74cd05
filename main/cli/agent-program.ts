/** The headless agent as a program of its own, without the rest of Windfall in memory. `agent-process.ts` starts its bundle. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { parseAgentConfig } from '../agent/config.ts'
import { type LaunchChild, launchNodeChild } from '../kernel/child.ts'
import { packageRoot } from '../kernel/paths.ts'
import type { AgentStart } from './agent-process.ts'
import { exitCodeOf } from './exit-codes.ts'
import { runHeadlessAgent } from './headless-agent.ts'
import { createOutput } from './output.ts'

/** A child's own bundle, where there is one, spares it the compiler too. */
const launchSmallChild: LaunchChild = (program) => {
  const bundle = join(packageRoot, 'dist', 'children', `${program.name}.mjs`)
  const environment = { ...program.environment, NODE_OPTIONS: '--max-semi-space-size=1', MALLOC_ARENA_MAX: '1' }
  return launchNodeChild({ ...program, file: existsSync(bundle) ? bundle : program.file, environment })
}

/**
 * What runs once a second is a hundred calls old, and so worth an optimising compiler's time to the engine, after two minutes; together it
 * takes longer to compile than it ever saves. Loops over a large log are worth it all the same, a moment later.
 */
const CALLS_BEFORE_OPTIMISED = 5_000

const AFTER_START_MS = 15_000
const EVERY_MS = 600_000

const collect = (): void => globalThis.gc?.()

/** A process that does nothing collects nothing either: without this, what starting left behind stays for good. */
function collectNowAndThen(): void {
  setTimeout(collect, AFTER_START_MS).unref()
  setInterval(collect, EVERY_MS).unref()
}

const { config, json } = JSON.parse(process.argv[2] ?? '{}') as AgentStart
const output = createOutput(json)
try {
  // Here, because an engine that does not know the flag then only says so.
  setFlagsFromString(`--invocation-count-for-maglev=${CALLS_BEFORE_OPTIMISED}`)
  collectNowAndThen()
  await runHeadlessAgent(parseAgentConfig(config), output, launchSmallChild)
} catch (error) {
  output.failure(error)
  process.exitCode = exitCodeOf(error)
}

import { join } from 'node:path'
import { openMemory } from './memory.ts'
import type { Updates, UpdatesDeps } from './ports.ts'
import { canUpdate } from './program.ts'
import { runUpdates } from './running.ts'
import { createSteps } from './update-steps.ts'

/** The updates of this copy of Windfall, decided by signed manifests and nothing else; `off`, with why, where it cannot replace itself. */
export function createUpdates(deps: UpdatesDeps): Updates {
  const program = canUpdate(deps.program, deps.root)
  if (typeof program === 'string') return { ...OFF, state: () => ({ state: 'off', why: program }) }
  const memory = openMemory(join(deps.directory, 'updates.json'))
  const fetch = deps.fetch ?? globalThis.fetch
  const steps = createSteps({ program, memory, fetch, directory: deps.directory, clock: deps.clock, freeBytes: deps.freeBytes })
  return runUpdates(deps, { memory, steps })
}

const OFF = {
  check: async () => undefined,
  install: async () => undefined,
  subscribe: () => () => undefined,
  run: async () => undefined,
} as const

import { createDockerEngine } from '../agent/jobs/docker.ts'
import { CONTAINMENT_QUESTIONS, escapesIn } from '../agent/jobs/inside-report.ts'
import { lookInside } from '../agent/jobs/inside-container.ts'
import { probeRuntime } from '../agent/runtimes.ts'
import { type Check, type Finding, fail, ok, skipped, warn } from './check.ts'
import { ofEngine } from './engine-place.ts'

/** Marks what the doctor puts on the engine. */
export const DOCTOR_ID = 'doctor'

const runtimeCheck = (name: 'docker' | 'wasm'): Check => ({
  code: name,
  look: async (machine, signal) => {
    const found = await probeRuntime(name, machine, signal)
    if (found.available) return [ok(`ready: ${name} ${found.version}`)]
    const { reason } = found
    return [
      name === 'docker'
        ? warn(reason, 'Jobs that need a container go to other nodes until an engine answers.')
        : fail(reason, 'Install Windfall again; a copy that runs from its source: npm ci && npm run build'),
    ]
  },
})

/** What a program found that tried to do in a job's container what a job must not. */
export function judgeContainment(escapes: readonly string[]): Finding {
  if (escapes.length === 0) return ok('tried from the inside: no privilege, no capability, no network, nothing writable but its own folder')
  return fail(
    `a job’s container does not hold: ${escapes.join('; ')}`,
    'Run no container jobs on this engine. Update it and remove what weakens it in /etc/docker/daemon.json; then run windfall doctor again.',
  )
}

const sandboxCheck: Check = {
  code: 'sandbox-escape',
  limitMs: 40_000,
  look: (machine, signal) =>
    ofEngine('sandbox-escape', async ({ info }) => {
      if (info.OSType !== 'linux') return skipped('the engine runs no Linux containers')
      const deps = { engine: createDockerEngine(), clock: machine.clock, agentId: DOCTOR_ID }
      return judgeContainment(escapesIn(await lookInside(deps, { questions: CONTAINMENT_QUESTIONS, gpuUuids: [] }, signal)))
    }).look(machine, signal),
}

/** Where jobs can run, and whether they stay in there. */
export const SANDBOX_CHECKS: readonly Check[] = [runtimeCheck('docker'), runtimeCheck('wasm'), sandboxCheck]

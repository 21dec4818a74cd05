import { z } from 'zod'
import type { Reason } from '../../shared/contract/agent.ts'
import { epochMs } from '../../shared/units.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Signals } from './idle/objections.ts'
import { type PolicyDecision, type PolicyRequest, decide, restorePolicy } from './idle/policy.ts'
import type { PolicyConfig } from './idle/policy-config.ts'
import type { SettingsStore } from './settings.store.ts'

export interface OwnerPolicyDeps {
  readonly config: PolicyConfig
  readonly settings: SettingsStore
  readonly clock: Clock
  readonly readSignals: () => Signals
  readonly jobRunning: () => boolean
  /** A reason came up while a job runs: the machine is wanted back. */
  readonly onRevoked: (reason: Reason) => void
  readonly changed: () => void
}

export interface OwnerPolicy {
  readonly reasons: () => readonly Reason[]
  readonly decision: () => PolicyDecision
  readonly pausedUntil: () => number | null
  /** `until` in epoch milliseconds; `null` until the owner resumes. Survives restart. */
  readonly pause: (until: number | null) => void
  readonly resume: () => void
  readonly run: (signal: AbortSignal) => Promise<void>
}

const EVERY_MS = 1_000
const SETTING = 'pause'

/** Drives the idle policy once a second and on every wish of the owner, and remembers a pause. */
export function createOwnerPolicy(deps: OwnerPolicyDeps): OwnerPolicy {
  const { config, settings, clock } = deps
  // Nothing runs before the runner does, and it starts after this.
  let current: PolicyDecision = step(restorePolicy(settings.get(SETTING, z.unknown())), { jobRunning: false })
  let shown = ''

  function step(memory: PolicyDecision['state'], given: { jobRunning: boolean; request?: PolicyRequest }): PolicyDecision {
    return decide(memory, { now: clock.now(), signals: deps.readSignals(), config, ...given })
  }
  function advance(request?: PolicyRequest): void {
    const before = JSON.stringify(current.state.pause)
    const jobRunning = deps.jobRunning()
    current = step(current.state, { jobRunning, ...(request ? { request } : {}) })
    if (JSON.stringify(current.state.pause) !== before) settings.set(SETTING, current.state.pause)
    const [reason] = current.reasons
    if (reason && jobRunning) deps.onRevoked(reason)
    const now = JSON.stringify([current.state.phase, current.reasons.map(({ code, message }) => [code, message]), current.state.pause])
    if (now === shown) return
    shown = now
    deps.changed()
  }
  return {
    reasons: () => current.reasons,
    decision: () => current,
    pausedUntil: () => current.state.pause?.until ?? null,
    pause: (until) => advance({ ask: 'pause', until: until === null ? null : epochMs(until) }),
    resume: () => advance({ ask: 'resume' }),
    async run(signal) {
      do advance()
      while (await clock.sleep(EVERY_MS, signal))
    },
  }
}

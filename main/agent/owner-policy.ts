import { z } from 'zod'
import type { PolicyConfig } from '../../shared/contract/owner-rules.ts'
import type { Reason } from '../../shared/contract/policy.ts'
import { epochMs } from '../../shared/units.ts'
import { type Clock, untilMultiple } from '../kernel/clock.ts'
import { createLatch, raisedWithin } from '../kernel/latch.ts'
import { type Fault, type PolicyMemory, restorePolicy, storedPolicy } from './idle/memory.ts'
import type { Signals } from './idle/objection.ts'
import { type PolicyCommand, type PolicyDecision, type PolicyInput, type PolicyRequest, type YieldMark, decide } from './idle/policy.ts'
import type { SettingsStore } from './settings.store.ts'

export interface OwnerPolicyDeps {
  /** As they are now: the owner may change them at any moment. */
  readonly config: () => PolicyConfig
  readonly settings: SettingsStore
  readonly clock: Clock
  readonly readSignals: () => Signals
  readonly job: () => PolicyInput['job']
  readonly act: (command: PolicyCommand) => void
  /** A job has begun to give way. Told before it is acted upon. */
  readonly yielded: (mark: YieldMark) => void
  /** After every decision, whether or not it changed anything. */
  readonly decided: (signals: Signals) => void
  readonly changed: () => void
}

export interface OwnerPolicy {
  readonly reasons: () => readonly Reason[]
  readonly decision: () => PolicyDecision
  readonly pausedUntil: () => number | null
  /** Decides anew before it answers, so that nothing starts on what was true a moment ago. */
  readonly reasonsNow: () => readonly Reason[]
  /** `until` in epoch milliseconds; `null` until the owner resumes. Survives restart. */
  readonly pause: (until: number | null) => void
  /** Ends a pause, a rest, a fault, and takes back that Windfall finishes. */
  readonly resume: () => void
  /** The job that runs may end, then Windfall pauses until the owner resumes. Survives restart. */
  readonly finish: () => void
  /** `until` in epoch milliseconds: jobs run although the owner is present, or outside their hours. Survives restart; a pause ends it, and wins. */
  readonly runAnyway: (until: number) => void
  readonly anywayUntil: () => number | null
  /** A job left something behind, so nothing starts until it is gone or the owner says so. Survives restart. */
  readonly alarm: (fault: Fault) => void
  readonly recovered: () => void
  /** A signal may have changed. Cheap, and may be called often. */
  readonly wake: () => void
  readonly run: (signal: AbortSignal) => Promise<void>
}

/** At least this often, whether or not a signal changed: while a job runs, and while none does. */
const PACE_MS = { running: 250, dedicated: 5_000, resting: 15_000 }
/** Signals come in groups, except where nobody sits: there only the machine itself is asked. */
const GATHER_MS = 20
const PAUSE = 'pause'
const POLICY = 'policy'

/** Drives the idle policy at every change and on every wish of the owner, has its commands carried out, and remembers what must not get lost. */
export function createOwnerPolicy(deps: OwnerPolicyDeps): OwnerPolicy {
  const { clock } = deps
  const store = createPolicyStore(deps.settings)
  const woken = createLatch()
  // What it looks at is not there yet when it is made.
  let current: PolicyDecision | null = null
  let shown = ''
  const step = (memory: PolicyMemory, signals: Signals, request?: PolicyRequest): PolicyDecision =>
    decide(memory, { now: clock.now(), mono: clock.monotonic(), signals, config: deps.config(), job: deps.job(), ...(request ? { request } : {}) })
  const decision = (): PolicyDecision => current ?? advance()
  const advance = (request?: PolicyRequest): PolicyDecision => {
    const signals = deps.readSignals()
    const next = step(current?.state ?? store.read(clock.now()), signals, request)
    current = next
    store.write(next.state)
    if (next.yielded) deps.yielded(next.yielded)
    for (const command of next.commands) deps.act(command)
    deps.decided(signals)
    const now = textOf(next)
    if (now !== shown) deps.changed()
    shown = now
    return next
  }
  const ask = (request: PolicyRequest): void => void advance(request)
  return {
    decision,
    reasons: () => decision().reasons,
    reasonsNow: () => advance().reasons,
    pausedUntil: () => decision().state.pause?.until ?? null,
    pause: (until) => ask({ ask: 'pause', until: until === null ? null : epochMs(until) }),
    resume: () => ask({ ask: 'resume' }),
    finish: () => ask({ ask: 'finish' }),
    runAnyway: (until) => ask({ ask: 'anyway', until: epochMs(until) }),
    anywayUntil: () => decision().state.anyway?.until ?? null,
    alarm: (fault) => ask({ ask: 'alarm', fault }),
    recovered: () => ask({ ask: 'recovered' }),
    wake: woken.raise,
    async run(signal) {
      while (!signal.aborted) {
        const ms = paceOf(advance(), clock, deps.config())
        const isWoken = await raisedWithin(woken, { ms, clock }, signal)
        if (isWoken && !deps.config().dedicated) await clock.sleep(GATHER_MS, signal)
      }
    },
  }
}

/** What a window shows of a decision. */
const textOf = ({ state, reasons }: PolicyDecision): string =>
  JSON.stringify([state.phase, reasons.map(({ code, message }) => [code, message]), state.pause, state.finishing, state.anyway])

/** Until something is known to change by itself, or the next look. */
function paceOf({ state, reasons }: PolicyDecision, clock: Clock, { dedicated }: PolicyConfig): number {
  if (state.phase === 'yielding') return PACE_MS.running
  if (state.phase === 'running') return dedicated ? untilMultiple(clock, PACE_MS.dedicated) : PACE_MS.running
  const ends = [...reasons.flatMap(({ until }) => (until === null ? [] : [Date.parse(until)])), ...(state.anyway ? [state.anyway.until] : [])]
    .map((at) => at - clock.now())
    .filter((ms) => ms > 0)
  return Math.min(untilMultiple(clock, PACE_MS.resting), ...ends)
}

function createPolicyStore(settings: SettingsStore) {
  const written = new Map<string, string>()
  const write = (key: string, value: unknown): void => {
    const text = JSON.stringify(value)
    if (written.get(key) === text) return
    settings.set(key, value)
    written.set(key, text)
  }
  return {
    read(now: PolicyInput['now']): PolicyMemory {
      const [pause, policy] = [settings.get(PAUSE, z.unknown()), settings.get(POLICY, z.unknown())]
      return restorePolicy({ pause, policy }, now)
    },
    /** The pause first: an end in between leaves the machine paused rather than working. */
    write(memory: PolicyMemory): void {
      write(PAUSE, memory.pause)
      write(POLICY, storedPolicy(memory))
    },
  }
}

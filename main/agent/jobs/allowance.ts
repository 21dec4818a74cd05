import { aborted } from '../../kernel/lifecycle.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { RunningJob } from './runtime.ts'

/** A time limit that stands still while its job does. */
export interface Allowance {
  /** `true` once the time is used up, `false` as soon as `signal` aborts. */
  readonly used: (signal: AbortSignal) => Promise<boolean>
  readonly halt: () => void
  readonly resume: () => void
  readonly isHalted: () => boolean
}

/** Grants `ms` of running time. */
export function createAllowance(clock: Clock, ms: number): Allowance {
  let left = ms
  let isHalted = false
  let turned = new AbortController()
  const turn = (to: boolean) => {
    if (isHalted === to) return
    isHalted = to
    const before = turned
    turned = new AbortController()
    before.abort()
  }
  return {
    async used(signal) {
      while (!signal.aborted) {
        const either = AbortSignal.any([signal, turned.signal])
        const began = clock.monotonic()
        if (isHalted) await aborted(either)
        else if (await clock.sleep(left, either)) return true
        else left -= clock.monotonic() - began
      }
      return false
    },
    halt: () => turn(true),
    resume: () => turn(false),
    isHalted: () => isHalted,
  }
}

/** The calls by which a sandbox holds a job up; each rejects where it cannot be done. */
export interface Sandbox {
  readonly freeze: () => Promise<void>
  readonly thaw: () => Promise<void>
  /** Missing where there is no quota of processor time. */
  readonly throttle?: (share: number) => Promise<void>
}

/**
 * A job that can be frozen together with its time limit, by calls that reject where it cannot be done. The limit protects owner and
 * requester from a job that never ends; a rest that the owner's ceiling asks for is neither's fault, so it does not use the limit up.
 */
export function freezable(sandbox: Sandbox, allowance: Allowance): RunningJob {
  const { throttle } = sandbox
  return {
    freeze: () => succeeds(sandbox.freeze, allowance.halt),
    thaw: () => succeeds(sandbox.thaw, allowance.resume),
    throttle: async (share) => throttle !== undefined && (await succeeds(() => throttle(share))),
  }
}

async function succeeds(turn: () => Promise<void>, after?: () => void): Promise<boolean> {
  try {
    await turn()
    after?.()
    return true
  } catch {
    // The caller hands the job back, and its message says why.
    return false
  }
}

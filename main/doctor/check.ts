import { messageOf } from '../../shared/errors.ts'
import type { Facts } from './facts.ts'
import type { Place } from './place.ts'

type Verdict = 'ok' | 'warn' | 'fail' | 'skipped'

/** What one look at the machine brought to light. */
export interface Finding {
  readonly verdict: Verdict
  /** What was seen. */
  readonly evidence: string
  /** What to do about it; `null` where nothing is needed. */
  readonly fix: string | null
}

/** A finding with the stable code of the check that made it. */
export interface CheckResult extends Finding {
  readonly code: string
}

export interface Examined extends Place {
  /** What several checks need to know, found out once. */
  readonly facts: Facts
}

/** What a group of checks found. */
export interface GroupResult {
  readonly title: string
  readonly results: readonly CheckResult[]
}

/** One thing to look at. It may find several, such as one per device. */
export interface Check {
  readonly code: string
  /** 20 s unless said otherwise; never over 50 s, so that all of them together end within a minute. */
  readonly limitMs?: number
  readonly look: (machine: Examined, signal: AbortSignal) => Promise<readonly (Finding & { readonly code?: string })[]>
}

/** Checks that a reader wants to see together. */
export interface CheckGroup {
  readonly title: string
  readonly checks: readonly Check[]
}

/** A check that always finds exactly one thing. */
export const single = (code: string, look: (machine: Examined, signal: AbortSignal) => Promise<Finding> | Finding): Check => ({
  code,
  look: async (machine, signal) => [await look(machine, signal)],
})

export const ok = (evidence: string): Finding => ({ verdict: 'ok', evidence, fix: null })
/** Worth knowing; Windfall works without it. */
export const warn = (evidence: string, fix: string): Finding => ({ verdict: 'warn', evidence, fix })
export const fail = (evidence: string, fix: string): Finding => ({ verdict: 'fail', evidence, fix })
/** Could not be looked at, or does not apply here. */
export const skipped = (evidence: string): Finding => ({ verdict: 'skipped', evidence, fix: null })

const LIMIT_MS = 20_000

/** Runs every check at once, each with a time limit. A check that breaks or hangs is a finding, not a crash. `done` hears of each as it ends. */
export async function examine(
  checks: readonly Check[],
  machine: Examined,
  { signal, done }: { readonly signal: AbortSignal; readonly done?: (code: string) => void },
): Promise<CheckResult[]> {
  const results = await Promise.all(
    checks.map(async (check) => {
      const findings = await lookOnce(check, machine, signal)
      done?.(check.code)
      return findings.map(({ verdict, evidence, fix, code }) => ({ code: code ?? check.code, verdict, evidence, fix }))
    }),
  )
  return results.flat()
}

type Findings = readonly (Finding & { readonly code?: string })[]

async function lookOnce({ look, limitMs = LIMIT_MS }: Check, machine: Examined, signal: AbortSignal): Promise<Findings> {
  const limit = new AbortController()
  const stop = AbortSignal.any([signal, limit.signal])
  const late = machine.clock
    .sleep(limitMs, stop)
    .then((passed) => [
      passed ? fail(`no answer within ${limitMs / 1_000} s`, 'Run windfall doctor again; if it stays, please report it.') : skipped('was interrupted'),
    ])
  try {
    return await Promise.race([look(machine, stop), late])
  } catch (error) {
    return [fail(messageOf(error), 'Please report this, with the output of windfall doctor --json.')]
  } finally {
    limit.abort()
  }
}

import { type Decision, follows, isIntact } from './chain.ts'

/** What can be said of a log, or a part of one, without anybody else. */
export interface LogCheck {
  readonly decisions: number
  /** Sequence numbers; `null` of an empty one. */
  readonly first: number | null
  readonly last: number | null
  /** Of the last one: who knows it, knows the whole log before it. */
  readonly lastHash: string | null
  /** How often decisions are left out between two that are there: what those were cannot be judged. */
  readonly gaps: number
  /** The first that is not what was hashed, or does not follow on the one before it; what comes after was not looked at. */
  readonly brokenAt: number | null
}

const EMPTY: LogCheck = { decisions: 0, first: null, last: null, lastHash: null, gaps: 0, brokenAt: null }

function add(check: LogCheck, before: Decision | null, decision: Decision): LogCheck {
  const { seq, hash } = decision
  const isGap = seq > (before?.seq ?? 0) + 1
  if (!isIntact(decision) || !(isGap || follows(decision, before))) return { ...check, brokenAt: seq }
  const gaps = check.gaps + (isGap && before !== null ? 1 : 0)
  return { decisions: check.decisions + 1, first: check.first ?? seq, last: seq, lastHash: hash, gaps, brokenAt: null }
}

/** Checks each record against its hash, and each that has its neighbour against that. Stops at the first that does not fit. */
export async function checkLog(log: AsyncIterable<Decision>): Promise<LogCheck> {
  let check = EMPTY
  let before: Decision | null = null
  for await (const decision of log) {
    check = add(check, before, decision)
    if (check.brokenAt !== null) return check
    before = decision
  }
  return check
}

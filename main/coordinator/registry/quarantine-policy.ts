import type { Policy } from '../../../shared/contract/decision.ts'
import type { NodeFault } from '../../../shared/contract/node-fault.ts'
import type { NodeState } from '../../../shared/contract/node.ts'
import type { Standing } from './standing.ts'

/** Another one with every change to what it answers to anything: see the test beside this file. */
const VERSION = '1'

const HOUR_MS = 3_600_000
/** The first quarantine lasts for so long, and each one after it twice as long as the one before. */
const FIRST_MS = 24 * HOUR_MS
const LONGEST_MS = 30 * 24 * HOUR_MS
/** So often a fault is forgiven, counting older ones less. Chance alone forges no samples. */
const FORGIVEN: Readonly<Record<NodeFault, number>> = {
  'forged-samples': 0,
  'wrong-result': 1.5,
  'refused-proof': 5,
  unanswered: 5,
  failed: Infinity,
  silent: Infinity,
}
const FORGIVEN_IN_ROW = 6
/** A node that was let back has used up its chances. */
const FORGIVEN_ON_PROBATION = 1

/** Runs that a node on probation has to prove before it is like any other. */
export const CLEAN_RUNS = 3

const WORDS: Readonly<Record<NodeFault, string>> = {
  'forged-samples': 'the samples behind one of its proofs are not those of the proof',
  'wrong-result': 'results of jobs that another machine did right were wrong',
  'refused-proof': 'too many of its energy proofs were refused',
  unanswered: 'it did not answer for too many of its energy proofs',
  failed: 'jobs failed that another machine did',
  silent: 'it went silent with jobs that another machine did',
}

export interface Found {
  readonly now: number
  readonly state: Extract<NodeState, 'active' | 'probation'>
  readonly fault: NodeFault
  /** With the fault. */
  readonly standing: Pick<Standing, 'faults' | 'inRow' | 'quarantines'>
}

export interface Sentence {
  readonly action: 'quarantine' | 'go-on'
  readonly reason: string
  /** When it is let back on probation, epoch milliseconds. */
  readonly until: number | null
}

function reasonFor({ state, fault, standing: { faults, inRow } }: Found): string | null {
  if ((faults[fault] ?? 0) > FORGIVEN[fault]) return WORDS[fault]
  if (inRow > (state === 'probation' ? FORGIVEN_ON_PROBATION : FORGIVEN_IN_ROW)) return `${inRow} times in a row ${WORDS[fault]}`
  return null
}

/** Whether a node that was found at fault goes on, or is given nothing for a while. */
export const quarantinePolicy: Policy<{ readonly found: Found }, Sentence> = {
  name: 'quarantine',
  version: VERSION,
  decide({ found }) {
    const reason = reasonFor(found)
    const ms = Math.min(FIRST_MS * 2 ** found.standing.quarantines, LONGEST_MS)
    const outcome: Sentence =
      reason === null
        ? { action: 'go-on', reason: `${found.fault} is forgiven this time`, until: null }
        : { action: 'quarantine', reason, until: found.now + ms }
    const alternatives = (['quarantine', 'go-on'] as const).map((option) => ({ option, score: null, chosen: option === outcome.action }))
    return { outcome, alternatives }
  },
}

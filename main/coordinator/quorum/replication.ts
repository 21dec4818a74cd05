import type { Alternative, Policy } from '../../../shared/contract/decision.ts'

/** Another one with every change to what it answers to anything: see the test beside this file. */
const VERSION = '1'

/** After so many results in a row that others confirmed, a node is trusted: mostly. */
export const TRUSTED_AFTER = 10

/** A result that has been proven, and what is known about who brought it. */
export interface ProvenResult {
  /** How many results of this node others confirmed in a row, of this requester's jobs with this image; a wrong one sets it to 0. */
  readonly consecutiveValid: number
  /** How much less the node is believed for what was unlikely about its proofs lately, from 0 up to 1; left out where nothing was. */
  readonly doubt?: number
  /** Of what BOINC's rule would repeat, this share is: 1 all of it, 0 nothing. */
  readonly rate: number
  /** What chance said, before anything was decided: in [0, 1). */
  readonly draw: number
  /** Machines of other owners that are there and could do the job. */
  readonly otherNodes: number
  /** Whether it could be done once more before its deadline. */
  readonly hasTime: boolean
  /** Whether the platform has the money that once more may cost, and this requester's jobs have brought enough for it. */
  readonly isPaidFor: boolean
}

type ReplicationReason = 'newcomer' | 'drawn' | 'unlikely' | 'trusted' | 'off' | 'no-other-owner' | 'no-time' | 'no-funds'

export interface Replication {
  /** Whether another owner's node is asked for the same result. */
  readonly again: boolean
  readonly because: ReplicationReason
}

/**
 * How likely a result is repeated, by BOINC's adaptive replication: always, until {@link TRUSTED_AFTER} in a row were confirmed, and from then on once
 * in as many as were. In [0, 1]. Source: BOINC wiki, AdaptiveReplication.
 */
const repeatChance = (consecutiveValid: number): number => (consecutiveValid < TRUSTED_AFTER ? 1 : 1 / consecutiveValid)

/** Trust is no larger than what its proofs leave of it. */
const chanceOf = ({ rate, consecutiveValid, doubt = 0 }: ProvenResult): number => rate * Math.max(repeatChance(consecutiveValid), doubt)

function wantedBecause({ rate, consecutiveValid, draw }: ProvenResult): ReplicationReason {
  if (consecutiveValid < TRUSTED_AFTER) return 'newcomer'
  return draw < rate * repeatChance(consecutiveValid) ? 'drawn' : 'unlikely'
}

/** What stands in the way, whatever chance says; the first of these is named. */
function obstacle({ rate, otherNodes, hasTime, isPaidFor }: ProvenResult): ReplicationReason | null {
  if (rate === 0) return 'off'
  if (otherNodes === 0) return 'no-other-owner'
  if (!hasTime) return 'no-time'
  return isPaidFor ? null : 'no-funds'
}

/** What becomes of one result. Pure. */
export function replicate(result: ProvenResult): Replication {
  const isWanted = result.draw < chanceOf(result)
  if (!isWanted) return { again: false, because: result.rate === 0 ? 'off' : 'trusted' }
  const because = obstacle(result)
  return because ? { again: false, because } : { again: true, because: wantedBecause(result) }
}

/** How many a node has had confirmed in a row after one more was compared. What nobody repeated counts for nothing, and against nothing. */
export const consecutiveAfter = (consecutiveValid: number, isRight: boolean): number => (isRight ? consecutiveValid + 1 : 0)

/** The same as a rule whose choices are recorded and can be made again. */
export const replicationPolicy: Policy<{ readonly result: ProvenResult }, Replication> = {
  name: 'replication',
  version: VERSION,
  decide({ result }) {
    const outcome = replicate(result)
    const score = chanceOf(result)
    const alternatives: readonly Alternative[] = [
      { option: 'repeat', score, chosen: outcome.again },
      { option: 'believe', score: 1 - score, chosen: !outcome.again },
    ]
    return { outcome, alternatives }
  },
}

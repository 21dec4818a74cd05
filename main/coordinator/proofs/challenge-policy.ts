import type { Policy } from '../../../shared/contract/decision.ts'
import { spotCheckAt } from './challenge-machine.ts'

/** Another one with every change to what it answers to anything: see the test beside this file. */
const VERSION = '1'

/** Of proofs about which something is unlikely, this share is checked beside those that chance chooses anyway. */
const UNLIKELY_RATE = 0.5

interface Draw {
  /** When the proof was accepted, epoch milliseconds. */
  readonly acceptedAt: number
  readonly rate: number
  /** What chance said, before anything was decided; each in [0, 1). */
  readonly draws: readonly [number, number]
  /** Something about the proof is unlikely; left out where nothing is. */
  readonly isUnlikely?: true
}

interface SpotCheck {
  /** Epoch milliseconds; `null`: never. */
  readonly at: number | null
}

/** Whether and when a proof's samples are asked for unasked. Nobody but the operator may know before it begins. */
export const spotCheckPolicy: Policy<{ readonly draw: Draw }, SpotCheck> = {
  name: 'spot-check',
  version: VERSION,
  decide({ draw: { acceptedAt, rate, draws, isUnlikely } }) {
    const rest = [...draws]
    const at = spotCheckAt(acceptedAt, isUnlikely ? 1 - (1 - rate) * (1 - UNLIKELY_RATE) : rate, () => rest.shift() ?? 1)
    const alternatives = [
      { option: 'check', score: null, chosen: at !== null },
      { option: 'do not', score: null, chosen: at === null },
    ]
    return { outcome: { at }, alternatives }
  },
}

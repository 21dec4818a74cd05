import type { Envelope } from '../../../shared/contract/wire.ts'
import { payloadOf } from '../../../shared/domain/dsse.ts'
import type { EnergyProof } from '../../../shared/domain/energy-proof.ts'
import { notSound } from './finding.ts'

/** Numbers in a row, first and last. */
export type Run = readonly [number, number]
/** Of each node, which proofs of its chain are in receipts: few runs, however long the chains. */
export type SeenProofs = Map<string, Run[]>

/** Adds a number to runs that are in order and do not touch; `null` if it was there already. */
export function withNumber(runs: readonly Run[], number: number): Run[] | null {
  if (runs.some(([first, last]) => number >= first && number <= last)) return null
  const before = runs.find(([, last]) => last === number - 1)
  const after = runs.find(([first]) => first === number + 1)
  const others = runs.filter((run) => run !== before && run !== after)
  const joined: Run = [before?.[0] ?? number, after?.[1] ?? number]
  return [...others, joined].toSorted(([a], [b]) => a - b)
}

/** Takes proofs, whose signatures were checked, as used by a receipt. Energy that two receipts claim ends the audit. */
export function claimProofs(seen: SeenProofs, proofs: readonly Envelope[], leafIndex: number): void {
  for (const envelope of proofs) {
    const { nodeId, seq } = payloadOf(envelope) as EnergyProof
    const runs = withNumber(seen.get(nodeId) ?? [], seq)
    if (!runs)
      notSound('proof', `The receipt at leaf ${leafIndex} rests on energy proof ${seq} of node ${nodeId}, which another receipt claims, too.`, leafIndex)
    seen.set(nodeId, runs)
  }
}

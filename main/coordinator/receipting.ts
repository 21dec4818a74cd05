import type { Signal } from '../../shared/contract/wire.ts'
import type { IntensityAt } from '../../shared/domain/build-receipt.ts'
import { intensityOver } from '../../shared/domain/signal.ts'
import { WindfallError } from '../../shared/errors.ts'
import { fromIso, toIso } from '../../shared/units.ts'
import type { GridOracle } from './grid/oracle.ts'
import type { ProofDeps, ReceiptOrder } from './proofs/ports.ts'
import type { ReceiptIssuer } from './receipts/issue.ts'

/** A signal as a receipt reads it. Throws `grid.unavailable` for a stretch it does not know: a receipt never guesses. */
const intensityAt =
  (signal: Signal): IntensityAt =>
  (from, to) => {
    const found = intensityOver(signal, from, to)
    if (!found)
      throw new WindfallError(
        'grid.unavailable',
        `There is no grid intensity for ${signal.zone} from ${toIso(from)} to ${toIso(to)}. The receipt waits until there is.`,
      )
    return found
  }

/** What the grid was like while energy was metered, and in as much time from the moment of submission on. */
async function actuals(oracle: GridOracle, { proof, attempt }: ReceiptOrder, signal: AbortSignal): Promise<{ ran: Signal; atOnce: Signal }> {
  const { plan, submittedAt } = attempt
  const [from, to] = [fromIso(proof.intervals[0]?.from ?? proof.startedAt), fromIso(proof.intervals.at(-1)?.to ?? proof.endedAt)]
  return {
    ran: await oracle.actuals(plan.zone, from, to, signal),
    atOnce: await oracle.actuals(plan.zone, submittedAt, submittedAt + to - from, signal),
  }
}

/** Looks up the grid first, which may be slow, and returns what writes the receipt inside a transaction. */
export function createReceipting(issuer: ReceiptIssuer, oracle: GridOracle, signal: AbortSignal): ProofDeps['prepareReceipt'] {
  return async (order) => {
    const { ran, atOnce } = await actuals(oracle, order, signal)
    const { attempt, proof, envelope, bodySha256, node } = order
    const { zone } = attempt.plan
    return (tx) =>
      issuer.issue(tx, {
        job: { jobId: attempt.jobId, submittedAt: toIso(attempt.submittedAt), modelId: attempt.spec.modelId, zone },
        image: attempt.spec.runtime.image,
        outputSha256: proof.outputSha256,
        proofs: [{ proof, envelope, bodySha256 }],
        nodeKeys: node.history.keys.map(({ publicJwk }) => publicJwk),
        rotations: node.rotations.map((rotation) => rotation.envelope),
        intensityAt: intensityAt(ran),
        baseline: { zone, intensityAt: intensityAt(atOnce) },
      })
  }
}

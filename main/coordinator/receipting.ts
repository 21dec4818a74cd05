import type { Signal } from '../../shared/contract/wire.ts'
import type { IntensityAt } from '../../shared/domain/build-receipt.ts'
import { intensityOver } from '../../shared/domain/signal.ts'
import { gbRegionId, zoneNames } from '../../shared/domain/zones.ts'
import { WindfallError } from '../../shared/errors.ts'
import { fromIso, toIso } from '../../shared/units.ts'
import type { Clock } from '../kernel/clock.ts'
import type { GridOracle } from './grid/oracle.ts'
import type { ProofDeps, ReceiptOrder } from './proofs/ports.ts'
import type { ReceiptIssuer } from './receipts/issue.ts'

const unknown = (zone: string, from: number, to: number): WindfallError =>
  new WindfallError('grid.unavailable', `There is no grid intensity for ${zone} from ${toIso(from)} to ${toIso(to)}. The receipt waits until there is.`)

/** A signal as a receipt reads it. Throws `grid.unavailable` for a stretch it does not know: a receipt never guesses. */
const intensityAt =
  (signal: Signal): IntensityAt =>
  (from, to) => {
    const found = intensityOver(signal, from, to)
    if (!found) throw unknown(signal.zone, from, to)
    return found
  }

/** A receipt waits this long for what was measured where the work was done; then what is known of the country counts, and is named. */
export const RECEIPT_WAIT_MS = 86_400_000

export interface ReceiptingDeps {
  readonly issuer: ReceiptIssuer
  readonly oracle: Pick<GridOracle, 'actuals'>
  readonly clock: Pick<Clock, 'now'>
  readonly shutdown: AbortSignal
}

/** A zone for which there is always something, measured or modelled, and in which this one lies. */
const widerZone = (zone: string): string | null => (gbRegionId(zone) === null ? null : 'GB')

interface Stretch {
  readonly zone: string
  readonly from: number
  readonly to: number
  /** When the work ended, epoch milliseconds. */
  readonly endedAt: number
}

async function intensities({ oracle, clock, shutdown }: ReceiptingDeps, { zone, from, to, endedAt }: Stretch): Promise<Signal> {
  try {
    const signal = await oracle.actuals(zone, from, to, shutdown)
    if (intensityOver(signal, from, to)) return signal
    throw unknown(zone, from, to)
  } catch (error) {
    const wider = widerZone(zone)
    const mayWait = clock.now() - endedAt < RECEIPT_WAIT_MS
    if (!(error instanceof WindfallError) || error.code !== 'grid.unavailable' || mayWait || wider === null) throw error
    const signal = await oracle.actuals(wider, from, to, shutdown)
    if (!intensityOver(signal, from, to)) throw unknown(wider, from, to)
    return { ...signal, source: `${signal.source}, for ${zoneNames.get(wider)}`.slice(0, 120), estimated: true }
  }
}

/** What the grid was like while energy was metered, and in as much time from the moment of submission on. */
async function actuals(deps: ReceiptingDeps, { proof, attempt }: ReceiptOrder): Promise<{ ran: Signal; atOnce: Signal }> {
  const { plan, submittedAt } = attempt
  const [from, to] = [fromIso(proof.intervals[0]?.from ?? proof.startedAt), fromIso(proof.intervals.at(-1)?.to ?? proof.endedAt)]
  const work = { zone: plan.zone, endedAt: fromIso(proof.endedAt) }
  return {
    ran: await intensities(deps, { ...work, from, to }),
    atOnce: await intensities(deps, { ...work, from: submittedAt, to: submittedAt + to - from }),
  }
}

/** Looks up the grid first, which may be slow, and returns what writes the receipt inside a transaction. Error: `grid.unavailable` while it waits. */
export function createReceipting(deps: ReceiptingDeps): ProofDeps['prepareReceipt'] {
  const { issuer } = deps
  return async (order) => {
    const { ran, atOnce } = await actuals(deps, order)
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

import type { Signal } from '../../shared/contract/wire.ts'
import { durationOf, type IntensityAt } from '../../shared/domain/build-receipt.ts'
import { intensityOver } from '../../shared/domain/signal.ts'
import { gbRegionId, zoneNames } from '../../shared/domain/zones.ts'
import { WindfallError } from '../../shared/errors.ts'
import { fromIso, toIso } from '../../shared/units.ts'
import type { Clock } from '../kernel/clock.ts'
import type { GridOracle } from './grid/oracle.ts'
import type { Tx } from './persistence/database.ts'
import type { ProofDeps, ProvingNode, RunToReceipt } from './proofs/ports.ts'
import type { IssueInput, Issued, ReceiptIssuer } from './receipts/issue.ts'

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
  /** Books the credits of receipts, in the transaction that issues them. */
  readonly credit: (tx: Tx, issued: readonly Issued[]) => Promise<void>
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

interface Known {
  readonly from: number
  readonly to: number
  readonly at: IntensityAt
}

/** What the grid was like while each run was metered, and in as much time from the moment of submission on, after the runs before it. */
async function actuals(deps: ReceiptingDeps, submittedAt: number, { runs, zone }: Part): Promise<{ readonly ran: Known[]; readonly atOnce: Known[] }> {
  const [ran, atOnce]: [Known[], Known[]] = [[], []]
  const known = async (stretch: Stretch): Promise<Known> => ({ ...stretch, at: intensityAt(await intensities(deps, stretch)) })
  for (const { proof, beforeMs, ...run } of runs) {
    const [from, to] = [fromIso(proof.intervals[0]?.from ?? proof.startedAt), fromIso(proof.intervals.at(-1)?.to ?? proof.endedAt)]
    const endedAt = fromIso(proof.endedAt)
    ran.push(await known({ zone: run.zone, from, to, endedAt }))
    const begins = submittedAt + beforeMs
    atOnce.push(await known({ zone, from: begins, to: begins + durationOf(proof.intervals), endedAt }))
  }
  return { ran, atOnce }
}

interface Part {
  readonly runs: readonly RunToReceipt[]
  /** Where the node is. */
  readonly zone: string
}

/** Runs of one job follow each other, so every stretch of time belongs to one of them. */
const within =
  (all: readonly Known[], zone: string): IntensityAt =>
  (from, to) => {
    const known = all.find((one) => from >= one.from && to <= one.to)
    if (!known) throw unknown(zone, from, to)
    return known.at(from, to)
  }

/** The node's keys up to the one that signed the last of its runs, and what leads there: it may have replaced that one since. */
function keysUntil({ history, rotations }: ProvingNode, last: RunToReceipt | undefined) {
  const index = history.keys.findIndex(({ keyId }) => keyId === last?.envelope.signatures[0]?.keyid)
  const keys = index < 0 ? history.keys : history.keys.slice(0, index + 1)
  return { nodeKeys: keys.map(({ publicJwk }) => publicJwk), rotations: rotations.slice(0, keys.length - 1).map(({ envelope }) => envelope) }
}

/** Looks up the grid first, which may be slow, and returns what writes the receipts inside a transaction. Error: `grid.unavailable` while they wait. */
export function createReceipting(deps: ReceiptingDeps): ProofDeps['prepareReceipts'] {
  return async ({ job, parts }) => {
    const orders: IssueInput[] = []
    for (const { node, runs } of parts) {
      const last = runs.at(-1)
      const zone = last?.zone ?? ''
      const { ran, atOnce } = await actuals(deps, job.submittedAt, { runs, zone })
      orders.push({
        job: { jobId: job.jobId, submittedAt: toIso(job.submittedAt), modelId: job.spec.modelId, zone },
        image: job.spec.runtime.image,
        outputSha256: last?.proof.outputSha256 ?? '',
        proofs: runs,
        ...keysUntil(node, last),
        intensityAt: within(ran, zone),
        baseline: { zone, intensityAt: within(atOnce, zone) },
      })
    }
    return async (tx) => {
      const issued = await deps.issuer.issue(tx, orders)
      await deps.credit(tx, issued)
      return issued
    }
  }
}

import type { EarningSum } from '../../../shared/contract/money.ts'
import type { JobSpec } from '../../../shared/contract/job.ts'
import type { ReceiptBundle } from '../../../shared/domain/carbon-receipt.ts'
import { payloadOf } from '../../../shared/domain/dsse.ts'
import { EnergyProof } from '../../../shared/domain/energy-proof.ts'
import { pricesOf, splitPrice } from '../../../shared/domain/pay.ts'
import { fromIso, microUsd } from '../../../shared/units.ts'

interface SumInput {
  /** What the coordinator booked. */
  readonly booked: bigint
  readonly price: JobSpec['price'] | null
  readonly bundle: ReceiptBundle | null
}

/** Runs as their signed proofs tell them; what is paid for is never more than the time between start and end. */
function runsOf(bundle: ReceiptBundle): EarningSum['runs'] {
  return bundle.proofs.flatMap((envelope) => {
    const proof = EnergyProof.safeParse(payloadOf(envelope)).data
    if (!proof) return []
    const { proofId, startedAt, endedAt, durationMs } = proof
    return [{ proofId, startedAt, endedAt, paidMs: Math.floor(Math.max(0, Math.min(durationMs, fromIso(endedAt) - fromIso(startedAt)))) }]
  })
}

/** Price × verified work, less the platform's share: what the proofs and the price give, beside what was booked. */
export function sumOf({ booked, price, bundle }: SumInput): Pick<EarningSum, 'price' | 'runs' | 'sum' | 'agrees'> {
  const runs = bundle ? runsOf(bundle) : []
  const agreed = price && { microUsdPerHour: price.microUsdPerHour, maxMicroUsd: price.maxMicroUsd }
  if (!price || runs.length === 0) return { price: agreed, runs, sum: null, agrees: null }
  const total = pricesOf(
    price,
    runs.map(({ paidMs }) => paidMs),
  ).reduce<bigint>((sum, one) => sum + one, 0n)
  const { node, platform } = splitPrice(microUsd(total))
  const sum = { priceMicroUsd: String(total), platformMicroUsd: String(platform), nodeMicroUsd: String(node) }
  return { price: agreed, runs, sum, agrees: node === booked }
}

import type { RunningJob } from '../../shared/contract/agent-job.ts'
import type { AgentStatus } from '../../shared/contract/agent.ts'
import type { Device } from '../../shared/contract/device.ts'
import type { Lease } from '../../shared/contract/job.ts'
import { priceOf, splitPrice } from '../../shared/domain/pay.ts'
import { jobPower, makesRoom } from '../../shared/domain/running-jobs.ts'
import type { Tariff } from '../../shared/domain/tariff.ts'
import { MICRO_USD_PER_USD } from '../../shared/units.ts'

const HOUR_MS = 3_600_000

export interface RateQuery {
  readonly running: readonly RunningJob[]
  readonly leaseOf: (leaseId: string) => Lease | null
  readonly devices: readonly Device[]
  readonly tariff: Tariff | null
  /** Of electricity, hundredths of the tariff's currency per kWh; `null` if it is not known. */
  readonly minorPerKWh: number | null
  /** Epoch milliseconds. */
  readonly now: number
}

/**
 * What the jobs that work at this moment would bring in the next hour, and what their devices would cost at the watts they draw now, or are
 * expected to where they do not tell. `null` without such a job; one that makes room for its owner brings nothing.
 */
export function presentRate({ running, leaseOf, devices, tariff, minorPerKWh, now }: RateQuery): AgentStatus['rate'] {
  const atWork = running.flatMap((job) => {
    const lease = job.state === 'running' && !makesRoom(job) ? leaseOf(job.leaseId) : null
    return lease === null ? [] : [{ job, lease }]
  })
  if (atWork.length === 0) return null
  const pay = atWork.reduce((sum, { job, lease }) => sum + nextHour(lease, job.startedAt === null ? 0 : Math.max(0, now - Date.parse(job.startedAt))), 0n)
  const watts = atWork.reduce((sum, { job, lease }) => sum + (jobPower(job, devices)?.watts ?? lease.spec.expected.watts), 0)
  const usdPerUnit = tariff?.currency === 'USD' ? 1 : (tariff?.usdPerUnit ?? null)
  const cost = minorPerKWh === null || usdPerUnit === null ? null : (watts / 1_000) * (minorPerKWh / 100) * usdPerUnit * Number(MICRO_USD_PER_USD)
  return { payMicroUsd: String(pay), costMicroUsd: cost === null ? null : String(Math.round(cost)) }
}

/** The node's share of an hour more of a job that has run for so long: nothing once it has cost all that it may. */
const nextHour = ({ spec: { price } }: Lease, ranMs: number): bigint =>
  splitPrice(priceOf(price, ranMs + HOUR_MS)).node - splitPrice(priceOf(price, ranMs)).node

/** What booked transactions and receipts come to, by whatever they are grouped by. Pure. */
import type { ProfitGroup, ProfitSum } from '../../../shared/contract/profitability.ts'

/** One movement of money; `amount` is of the asset's smallest unit. */
interface Moved {
  readonly from: string
  readonly to: string
  readonly asset: string
  readonly amount: bigint
}

export interface BookedMoves {
  readonly id: string
  readonly kind: string
  /** Epoch milliseconds. */
  readonly at: number
  readonly moves: readonly Moved[]
}

export interface JobReceipt {
  readonly energyWh: number
  readonly emissionsG: number
  /** Something metered it. */
  readonly isMeasured: boolean
}

/** What is known of the job that a transaction is about. */
export interface JobFacts {
  readonly jobId: string
  readonly kind: string
  readonly requesterId: string
  /** Where it ended, and what it ran; `null` without a receipt. */
  readonly zone: string | null
  readonly model: string | null
  /** It was made to check the work of nodes, with the platform’s own money. */
  readonly isCheck: boolean
  readonly receipts: readonly JobReceipt[]
}

export interface Running {
  jobs: number
  revenue: bigint
  nodeShare: bigint
  margin: bigint
  verification: bigint
  networkFee: bigint
  receipts: number
  energyWh: number
  measuredWh: number
  emissionsG: number
}

export const nothing = (): Running => ({
  jobs: 0,
  revenue: 0n,
  nodeShare: 0n,
  margin: 0n,
  verification: 0n,
  networkFee: 0n,
  receipts: 0,
  energyWh: 0,
  measuredWh: 0,
  emissionsG: 0,
})

const REVENUE = 'platform:revenue'
const FEES = 'platform:chain-fees'

/** Kinds of transactions that are about one job, whose id is named after the colon. */
const OF_A_JOB: ReadonlySet<string> = new Set(['close', 'dispute', 'dispute-decided'])
/** The job that a transaction is about; `null` for one that is about none. */
export const jobOf = ({ id, kind }: Pick<BookedMoves, 'id' | 'kind'>): string | null => (OF_A_JOB.has(kind) ? id.slice(kind.length + 1) : null)

const isNodes = (account: string): boolean => /^node:.*:confirmed$/.test(account)
const isRepeated = (account: string): boolean => account.startsWith('job:') && account.endsWith(':repeating')

/** What changed in one account. */
const changeOf = (moves: readonly Moved[], account: string, asset: string): bigint =>
  moves.reduce((sum, one) => (one.asset === asset ? sum + (one.to === account ? one.amount : 0n) - (one.from === account ? one.amount : 0n) : sum), 0n)

const total = (moves: readonly Moved[], isMeant: (one: Moved) => boolean): bigint =>
  moves.reduce((sum, one) => (one.asset === 'micro-usd' && isMeant(one) ? sum + one.amount : sum), 0n)

/** What the books of a job say once it is closed: who paid whom. Money of the platform’s own is no revenue. */
function addClosed(sum: Running, moves: readonly Moved[], isCheck: boolean): void {
  const isPay = ({ to }: Moved): boolean => isNodes(to) || to === REVENUE
  const repeated = total(moves, (one) => isPay(one) && isRepeated(one.from))
  const paid = total(moves, (one) => isPay(one) && !isRepeated(one.from))
  sum.jobs += 1
  sum.verification += repeated + (isCheck ? paid : 0n)
  if (isCheck) return
  sum.revenue += paid
  sum.nodeShare += total(moves, (one) => isNodes(one.to) && !isRepeated(one.from))
}

/** What is held, given to a node again, or given back. */
function addDisputed(sum: Running, moves: readonly Moved[]): void {
  sum.nodeShare += total(moves, ({ to }) => isNodes(to)) - total(moves, ({ from }) => isNodes(from))
  sum.revenue -= total(moves, ({ to }) => to.startsWith('requester:'))
}

/** Adds a transaction to a sum that it belongs to. */
export function addBooked(sum: Running, { kind, moves }: BookedMoves, job: Pick<JobFacts, 'isCheck'> | null): void {
  sum.margin += changeOf(moves, REVENUE, 'micro-usd')
  sum.networkFee += changeOf(moves, FEES, 'lamports')
  if (kind === 'close') addClosed(sum, moves, job?.isCheck ?? false)
  if (kind === 'dispute' || kind === 'dispute-decided') addDisputed(sum, moves)
}

export function addReceipts(sum: Running, receipts: readonly JobReceipt[]): void {
  for (const { energyWh, emissionsG, isMeasured } of receipts) {
    sum.receipts += 1
    sum.energyWh += energyWh
    sum.measuredWh += isMeasured ? energyWh : 0
    sum.emissionsG += emissionsG
  }
}

const dayOf = (at: number): string => `${new Date(at).toISOString().slice(0, 10)}T00:00:00.000Z`

/** What a transaction is put down under; `null` for what belongs to none. */
export function keyOf(by: ProfitGroup, { at }: Pick<BookedMoves, 'at'>, job: JobFacts | null): string | null {
  if (by === 'day') return dayOf(at)
  return job && { job: job.jobId, kind: job.kind, requester: job.requesterId, zone: job.zone, model: job.model }[by]
}

const inEur = (microUsd: bigint, rate: bigint): number => Number(microUsd) / Number(rate)

/** A sum as it travels. `rate`: micro-USD for a euro; `null` where nobody has set one. */
export function sumOf(key: string | null, sum: Running, rate: bigint | null): ProfitSum {
  const isPaid = sum.revenue > 0n
  return {
    key,
    jobs: sum.jobs,
    revenueMicroUsd: String(sum.revenue),
    nodeShareMicroUsd: String(sum.nodeShare),
    marginMicroUsd: String(sum.margin),
    verificationMicroUsd: String(sum.verification),
    networkFeeLamports: String(sum.networkFee < 0n ? 0n : sum.networkFee),
    receipts: sum.receipts,
    energyKWh: sum.energyWh / 1_000,
    measuredKWh: sum.measuredWh / 1_000,
    estimatedKWh: Math.max(0, (sum.energyWh - sum.measuredWh) / 1_000),
    emissionsG: sum.emissionsG,
    gPerEur: isPaid && rate !== null ? sum.emissionsG / inEur(sum.revenue, rate) : null,
    marginPerEur: isPaid ? Number(sum.margin) / Number(sum.revenue) : null,
  }
}

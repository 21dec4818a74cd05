/** What jobs brought and cost, in money and in grams, summed over the books and the receipts. */
import { z } from 'zod'
import { call } from './define.ts'
import { http } from './http-binding.ts'
import { DecimalString, IsoTime, UnsignedDecimal } from './wire.ts'

export const ProfitGroup = z.enum(['job', 'kind', 'requester', 'zone', 'day', 'model'])
export type ProfitGroup = z.infer<typeof ProfitGroup>

const amount = z.number().min(0)

export const ProfitSum = z.strictObject({
  /** A job, kind, requester, zone, day (UTC) or model; `null` for what belongs to none, such as money set aside to check work, and for the sum of all. */
  key: z.string().max(128).nullable(),
  /** Jobs whose books were closed in this stretch. */
  jobs: z.number().int().min(0),
  /** What requesters paid for them, what was given back since taken off. */
  revenueMicroUsd: DecimalString,
  /** What of it their nodes got. */
  nodeShareMicroUsd: DecimalString,
  /** What changed in the account `platform:revenue`, everything counted: the fee of jobs less what was put aside for checking work or lost. */
  marginMicroUsd: DecimalString,
  /** What of the platform's money was paid to have work repeated or checked. It was put aside before, so it is not taken off a second time. */
  verificationMicroUsd: DecimalString,
  /** What the cluster took for payouts and anchors that the platform bears: lamports, never converted. Of the days they were on; of no job. */
  networkFeeLamports: UnsignedDecimal,
  receipts: z.number().int().min(0),
  energyKWh: amount,
  /** Of it, what a meter measured, and what was estimated because none did. */
  measuredKWh: amount,
  estimatedKWh: amount,
  emissionsG: amount,
  /** Grams for each euro that requesters paid; `null` where there is no rate or nothing was paid. */
  gPerEur: amount.nullable(),
  /** Of each euro that requesters paid, what the platform kept; `null` where nothing was paid. May be below 0. */
  marginPerEur: z.number().nullable(),
})
export type ProfitSum = z.infer<typeof ProfitSum>

export const Profitability = z.strictObject({
  from: IsoTime.nullable(),
  to: IsoTime.nullable(),
  by: ProfitGroup,
  /** Everything that was asked for, on every page. */
  total: ProfitSum,
  /** In the order of their keys; what belongs to none comes last. */
  items: z.array(ProfitSum),
  next: z.string().nullable(),
  /** What a euro is counted as; `null` where the operator has set no rate, and `rateReason` says what to do. */
  rate: z.strictObject({ microUsdPerEur: UnsignedDecimal, source: z.string().max(120) }).nullable(),
  rateReason: z.string().max(300).nullable(),
  /** How the figures are made, in words to go with them. */
  basis: z.string().max(900),
})
export type Profitability = z.infer<typeof Profitability>

export const profitabilityCalls = {
  getProfitability: call(
    z.strictObject({
      by: ProfitGroup.default('day'),
      /** Closed in the books from then on, and before then. */
      from: IsoTime.optional(),
      to: IsoTime.optional(),
      after: z.string().max(160).nullable().default(null),
      limit: z.coerce.number().int().min(1).max(1_000).default(200),
    }),
    Profitability,
    http(
      'GET',
      '/v1/profitability',
      'ledger.read',
      'Revenue, shares, costs, energy and grams of jobs, summed by job, kind, requester, zone, day or model; only for operators',
    ),
  ),
}

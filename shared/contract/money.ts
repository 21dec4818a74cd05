/** An owner's money on their own machine: what it is at each moment, and the sum behind every amount. */
import { z } from 'zod'
import { Tariff } from '../domain/tariff.ts'
import { DecimalString, Id, IsoTime, PageRequest, UnsignedDecimal } from './wire.ts'

/**
 * Where money stands; every micro-USD is in one of them. `accrued`: work that is priced and still being checked. `confirmed`: its proof is
 * accepted, and it waits for a payout. `paying`: in a payout that is not final. `paid`: final on Solana.
 */
export const MoneyState = z.enum(['accrued', 'confirmed', 'paying', 'paid'])
export type MoneyState = z.infer<typeof MoneyState>

/** What one job brought. Money leaves in the order in which it came, so that one earning may be in two payouts. */
export const Earning = z.strictObject({
  earningId: Id,
  jobId: Id,
  receiptId: Id,
  /** Of the job; `null` if this machine no longer knows it. */
  name: z.string().nullable(),
  microUsd: DecimalString,
  at: IsoTime,
  /** They add up to `microUsd`. */
  parts: z.array(z.strictObject({ state: MoneyState, microUsd: DecimalString, payoutId: Id.nullable() })).min(1),
})
export type Earning = z.infer<typeof Earning>

/** With `payoutId` only what is in that payout. */
export const EarningsRequest = PageRequest.extend({ payoutId: Id.nullable().default(null) })

/** How an earning came to its amount, worked out on this machine from what was signed and agreed. */
export const EarningSum = z.strictObject({
  earning: Earning,
  price: z.strictObject({ microUsdPerHour: UnsignedDecimal, maxMicroUsd: UnsignedDecimal }).nullable(),
  /** Runs of this machine that the receipt is about; `paidMs` is what of each is paid for. */
  runs: z.array(z.strictObject({ proofId: Id, startedAt: IsoTime, endedAt: IsoTime, paidMs: z.number().int().min(0) })),
  /** `null` if the receipt or the price is not on this machine. */
  sum: z.strictObject({ priceMicroUsd: UnsignedDecimal, platformMicroUsd: UnsignedDecimal, nodeMicroUsd: UnsignedDecimal }).nullable(),
  /** Whether the sum is, to the last micro-USD, what the coordinator booked; `null` without a sum. */
  agrees: z.boolean().nullable(),
  electricity: z.strictObject({ joules: z.number().min(0), costMinor: z.number().nullable(), estimated: z.boolean() }).nullable(),
})
export type EarningSum = z.infer<typeof EarningSum>

/** A UTC day. Hundredths of the tariff's currency; `null` where a price or the exchange rate is not known. */
export const MoneyDay = z.strictObject({
  day: z.iso.date(),
  confirmedMicroUsd: DecimalString,
  runs: z.number().int().min(0),
  joules: z.number().min(0),
  costMinor: z.number().nullable(),
  netMinor: z.number().nullable(),
})
export type MoneyDay = z.infer<typeof MoneyDay>

const Range = z.strictObject({ low: z.number(), high: z.number() })
export type Range = z.infer<typeof Range>

/** What is expected of the days ahead, from the owner's own days; in micro-USD, or in hundredths of the tariff's currency. */
const Expected = z.strictObject({
  day: Range,
  week: Range,
  /** What the same rule said of the last seven days, and what they were; `null` while too little was known then. */
  lastWeek: z.strictObject({ low: z.number(), high: z.number(), was: z.number() }).nullable(),
  /** Of so many whole weeks before now the range held in so many. */
  record: z.strictObject({ weeks: z.number().int().min(0), held: z.number().int().min(0) }),
})
export type Expected = z.infer<typeof Expected>

export const MoneyView = z.strictObject({
  totals: z.strictObject({ accrued: DecimalString, confirmed: DecimalString, paying: DecimalString, paid: DecimalString }),
  paidLamports: UnsignedDecimal,
  /** Newest first, today included. */
  days: z.array(MoneyDay).max(31),
  /** Whether any of the energy of these days was estimated. */
  estimated: z.boolean(),
  /** `null`: the owner has not said what electricity costs. */
  tariff: z
    .strictObject({
      tariff: Tariff,
      words: z.string().max(300),
      setBy: z.enum(['window', 'settings']),
      /** What about it is assumed and not known; `null` if nothing is. */
      assumed: z.string().max(300).nullable(),
    })
    .nullable(),
  outlook: z.strictObject({
    /** Whole days that are known, and how many it takes. */
    knownDays: z.number().int().min(0),
    neededDays: z.number().int(),
    fromDays: z.number().int(),
    /** Micro-USD confirmed. */
    gross: Expected.nullable(),
    /** Hundredths of the tariff's currency, after electricity. */
    net: Expected.nullable(),
  }),
})
export type MoneyView = z.infer<typeof MoneyView>

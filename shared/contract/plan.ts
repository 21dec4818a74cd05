/** Where and when a job would run, and why not elsewhere. */
import { z } from 'zod'
import { KeyId, Origin, UnsignedDecimal, Window, Zone } from './wire.ts'

/**
 * Why a node cannot take a job. Counted for every waiting job. `capacity`: it could, but all its time before the deadline is taken by other jobs.
 * `given-back`: it had it and could not begin it, so that it is not asked again for a while. `reputation`: it has not yet shown that it works as well as the job asks.
 * `quota`: it has had as many results today as it may have. `owner`: its owner has a result of it already, and those of others are wanted.
 */
export const Exclusion = z.enum([
  'offline',
  'paused',
  'busy',
  'runtime',
  'gpu',
  'vram',
  'ram',
  'zone',
  'carbon-cap',
  'price',
  'deadline',
  'no-signal',
  'capacity',
  'given-back',
  'reputation',
  'quota',
  'owner',
])
export type Exclusion = z.infer<typeof Exclusion>

const Score = z.strictObject({ total: z.number(), intensity: z.number(), price: z.number(), utilisation: z.number() })

/** Eight of ten times the value lies between the two. */
export const Range = z.strictObject({ low: z.number(), high: z.number() })
export type Range = z.infer<typeof Range>

/** The mean price of electricity while a job runs, and for how much of that time it is published. */
export const ElectricityPrice = z.strictObject({
  minorPerKWh: z.number(),
  currency: z.enum(['GBP', 'EUR', 'USD']),
  market: z.enum(['wholesale', 'retail']),
  /** Above 0 up to 1. */
  knownShare: z.number(),
})
export type ElectricityPrice = z.infer<typeof ElectricityPrice>

export const Plan = z.strictObject({
  nodeId: KeyId,
  zone: Zone,
  /** From the start of the first run to the end of the last. */
  window: Window,
  /** In order; one, unless the job is interruptible. What is left of a job that has run before. */
  runs: z.array(Window).min(1).max(128),
  /** Mean forecast intensity while it runs, gCO2e/kWh. */
  gPerKWh: z.number(),
  expectedGrams: z.number(),
  /** By how far this source's forecasts were off lately, at this distance; `null` without a track record. */
  gramsRange: Range.nullable(),
  /** What the requester pays for one result if it runs for as long as expected; it never pays more than the answer's `maxPriceMicroUsd`. */
  expectedMicroUsd: UnsignedDecimal,
  electricity: ElectricityPrice.nullable(),
  /** `composite`: the placement score's choice is the better one by the job's objective, or the same. `joint`: zone and time chosen together is better. */
  chosenBy: z.enum(['composite', 'joint']),
  /** The same energy started at submission, grams. */
  baselineGrams: z.number(),
  /** 0.6 × intensity/500 + 0.3 × price/100 + 0.1 × utilisation; lower is better. */
  score: Score,
  source: z.string(),
  origin: Origin,
  recordedOn: z.string().nullable(),
  /** The cleanest window in the forecast, whether or not it was chosen. */
  greenest: z.strictObject({ window: Window, gPerKWh: z.number() }).nullable(),
})
export type Plan = z.infer<typeof Plan>

/** A machine in the answer to a question: by its id for an operator, and for a requester by a number that means something within this answer only. */
const NodeLabel = z.string().regex(/^(?:[A-Za-z0-9_-]{43}|node-\d{1,5})$/, 'expected a node id or a label such as node-1')

/** One of the two choices that are compared. */
const ComparedChoice = z.strictObject({
  nodeId: NodeLabel,
  zone: Zone,
  runs: z.array(Window).min(1).max(128),
  gPerKWh: z.number(),
  minorPerKWh: z.number().nullable(),
  score: Score,
  /** By the job's objective, in its own unit; lower is better. */
  objective: z.number(),
})
export type ComparedChoice = z.infer<typeof ComparedChoice>

export const PlanAnswer = z.strictObject({
  plan: Plan.extend({ nodeId: NodeLabel }).nullable(),
  /** Both choices; `null` where there is none. */
  compared: z.strictObject({ composite: ComparedChoice.nullable(), joint: ComparedChoice.nullable() }),
  alternatives: z
    .array(
      z.strictObject({
        nodeId: NodeLabel,
        zone: Zone,
        score: Score,
        window: Window,
        gPerKWh: z.number(),
        source: z.string(),
        origin: Origin,
        recordedOn: z.string().nullable(),
      }),
    )
    .max(50),
  /** How many nodes each constraint excludes, e.g. `{"runtime": 3}`. */
  excluded: z.partialRecord(Exclusion, z.number().int()),
  /** Which nodes those are, as far as there is room; for operators. */
  out: z.array(z.strictObject({ nodeId: KeyId, zone: Zone, reason: Exclusion })).max(200),
  nodes: z.number().int(),
  /** The most its requester pays, all results that have to agree together. */
  maxPriceMicroUsd: UnsignedDecimal,
  /** How many results of it have to agree, each of which is paid; left out: one. */
  results: z.number().int().min(2).optional(),
})
export type PlanAnswer = z.infer<typeof PlanAnswer>

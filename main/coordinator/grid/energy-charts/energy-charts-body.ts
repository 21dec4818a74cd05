/** What energy-charts may answer. Lists run parallel to `unix_seconds`, the starts of the steps. */
import { z } from 'zod'
import { MAX_SLOTS } from '../provider-answer.ts'

const Seconds = z.array(z.number().int().min(0).max(10_000_000_000)).max(MAX_SLOTS)
/** A number that makes no sense is one that nobody knows. */
const values = (least: number, most: number) => z.array(z.number().min(least).max(most).nullable().catch(null)).max(MAX_SLOTS)
/** Of load, in percent: more than a hundred where more is produced than used. */
const Shares = values(0, 1_000)

const MegawattHourPrice = values(-20_000, 20_000)

export const PriceBody = z.object({
  license_info: z.string().max(4_000).nullish(),
  unix_seconds: Seconds,
  price: MegawattHourPrice,
  unit: z.string().regex(/^EUR\s*\/\s*MWh$/),
})

/** Most series are power in MW; the one that is read is a share. */
export const PublicPowerBody = z.object({
  unix_seconds: Seconds,
  production_types: z.array(z.object({ name: z.string().max(80), data: z.array(z.number().nullable()).max(MAX_SLOTS) })).max(60),
})

export const ShareForecastBody = z.object({
  unix_seconds: Seconds,
  ren_share: Shares,
  /** True where the API filled in for its own source. */
  substitute: z.boolean().nullish(),
})

const Fault = z.object({ detail: z.union([z.string(), z.array(z.object({ msg: z.string() })).max(20)]) })

/** `{"detail": "Not Found"}`, or a list of what is wrong with the question. */
export function saidIn(body: unknown): string | null {
  const detail = Fault.safeParse(body).data?.detail
  return typeof detail === 'object' ? detail.map(({ msg }) => msg).join('; ') : (detail ?? null)
}

export const isShare = (value: number | null | undefined): value is number => value !== null && value !== undefined && value >= 0 && value <= 1_000

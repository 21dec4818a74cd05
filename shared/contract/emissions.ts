/** Energy and emissions of receipts, summed: per model, requester, node, zone, hour or day. Every figure is a sum over signed receipts. */
import { z } from 'zod'
import { call } from './define.ts'
import { http } from './http-binding.ts'
import { ReceiptFilters } from './receipt.ts'
import { IsoTime, Zone } from './wire.ts'

const amount = z.number().min(0)
const Part = z.strictObject({ energyKWh: amount, emissionsG: amount })

/** ISO/IEC 21031, as receipts name it: (E·I + M) per R. */
const Sci = z.strictObject({ value: amount, unit: z.literal('gCO2e'), r: z.enum(['gpu-hour', 'job']) })

export const EmissionSum = z.strictObject({
  /** A model, requester, node or zone; the beginning of an hour or a day; `null` for receipts that name none, and for the sum of all. */
  key: z.string().max(128).nullable(),
  /** Of a sum by hour, which is of one zone each; else `null`. */
  zone: Zone.nullable(),
  receipts: z.number().int().min(0),
  jobs: z.number().int().min(0),
  energyKWh: amount,
  /** Location-based, on average intensity. */
  emissionsG: amount,
  /** A market-based figure needs a certificate, and none is attached: always empty, never the location-based one. */
  marketBasedG: z.null(),
  /** The same energy had every job started when it was submitted. */
  baselineG: amount,
  /** Baseline − emissions; may be negative. */
  attributedSavingG: z.number(),
  /** `null` where no receipt states any. */
  embodiedG: amount.nullable(),
  gpuHours: amount,
  gPerJob: amount.nullable(),
  /** Of the receipts whose work was on GPUs. */
  gPerGpuHour: amount.nullable(),
  sci: z.array(Sci).max(2),
  /** How the grid figures are known. */
  byOrigin: z.strictObject({ live: Part, recorded: Part, modelled: Part }),
  /** Of this energy the grid’s own source says that its figure is an estimate. */
  estimatedKWh: amount,
  /** Of this energy the meter was an estimate too: nothing metered it. */
  unmeteredKWh: amount,
  /** Of the energy, expanded (k = 2), weighted by energy: errors of meters of one kind do not cancel. */
  uncertaintyPct: amount,
})
export type EmissionSum = z.infer<typeof EmissionSum>

export const EmissionGroup = z.enum(['model', 'requester', 'node', 'zone', 'hour', 'day'])
export type EmissionGroup = z.infer<typeof EmissionGroup>

const Emissions = z.strictObject({
  since: IsoTime.nullable(),
  until: IsoTime.nullable(),
  by: EmissionGroup,
  /** Everything that was asked for, on every page. */
  total: EmissionSum,
  /** In the order of their keys. */
  items: z.array(EmissionSum),
  next: z.string().nullable(),
  /** What the figures mean, in words to go with them. */
  basis: z.string().max(500),
})
export type Emissions = z.infer<typeof Emissions>

const { since, until, job: _job, receipt: _receipt, hash: _hash, ...whose } = ReceiptFilters
const page = { after: z.string().max(160).nullable().default(null), limit: z.coerce.number().int().min(1).max(1_000).default(200) }

export const emissionCalls = {
  getEmissions: call(
    z.strictObject({ by: EmissionGroup.default('model'), ...whose, since, until, ...page }),
    Emissions,
    http(
      'GET',
      '/v1/emissions',
      'receipts.read',
      'Energy and emissions of your jobs, summed by model, node, zone, hour or day; for operators those of everybody',
    ),
  ),
  getOwnEmissions: call(
    z.strictObject({ by: EmissionGroup.exclude(['requester', 'node']).default('day'), since, until, ...page }),
    Emissions,
    http('GET', '/v1/node/emissions', 'any-node', 'Energy and emissions of what this node has done, summed by day, hour, model or zone'),
  ),
}

/** What a coordinator has done so far, for everybody. */
import { z } from 'zod'
import { call } from './define.ts'
import { Empty, http } from './http-binding.ts'
import { IsoTime, UnsignedDecimal } from './wire.ts'

const count = z.number().int().min(0)

export const Statistics = z.strictObject({
  /** Counted then: who asks more often sees nothing new, so that nobody can watch single machines come and go. */
  asOf: IsoTime,
  /** Machines that may work, whether they are there or not. */
  nodes: count,
  jobs: z.strictObject({ submitted: count, completed: count }),
  receipts: count,
  /** By the receipts. */
  energyKWh: z.number().min(0),
  emissionsG: z.number().min(0),
  attributedSavingG: z.number(),
  /** What machines were credited, paid out or not. */
  earnedMicroUsd: UnsignedDecimal,
})
export type Statistics = z.infer<typeof Statistics>

export const statisticsCalls = {
  getStatistics: call(Empty, Statistics, http('GET', '/v1/stats', 'public', 'Machines, jobs, energy, emissions and earnings so far')),
}

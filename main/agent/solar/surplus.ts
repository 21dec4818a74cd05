import type { SolarConfig, SolarReading } from './solar-config.ts'
import { isSunUp } from './sun.ts'

/** Sunlight at the edge of a cloud lifts panels above what they are rated for, but not by more. */
const MOST_OF_PEAK = 1.25

export interface SolarMoment {
  /** Epoch milliseconds. */
  readonly now: number
  /** What was read, W. */
  readonly watts: number
  /** What the job that runs draws, W; 0 if none does. */
  readonly jobWatts: number
}

/** What a site cannot give: power at night comes from a battery or a meter that errs. */
function isBeyond({ site }: SolarConfig, now: number, watts: number): boolean {
  return site !== null && watts > 0 && (watts > site.peakWatts * MOST_OF_PEAK || !isSunUp(site, now))
}

/** Where the home meets the grid, the job has had its share already. */
const leftOver = (of: SolarReading['of'], { watts, jobWatts }: SolarMoment, homeWatts: number): number =>
  of === 'production' ? watts - homeWatts : (of === 'export' ? watts : -watts) + jobWatts

/** Watts of sunshine that a job may have, 0 or more; `null` if what was read cannot be. */
export function surplusOf(config: SolarConfig, of: SolarReading['of'], moment: SolarMoment): number | null {
  const watts = Math.max(0, leftOver(of, moment, config.homeWatts ?? 0))
  return isBeyond(config, moment.now, of === 'production' ? moment.watts : watts) ? null : watts
}

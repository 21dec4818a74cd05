import type { SignalOrReason, SolarSite } from '../../../shared/contract/grid.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { OpenMeteo } from './open-meteo/open-meteo.ts'
import { createRemembered } from './remembered.ts'

export interface SiteForecastDeps {
  readonly clock: Pick<Clock, 'monotonic'>
  /** `null` where no live source is asked. */
  readonly openMeteo: Pick<OpenMeteo, 'solarForecast'> | null
  /** Whether its terms allow the use: with a key, or for nobody but the owner of this machine. */
  readonly isAllowed: boolean
  readonly shutdown: AbortSignal
}

const HOUR_MS = 3_600_000

/**
 * What the sun is expected to give to a node's owner, or why that is not known. Asked for once an hour and site, however often nodes ask;
 * sites that round to the same place, tilt and direction share one answer. Errors: `rate.limited`, `grid.unavailable`, `config.invalid`.
 */
export function createSiteForecasts({ clock, openMeteo, isAllowed, shutdown }: SiteForecastDeps): (site: SolarSite) => Promise<SignalOrReason> {
  const remembered = createRemembered<SignalOrReason>({ clock, keepMs: HOUR_MS, most: 10_000, perMinute: 60 })
  return async (site) => {
    if (!openMeteo) return { signal: null, reason: 'This coordinator asks no live sources, so it cannot say what the sun will do.' }
    if (!isAllowed)
      return { signal: null, reason: 'Open-Meteo is free for private use only: a coordinator that others can reach needs WINDFALL_OPEN_METEO_KEY.' }
    return remembered(JSON.stringify(site), async () => {
      const signal = await openMeteo.solarForecast({ ...site, factor: 1 }, shutdown)
      return { signal, reason: signal ? null : 'Open-Meteo knows no weather for that place.' }
    })
  }
}

import { z } from 'zod'
import type { Signal, SignalKind } from '../../shared/contract/wire.ts'
import type { Tariff } from '../../shared/domain/tariff.ts'
import { WindfallError } from '../../shared/errors.ts'
import type { SolarSite } from '../../shared/contract/grid.ts'
import { toIso } from '../../shared/units.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Logger } from '../kernel/log.ts'
import type { GridWatch } from './grid-watch.ts'
import type { SolarWatch } from './solar/solar-watch.ts'
import type { SettingsStore } from './settings.store.ts'
import type { CoordinatorLink } from './sync/client.ts'

/** What a coordinator is asked about a zone. Times are ISO 8601. */
interface GridAsk {
  readonly signal: (zone: string) => Promise<Signal>
  /** `null` where nobody knows it now. */
  readonly of: (zone: string, kind: SignalKind) => Promise<Signal | null>
  readonly history: (zone: string, from: string, to: string) => Promise<Signal>
  readonly sun: (site: z.infer<typeof SolarSite>) => Promise<{ readonly signal: Signal | null; readonly reason: string | null }>
}

/** The questions as calls of a coordinator. */
export const gridAskOf = (client: CoordinatorLink['client']): GridAsk => ({
  signal: async (zone) => (await client.call('getSignal', { zone })).signal,
  of: async (zone, kind) => (await client.call('getSignalOf', { zone, kind })).signal,
  sun: (site) => client.call('getSolarForecast', site),
  history: async (zone, from, to) => (await client.call('getGridHistory', { zone, from, to })).signal,
})

export interface GridRefreshDeps {
  readonly zone: () => string
  readonly tariff: () => Tariff | null
  readonly ask: GridAsk
  readonly grid: Pick<GridWatch, 'update' | 'learn'>
  readonly solar: Pick<SolarWatch, 'site' | 'update'>
  readonly settings: SettingsStore
  readonly clock: Pick<Clock, 'now'>
  readonly log: Pick<Logger, 'info'>
}

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
/** Days back from now; what is younger is hardly measured yet, and is learned from what arrives. */
const STRETCHES = [
  [30, 16],
  [16, 2],
  [2, 1],
] as const
const ASKED = 'grid-history-asked'

/** Some ten kilometres: the weather does not mind, and the address stays at home. */
const toTenth = (degrees: number): number => Math.round(degrees * 10) / 10

/** Asks for what decides when jobs start: the forecast each time, prices where the owner pays those of the zone, and once a day what the zone was like. */
export function createGridRefresh({ zone: zoneNow, tariff, ask, grid, solar, settings, clock, log }: GridRefreshDeps): () => Promise<void> {
  let sunAskedAt = -Infinity
  const optional = async (what: string, task: () => Promise<void>): Promise<void> => {
    try {
      await task()
    } catch (error) {
      if (!(error instanceof WindfallError)) throw error
      log.info({ zone: zoneNow(), code: error.code, reason: error.message }, what)
    }
  }
  const prices = async () => {
    const signal = await ask.of(zoneNow(), 'price')
    if (signal) grid.update(signal)
  }
  const past = async () => {
    const [now, zone] = [clock.now(), zoneNow()]
    const asked = settings.get(ASKED, z.strictObject({ zone: z.string(), at: z.number() }))
    if (asked?.zone === zone && Math.abs(now - asked.at) < DAY_MS) return
    // Whoever does not answer is not asked again before tomorrow, either.
    settings.set(ASKED, { zone, at: now })
    for (const [from, to] of STRETCHES)
      await optional('a part of the grid history could not be read', async () =>
        grid.learn(await ask.history(zone, toIso(now - from * DAY_MS), toIso(now - to * DAY_MS))),
      )
  }
  const sun = async ({ latitude, longitude, tilt, azimuth, peakWatts }: NonNullable<SolarWatch['site']>) => {
    const zone = zoneNow()
    if (clock.now() - sunAskedAt < HOUR_MS) return
    sunAskedAt = clock.now()
    const { signal, reason } = await ask.sun({ zone, latitude: toTenth(latitude), longitude: toTenth(longitude), tilt, azimuth, peakWatts })
    if (signal) solar.update(signal)
    else log.info({ zone, reason }, 'nobody knows what the sun will do')
  }
  return async () => {
    const { site } = solar
    if (site) await optional('the forecast of the sun could not be read', () => sun(site))
    grid.update(await ask.signal(zoneNow()))
    if (tariff()?.kind === 'zone') await optional('prices could not be read', prices)
    await past()
  }
}

import type { Clock } from '../kernel/clock.ts'
import type { Run } from '../kernel/lifecycle.ts'
import { resourcesDirectory } from '../kernel/paths.ts'
import { random } from '../kernel/random.ts'
import type { CoordinatorConfig } from './config.ts'
import type { CoordinatorEvents } from './events.ts'
import { type GridAnswers, createGridAnswers } from './grid/grid-answers.ts'
import { type GridHistory, createGridHistory } from './grid/history.ts'
import { type GridOracle, createGridOracle } from './grid/oracle.ts'
import type { GridProvider } from './grid/provider.ts'
import { type ProviderKeys, createProviders } from './grid/providers.ts'
import { loadRecording } from '../kernel/grid-recording.ts'
import { createSiteForecasts } from './grid/site-forecasts.ts'
import { createZoneLookup } from './grid/zone-lookup.ts'
import { LOOPBACK } from './http/authority.ts'
import type { Db } from './persistence/database.ts'

interface Deps {
  readonly config: CoordinatorConfig
  readonly db: Db
  readonly clock: Clock
  readonly events: Pick<CoordinatorEvents, 'gridFailed'>
  readonly shutdown: AbortSignal
  /** Looks over the shoulder of a provider. */
  readonly watch: (provider: GridProvider) => GridProvider
}

/** Everything that knows the grid, wired to what is configured. */
interface Grid {
  readonly oracle: GridOracle
  readonly history: GridHistory
  readonly providers: readonly GridProvider[]
  /** For everybody who asks over HTTP. */
  readonly answers: GridAnswers & { readonly sun: ReturnType<typeof createSiteForecasts> }
  readonly run: Run
  /** Drops every day what is too old to be of use. */
  readonly forget: Run
}

const keysOf = ({ electricityMapsKey, entsoeKey, eiaKey, watttimeUser, watttimePassword, openMeteoKey }: CoordinatorConfig): ProviderKeys => ({
  electricityMaps: electricityMapsKey,
  entsoe: entsoeKey,
  eia: eiaKey,
  wattTime: watttimeUser !== null && watttimePassword !== null ? { user: watttimeUser, password: watttimePassword } : null,
  openMeteo: openMeteoKey,
})

const DAY_MS = 86_400_000

const forgetDaily =
  (history: GridHistory, clock: Clock): Run =>
  async (signal) => {
    do await history.forget(clock.now())
    while (await clock.sleep(DAY_MS, signal))
  }

export function createGrid({ config, db, clock, events, shutdown, watch }: Deps): Grid {
  const onFailed = events.gridFailed
  const live = config.liveGrid ? createProviders({ clock, random, keys: keysOf(config), onFailed }) : null
  const providers = (live?.providers ?? []).map(watch)
  const directory = live?.directory ?? { names: () => new Map<string, string>(), run: () => Promise.resolve() }
  const history = createGridHistory(db)
  const recording = loadRecording(resourcesDirectory)
  const oracle = createGridOracle({ clock, providers, history, recording, shutdown, onLiveFailed: onFailed })
  const lookup = createZoneLookup({ clock, live, onFailed, shutdown })
  const isPrivate = LOOPBACK.test(config.host) && !config.trustProxy
  const isAllowed = isPrivate || config.openMeteoKey !== null
  const sun = createSiteForecasts({ clock, openMeteo: live?.openMeteo ?? null, isAllowed, shutdown })
  const answers = createGridAnswers({ oracle, clock, providers, recording, directory, lookup, isPrivate, shutdown })
  return { oracle, history, providers, answers: { ...answers, sun }, run: directory.run, forget: forgetDaily(history, clock) }
}

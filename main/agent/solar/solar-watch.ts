import type { SolarView } from '../../../shared/contract/agent-grid.ts'
import type { Signal } from '../../../shared/contract/wire.ts'
import type { SolarShare } from '../../../shared/domain/energy-proof.ts'
import { slotAt, slotsOf } from '../../../shared/domain/signal.ts'
import { messageOf } from '../../../shared/errors.ts'
import { type EpochMs, toIso } from '../../../shared/units.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { HttpClient, HttpManners } from '../../kernel/http-client.ts'
import { numberAt } from './json-number.ts'
import { createShareAccount } from './share.ts'
import type { SolarConfig, SolarReading } from './solar-config.ts'
import { surplusOf } from './surplus.ts'

/** A meter in the home answers at once or not at all. */
export const SOLAR_MANNERS: Partial<HttpManners> = { timeoutMs: 3_000, budgetMs: 3_000, tries: 1, spacingMs: 1_000, restMs: 60_000, maxBytes: 262_144 }

const EVERY_MS = 10_000
/** A reading older than this says nothing about now. */
const FRESH_MS = 30_000

export interface SolarWatchDeps {
  readonly config: SolarConfig | null
  readonly http: Pick<HttpClient, 'get'>
  /** Opens the reading where it asks for one; sent to its address and nowhere else. */
  readonly token: string | null
  readonly clock: Clock
  /** The attempts that run and the watts that each draws. */
  readonly running: () => readonly { readonly attemptId: string; readonly watts: number }[]
  /** A job waits, so that it matters whether the sun shines. */
  readonly isAwaited: () => boolean
  readonly changed: () => void
}

export interface SolarWatch {
  /** Watts that another job may have now, beside those that run; `null` if nobody knows. */
  readonly surplus: () => number | null
  /** What the owner sees; `null` where no sun was declared. */
  readonly view: () => SolarView | null
  readonly site: SolarConfig['site']
  /** Takes a forecast of the site (kind `solar`, W): it counts where nothing is read, as declared. */
  readonly update: (forecast: Signal) => void
  readonly take: (attemptId: string, boardJ: number) => SolarShare | null
  /** Reads every 10 s while a job runs or waits, and not otherwise. */
  readonly run: (signal: AbortSignal) => Promise<void>
}

interface Read {
  /** Milliseconds on a clock that never jumps. */
  readonly mono: number
  readonly at: EpochMs
  readonly watts: number | null
  readonly message: string | null
}

async function readWatts(
  { http, token }: Pick<SolarWatchDeps, 'http' | 'token'>,
  reading: SolarReading,
  signal: AbortSignal,
): Promise<Pick<Read, 'watts' | 'message'>> {
  const headers = { accept: 'application/json', ...(token === null ? {} : { authorization: `Bearer ${token}` }) }
  try {
    const { status, body } = await http.get({ url: reading.url, headers, signal })
    if (status !== 200) return { watts: null, message: `Your solar meter answered with status ${status}.` }
    const number = numberAt(Buffer.from(body).toString('utf8'), reading.pointer)
    if (number === null) return { watts: null, message: `Your solar meter answered, but there is no number at ${reading.pointer}.`.slice(0, 300) }
    return { watts: reading.unit === 'kW' ? number * 1_000 : number, message: null }
  } catch (error) {
    return { watts: null, message: `Your solar meter cannot be read. ${messageOf(error)}`.slice(0, 300) }
  }
}

const BEYOND = 'What your solar meter says is more than the sun can give there now, so it is not counted.'

const sumWatts = (jobs: ReturnType<SolarWatchDeps['running']>): number => jobs.reduce((sum, { watts }) => sum + watts, 0)

/** The sun shines for all jobs that run, by what they draw. */
const shareOf = (surplusWatts: number | null, watts: number, allWatts: number): number | null =>
  surplusWatts === null || allWatts === 0 ? surplusWatts : surplusWatts * (watts / allWatts)

/** The sun on the owner's roof: read in the home, or forecast for the site. */
export function createSolarWatch(deps: SolarWatchDeps): SolarWatch {
  const { config, clock, running } = deps
  const reading = config?.reading ?? null
  const basis = reading && reading.of !== 'production' ? 'metered' : 'declared'
  const account = createShareAccount(basis)
  let last: Read | null = null
  let forecast: Signal | null = null
  const surplusFrom = (of: SolarReading['of'], watts: number): number | null =>
    config && surplusOf(config, of, { now: clock.now(), watts, jobWatts: sumWatts(running()) })
  const surplus = (): number | null => {
    if (reading) return last && last.watts !== null && clock.monotonic() - last.mono <= FRESH_MS ? surplusFrom(reading.of, last.watts) : null
    const slot = forecast && slotAt(slotsOf(forecast), clock.now())
    return slot ? surplusFrom('production', slot.value) : null
  }
  const look = async (of: SolarReading, signal: AbortSignal): Promise<void> => {
    const said = await readWatts(deps, of, signal)
    const isNews = (last?.watts === null) !== (said.watts === null) || said.message !== last?.message
    last = { ...said, mono: clock.monotonic(), at: clock.now() }
    if (isNews) deps.changed()
  }
  const messageNow = (watts: number | null): string | null => {
    if (!reading) return forecast ? `By the forecast of ${forecast.source}.`.slice(0, 300) : 'No forecast for your site has arrived yet.'
    if (last === null) return 'It is read while a job runs or waits.'
    return last.message ?? (watts === null && clock.monotonic() - last.mono <= FRESH_MS ? BEYOND : null)
  }
  return {
    surplus() {
      const watts = surplus()
      return watts === null ? null : Math.max(0, watts - sumWatts(running()))
    },
    site: config?.site ?? null,
    view() {
      if (!config) return null
      const watts = surplus()
      return { watts, at: reading ? last && toIso(last.at) : (forecast?.issuedAt ?? null), basis, message: messageNow(watts) }
    },
    update(next) {
      if (next.kind === 'solar' && next.unit === 'W') forecast = next
    },
    take: account.take,
    async run(signal) {
      if (!config) return
      while (await clock.sleep(EVERY_MS, signal)) {
        if (running().length === 0 && !deps.isAwaited()) continue
        if (reading) await look(reading, signal)
        const jobs = running()
        const [mono, surplusWatts] = [clock.monotonic(), surplus()]
        for (const { attemptId, watts } of jobs) account.see({ attemptId, mono, jobWatts: watts, surplusWatts: shareOf(surplusWatts, watts, sumWatts(jobs)) })
      }
    },
  }
}

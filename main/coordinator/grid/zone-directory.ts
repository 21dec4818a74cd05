import { Zone } from '../../../shared/contract/wire.ts'
import { messageOf } from '../../../shared/errors.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { Run } from '../../kernel/lifecycle.ts'
import type { GridProvider } from './provider.ts'

const LOOK_EVERY_MS = 86_400_000
const RETRY_AFTER_MS = 300_000
const MOST_ZONES = 1_500
const LONGEST_NAME = 250

/** Zone names, and what people call them. */
type ListZones = (abort: AbortSignal) => Promise<ReadonlyMap<string, string>>

interface Deps {
  readonly clock: Pick<Clock, 'sleep'>
  /** `null` where nobody keeps a list. */
  readonly list: ListZones | null
  readonly onFailed: (message: string) => void
}

/** The zones that a provider lists, beyond those that Windfall knows by itself. */
export interface ZoneDirectory {
  /** Empty until the list has been read. */
  readonly names: () => ReadonlyMap<string, string>
  /** Reads the list once a day, and again soon after it could not be read. */
  readonly run: Run
}

const known = (found: ReadonlyMap<string, string>): ReadonlyMap<string, string> =>
  new Map(
    [...found]
      .filter(([zone]) => Zone.safeParse(zone).success)
      .slice(0, MOST_ZONES)
      .map(([zone, name]) => [zone, name.slice(0, LONGEST_NAME)]),
  )

export function createZoneDirectory({ clock, list, onFailed }: Deps): ZoneDirectory {
  let names: ReadonlyMap<string, string> = new Map()
  const read = async (abort: AbortSignal, list: ListZones): Promise<number> => {
    try {
      names = known(await list(abort))
      return LOOK_EVERY_MS
    } catch (error) {
      if (!abort.aborted) onFailed(messageOf(error))
      return RETRY_AFTER_MS
    }
  }
  return {
    names: () => names,
    async run(stop) {
      if (!list) return
      while (await clock.sleep(await read(stop, list), stop));
    },
  }
}

/** The provider for the zones that `has` and no other: whoever asks about a zone that nobody listed costs nobody anything. */
export const onlyIn = (provider: GridProvider, has: (zone: string) => boolean): GridProvider => ({
  ...provider,
  serves: (zone, kind) => has(zone) && provider.serves(zone, kind),
})

import type { ZonePlace, ZoneQuestion } from '../../../shared/contract/grid.ts'
import { outwardPostcode } from '../../../shared/domain/postcode.ts'
import { zoneNames } from '../../../shared/domain/zones.ts'
import { WindfallError, messageOf } from '../../../shared/errors.ts'
import type { Clock } from '../../kernel/clock.ts'
import { type Coordinates, zoneOfLand } from './land.ts'
import { createRemembered } from './remembered.ts'

type Found = Omit<ZonePlace, 'name'>

/** Those who can tell where a place is. */
interface Sources {
  readonly carbonIntensity: { readonly regionOfPostcode: (outward: string, abort: AbortSignal) => Promise<string> }
  readonly octopus: { readonly regionOfPostcode: (outward: string, abort: AbortSignal) => Promise<string | null> }
  /** `null` without a key. */
  readonly electricityMaps: { readonly zoneAt: (place: Coordinates, abort: AbortSignal) => Promise<string | null> } | null
}

interface Deps {
  readonly clock: Pick<Clock, 'monotonic'>
  /** `null` where nobody outside is asked. */
  readonly live: Sources | null
  readonly onFailed: (zone: string, message: string) => void
  readonly shutdown: AbortSignal
}

/**
 * The zone of a postcode of Great Britain or of a place.
 * Errors: `input.invalid` for what is no postcode, `grid.unknown-zone` for a place that nobody can tell the zone of, with the zones to
 * choose from; `grid.unavailable` while those who could tell give no answer; `rate.limited`.
 */
export type ZoneLookup = (question: ZoneQuestion) => Promise<Found>

const DAY_MS = 86_400_000
const choose = (): string => `Choose one of ${[...zoneNames.keys()].join(', ')}.`

const nobodyKnows = (where: string): WindfallError => new WindfallError('grid.unknown-zone', `${where} ${choose()}`)

type Asking = Pick<Deps, 'onFailed' | 'shutdown'> & Sources

async function regionByIntensity({ carbonIntensity, onFailed, shutdown }: Asking, outward: string): Promise<Found | null> {
  try {
    return { zone: await carbonIntensity.regionOfPostcode(outward, shutdown), source: 'the UK Carbon Intensity API', hint: null }
  } catch (error) {
    onFailed('GB', `A postcode could not be looked up: ${messageOf(error)}`)
    return null
  }
}

async function regionByPrices({ octopus, onFailed, shutdown }: Asking, outward: string): Promise<Found> {
  const zone = await octopus.regionOfPostcode(outward, shutdown).catch((error: unknown) => {
    onFailed('GB', `A postcode could not be looked up: ${messageOf(error)}`)
    throw new WindfallError('grid.unavailable', `Nobody who knows where ${outward} lies gives an answer now. Try again later. ${choose()}`, { cause: error })
  })
  if (zone === null) throw nobodyKnows(`${outward} is unknown, or lies in more than one region.`)
  return { zone, source: 'the Octopus Energy API', hint: null }
}

async function ofPostcode({ live, ...deps }: Deps, outward: string): Promise<Found> {
  if (outward.startsWith('BT')) throw nobodyKnows(`${outward} is in Northern Ireland, which is on the Irish grid.`)
  if (!live) throw nobodyKnows('This coordinator uses no live sources (WINDFALL_LIVE_GRID), and only those know where a postcode is.')
  return (await regionByIntensity({ ...deps, ...live }, outward)) ?? (await regionByPrices({ ...deps, ...live }, outward))
}

const REGIONS_HINT = 'Great Britain has fourteen regions that differ much; a postcode finds yours.'

async function ofPlace({ live, shutdown }: Deps, place: Coordinates): Promise<Found> {
  const zone = await zoneOfLand(place)
  if (zone !== null) return { zone, source: 'borders that come with Windfall', hint: zone === 'GB' ? REGIONS_HINT : null }
  if (!live?.electricityMaps)
    throw nobodyKnows('Without WINDFALL_ELECTRICITY_MAPS_KEY only places in GB, FR, DE, ES, PT, NL, BE and IT can be found by coordinates.')
  const found = await live.electricityMaps.zoneAt(place, shutdown)
  if (found === null) throw nobodyKnows('Electricity Maps knows no zone there.')
  return { zone: found, source: 'Electricity Maps', hint: null }
}

/** A tenth of a degree, as far as an answer that is kept goes. */
const nearby = ({ latitude, longitude }: Coordinates): string => `${latitude.toFixed(1)} ${longitude.toFixed(1)}`

/** Remembers what it found: where a place is does not change within a day. */
export function createZoneLookup(deps: Deps): ZoneLookup {
  const remembered = createRemembered<Found>({ clock: deps.clock, keepMs: DAY_MS, most: 4_000, perMinute: 30 })
  return async ({ postcode, latitude, longitude }) => {
    if (postcode !== null) {
      const outward = outwardPostcode(postcode)
      return remembered(outward, () => ofPostcode(deps, outward))
    }
    if (latitude === null || longitude === null) throw new WindfallError('input.invalid', 'Give a postcode, or a latitude and a longitude.')
    return remembered(nearby({ latitude, longitude }), () => ofPlace(deps, { latitude, longitude }))
  }
}

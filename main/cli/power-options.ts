import { Schedule } from '../../shared/contract/owner-rules.ts'
import { parse } from '../../shared/contract/define.ts'
import { Tariff } from '../../shared/domain/tariff.ts'
import { WindfallError } from '../../shared/errors.ts'
import { SolarConfig } from '../agent/solar/solar-config.ts'

const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']
const HOURS = /^([a-z]{3})(?:-([a-z]{3}))?:(\d\d:\d\d)-(\d\d:\d\d)$/
const NUMBER = /^-?\d+(?:\.\d+)?$/

const refuse = (text: string, option: string, examples: string): never => {
  throw new WindfallError('input.invalid', `“${text}” is no value for ${option}. Use ${examples}.`)
}

interface Hours {
  readonly days: number[]
  readonly from: string
  readonly to: string
}

/** `fri-mon:22:00-07:00`; the days may run over the end of the week. */
function hoursOf(text: string): Hours | null {
  const [, first = '', last = first, from = '', to = ''] = HOURS.exec(text) ?? []
  const [begin, end] = [DAYS.indexOf(first), DAYS.indexOf(last)]
  if (begin < 0 || end < 0) return null
  const length = ((end - begin + DAYS.length) % DAYS.length) + 1
  return { days: Array.from({ length }, (_, index) => ((begin + index) % DAYS.length) + 1), from, to }
}

const HOURS_EXAMPLE = 'always, or stretches of the week such as mon-fri:22:00-07:00,sat-sun:00:00-00:00'

/** First and last of days that follow each other within a week. */
const runsOf = (days: readonly number[]): readonly (readonly [number, number])[] =>
  days
    .toSorted((a, b) => a - b)
    .reduce<[number, number][]>((runs, day) => {
      const last = runs.at(-1)
      if (last && day - last[1] <= 1) last[1] = day
      else runs.push([day, day])
      return runs
    }, [])

const nameOf = (day: number): string => DAYS[day - 1] ?? ''

/** The schedule as {@link parseHours} reads it. */
export const hoursText = ({ allowed }: Schedule): string =>
  allowed
    .flatMap(({ days, from, to }) => runsOf(days).map(([first, last]) => `${nameOf(first)}${first === last ? '' : `-${nameOf(last)}`}:${from}-${to}`))
    .join(',')

/** `always` → `null`, `mon-fri:22:00-07:00,…` → a schedule in `timeZone`. `named` is what the owner knows it by. Error: `input.invalid`. */
export function parseHours(text: string, timeZone: string, named = '--hours'): Schedule | null {
  if (text === 'always') return null
  const allowed = text.split(',').map((part) => hoursOf(part) ?? refuse(text, named, HOURS_EXAMPLE))
  return parse(Schedule, { timeZone, allowed }, `value for ${named}`)
}

const TARIFF_EXAMPLE = 'GBP:24.5, GBP:28,mon-sun:00:30-05:30=7.5 or GBP:zone; prices in hundredths per kWh, taxes included'

/** `GBP:24.5` → flat, `GBP:28,mon-sun:00:30-05:30=7.5` → by hour in `timeZone`, `GBP:zone` → the prices of the zone. Error: `input.invalid`. */
export function parseTariff(text: string, { timeZone, usdPerUnit }: { readonly timeZone: string; readonly usdPerUnit: number | null }): Tariff {
  const [head = '', ...bands] = text.split(',')
  const [, currency, price = ''] = /^([A-Z]{3}):(.+)$/.exec(head) ?? []
  const named = { currency, usdPerUnit }
  const bad = () => refuse(text, '--tariff', TARIFF_EXAMPLE)
  if (price === 'zone' && bands.length === 0) return parse(Tariff, { kind: 'zone', ...named }, 'value for --tariff')
  if (!NUMBER.test(price)) return bad()
  if (bands.length === 0) return parse(Tariff, { kind: 'flat', ...named, minorPerKWh: Number(price) }, 'value for --tariff')
  const parsed = bands.map((band) => {
    const [hours = '', rate = '', ...more] = band.split('=')
    const found = hoursOf(hours)
    return found && NUMBER.test(rate) && more.length === 0 ? { ...found, minorPerKWh: Number(rate) } : bad()
  })
  return parse(Tariff, { kind: 'time-of-use', ...named, timeZone, bands: parsed, otherwiseMinorPerKWh: Number(price) }, 'value for --tariff')
}

const SITE_EXAMPLE = 'kW peak, tilt, degrees from south, latitude and longitude, such as 4.2,35,0,51.5,-0.12'
const METER_EXAMPLE =
  'what the number counts (production, export or import), an address that answers with JSON, and # with the pointer to the number, such as export:http://192.168.1.20/rpc/EM.GetStatus?id=0#/total_act_power; add -kw to the first for kilowatts'

function parseSite(text: string): object {
  const numbers = text.split(',')
  if (numbers.length !== 5 || !numbers.every((number) => NUMBER.test(number))) return refuse(text, '--solar-site', SITE_EXAMPLE)
  const [peakKw = 0, tilt, azimuth, latitude, longitude] = numbers.map(Number)
  return { peakWatts: peakKw * 1_000, tilt, azimuth, latitude, longitude }
}

function parseMeter(text: string): object {
  const [, of, kilo, url, pointer] = /^(production|export|import)(-kw)?:(https?:[^#]+)#(.*)$/.exec(text) ?? refuse(text, '--solar-meter', METER_EXAMPLE)
  return { url, pointer, unit: kilo ? 'kW' : 'W', of }
}

export interface SolarOptions {
  readonly solarSite?: string
  readonly solarMeter?: string
  readonly homeWatts?: number
}

/** The sun as the options declare it; `undefined` if none of them was given. Error: `input.invalid`. */
export function parseSolar({ solarSite, solarMeter, homeWatts }: SolarOptions): SolarConfig | undefined {
  if (solarSite === undefined && solarMeter === undefined && homeWatts === undefined) return undefined
  return parse(
    SolarConfig,
    {
      site: solarSite === undefined ? null : parseSite(solarSite),
      reading: solarMeter === undefined ? null : parseMeter(solarMeter),
      homeWatts: homeWatts ?? null,
    },
    'set of solar options',
  )
}

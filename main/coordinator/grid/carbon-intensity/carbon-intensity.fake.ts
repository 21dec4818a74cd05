import { HALF_HOUR_MS, toIso } from '../../../../shared/units.ts'
import { COMMON_FAULTS, type CommonFault, type ProviderReply, type ProviderServer, startProviderServer } from '../provider-server.fake.ts'

/** What goes wrong with this API alone. Messages and shapes as documented by the provider or seen from it. */
type OwnFault = 'bad-path' | 'bad-date' | 'error-array' | 'error-with-200' | 'missing-comma' | 'stale' | 'empty' | 'wrong-region'
export type Fault = CommonFault | OwnFault

const BAD_PATH = 'Please enter a valid path e.g. /intensity/'
const BAD_DATE = "Please enter a valid date in ISO8601 format 'YYYY-MM-DD' e.g. /intensity/date/2017-08-25"
const refused = (code: string, message: string) => ({ error: { code, message } })

export interface FakeCarbonIntensity extends Omit<ProviderServer, 'play'> {
  /** From now on every answer is this fault; `null` plays the documented answers again. */
  readonly play: (fault: Fault | null) => void
  /** Whether lists with one entry come as arrays, as documented, or as the bare entry, as seen. */
  readonly shape: (shape: 'array' | 'object') => void
}

interface World {
  /** Epoch milliseconds; measured values exist for half hours that ended before. */
  readonly now: () => number
  /** gCO2/kWh of a region (0 is national) in the half hour that starts at `at`. */
  readonly valueAt: (regionId: number, at: number) => number | null
}

const SHORT_NAMES = [
  'North Scotland',
  'South Scotland',
  'North West England',
  'North East England',
  'Yorkshire',
  'North Wales & Merseyside',
  'South Wales',
  'West Midlands',
  'East Midlands',
  'East England',
  'South West England',
  'South England',
  'London',
  'South East England',
  'England',
  'Scotland',
  'Wales',
  'GB',
]
const HOURS = { fw24h: 24, fw48h: 48, pt24h: -24 } as const
const MIX = [
  { fuel: 'gas', perc: 43.6 },
  { fuel: 'coal', perc: 0.7 },
  { fuel: 'wind', perc: 55.7 },
]
const FACTORS = {
  Biomass: 120,
  Coal: 937,
  'Dutch Imports': 474,
  'French Imports': 53,
  'Gas (Combined Cycle)': 394,
  'Gas (Open Cycle)': 651,
  Hydro: 0,
  'Irish Imports': 458,
  Nuclear: 0,
  Oil: 935,
  Other: 300,
  'Pumped Storage': 0,
  Solar: 0,
  Wind: 0,
}
const minute = (at: number): string => `${toIso(at).slice(0, 16)}Z`
const floor = (at: number): number => Math.floor(at / HALF_HOUR_MS) * HALF_HOUR_MS
const indexOf = (value: number | null): string =>
  value === null ? 'moderate' : (['very low', 'low', 'moderate', 'high'][Math.floor(value / 60)] ?? 'very high')

function startsOf([from = '', end = '']: readonly string[]): number[] | null {
  const first = floor(Date.parse(from))
  const hours = HOURS[end as keyof typeof HOURS] as number | undefined
  const last = end === '' ? first + HALF_HOUR_MS : hours === undefined ? Date.parse(end) : first + hours * 3_600_000
  if (!Number.isFinite(first) || !Number.isFinite(last)) return null
  const [low, high] = [Math.min(first, last), Math.max(first, last)]
  return Array.from({ length: Math.ceil((high - low) / HALF_HOUR_MS) }, (_, index) => low + index * HALF_HOUR_MS)
}

const dayOf = (date: string, period: string | undefined): number[] | null => {
  const midnight = Date.parse(`${date}T00:00Z`)
  const all = startsOf([minute(midnight), minute(midnight + 86_400_000)])
  return Number.isFinite(midnight) && all ? (period === undefined ? all : all.slice(Number(period) - 1, Number(period))) : null
}

interface Book {
  readonly world: World
  /** A list with one entry in the shape that is being played. */
  readonly one: (list: readonly unknown[]) => unknown
}

const stretch = (at: number) => ({ from: minute(at), to: minute(at + HALF_HOUR_MS) })
const named = (id: number) => ({ regionid: id, dnoregion: `DNO ${id}`, shortname: SHORT_NAMES[id - 1] })
const everyone = SHORT_NAMES.map((_, index) => index + 1)
/** `'date'` stands for a time the API cannot read. */
const over = <T>(starts: readonly number[] | null, build: (starts: readonly number[]) => T): T | 'date' => (starts ? build(starts) : 'date')

function nationalSlot({ now, valueAt }: World, at: number) {
  const value = valueAt(0, at)
  return { ...stretch(at), intensity: { forecast: value, actual: at + HALF_HOUR_MS <= now() && value !== null ? value + 1 : null, index: indexOf(value) } }
}

const regionalValue = ({ valueAt }: World, id: number, at: number) => ({
  intensity: { forecast: valueAt(id, at), index: indexOf(valueAt(id, at)) },
  generationmix: MIX,
})

const byTime = ({ world }: Book, starts: readonly number[]) => ({
  data: starts.map((at) => ({ ...stretch(at), regions: everyone.map((id) => ({ ...named(id), ...regionalValue(world, id, at) })) })),
})

const byRegion = ({ world, one }: Book, id: number, starts: readonly number[]) => ({
  data: one([{ ...named(id), postcode: 'RG10', data: starts.map((at) => ({ ...stretch(at), ...regionalValue(world, id, at) })) }]),
})

const regionOf = ([kind, value]: readonly string[]): number | null => (kind === 'regionid' ? Number(value) : kind === 'postcode' ? 13 : null)

function nationalAnswer({ world }: Book, parts: readonly string[]): unknown {
  const [head, ...rest] = parts
  const list = (starts: readonly number[]) => ({ data: starts.map((at) => nationalSlot(world, at)) })
  if (head === undefined) return list([floor(world.now())])
  if (head === 'date') return over(dayOf(rest[0] ?? minute(world.now()).slice(0, 10), rest[1]), list)
  if (head === 'factors') return { data: [FACTORS] }
  if (head === 'stats') return { data: [{ from: rest[0], to: rest[1], intensity: { max: 320, average: 266, min: 180, index: 'moderate' } }] }
  return over(startsOf(parts), list)
}

function regionalAnswer(book: Book, parts: readonly string[]): unknown {
  if (parts[0] === 'intensity') {
    const id = regionOf(parts.slice(3))
    return over(startsOf(parts.slice(1, 3)), (starts) => (id === null ? byTime(book, starts) : byRegion(book, id, starts)))
  }
  const country = ['england', 'scotland', 'wales'].indexOf(parts[0] ?? '')
  const id = country >= 0 ? 15 + country : regionOf(parts)
  const now = [floor(book.world.now())]
  return id === null ? byTime(book, now) : byRegion(book, id, now)
}

/** The documented answer; `null` for a path the API does not know. */
function answerTo(book: Book, path: string): unknown {
  const [root, ...parts] = path.split('/').filter(Boolean)
  if (root === 'intensity') return nationalAnswer(book, parts)
  if (root === 'regional') return regionalAnswer(book, parts)
  if (root !== 'generation') return null
  // What ran is told, not what will.
  return over(parts.length === 0 ? [floor(book.world.now())] : startsOf(parts), (starts) => ({
    data: book.one(starts.filter((at) => at <= book.world.now()).map((at) => ({ ...stretch(at), generationmix: MIX }))),
  }))
}

/** The path the answer is really for: yesterday's, or another region's. */
function mislead(path: string, playing: Fault | null): string {
  if (playing === 'wrong-region') return path.replace(/regionid\/\d+/, 'regionid/2')
  return playing === 'stale' ? path.replaceAll(/\d{4}-\d{2}-\d{2}T\d{2}:\d{2}Z/g, (text) => minute(Date.parse(text) - 86_400_000)) : path
}

/** What the API answers when it blames the request, or itself, and what it misprints. `'date'` in place of a body is a time it cannot read. */
function replyTo(documented: unknown, playing: Fault | null): ProviderReply {
  if (playing === 'bad-path' || documented === null) return { status: 400, body: refused('400 Bad Request', BAD_PATH) }
  if (playing === 'bad-date' || documented === 'date') return { status: 400, body: refused('400 Bad Request', BAD_DATE) }
  if (playing === 'error-array') return { status: 400, body: { error: [{ code: 400, message: BAD_DATE }] } }
  if (playing === 'error-with-200') return { body: refused('500 Internal Server Error', 'no data') }
  if (playing === 'empty') return { body: { data: [] } }
  if (playing !== 'missing-comma') return { body: documented }
  return { body: JSON.stringify(documented).replace('},"generationmix"', '} "generationmix"').replace(',"to"', ' "to"') }
}

const isCommon = (fault: Fault | null): fault is CommonFault => COMMON_FAULTS.some((common) => common === fault)

/** The UK Carbon Intensity API on a loopback port, answering from `world` and misbehaving on request. */
export async function startFakeCarbonIntensity(world: World): Promise<FakeCarbonIntensity> {
  let playing: Fault | null = null
  let shape: 'array' | 'object' = 'array'
  const book: Book = { world, one: (list) => (shape === 'object' && list.length === 1 ? list[0] : list) }
  const server = await startProviderServer(({ path }) => replyTo(answerTo(book, mislead(path, playing)), playing))
  return {
    ...server,
    play(next) {
      playing = next
      server.play(isCommon(next) ? next : null)
    },
    shape(next) {
      shape = next
    },
  }
}

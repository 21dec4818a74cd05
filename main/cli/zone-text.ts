import type { Abundance, SourceAccuracy, ZoneAbundance, ZoneAccuracy, ZonePlace, ZoneView } from '../../shared/contract/grid.ts'
import type { Signal, SignalKind } from '../../shared/contract/wire.ts'
import { type Slot, slotAt, slotsOf } from '../../shared/domain/signal.ts'
import { dateWord, momentWord, timeWord } from './clock-time.ts'
import { table } from './output.ts'
import { type ChartFrame, block, chartOf, figure, minutesPerBlock, scaleOf } from './signal-chart.ts'

/** Where and when a text is read. */
export interface Reading extends ChartFrame {
  /** Epoch milliseconds. */
  readonly now: number
}

const QUANTITY = {
  average: 'average intensity',
  marginal: 'marginal intensity',
  price: 'price',
  renewableShare: 'renewable share',
  solar: 'solar power',
  demand: 'demand',
  frequency: 'frequency',
} as const satisfies Record<SignalKind, string>

const LETTERS = { average: 'I', marginal: 'M', price: 'P', renewableShare: 'R', demand: 'D', frequency: 'F' } as const satisfies Partial<
  Record<SignalKind, string>
>

const OTHERWISE = { recording: 'recording', model: 'day model', nothing: '–' } as const satisfies Record<ZoneView['otherwise'], string>
const INDENT = 11
const NAME_WIDTH = 32

/** Words in lines of at most `width` columns. */
export function folded(text: string, width: number): string[] {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const line = lines.at(-1)
    if (line !== undefined && line.length + 1 + word.length <= width) lines[lines.length - 1] = `${line} ${word}`
    else lines.push(word)
  }
  return lines
}

const labelled = (label: string, text: string, { width }: ChartFrame): string[] =>
  folded(text, width - INDENT).map((line, index) => `${(index === 0 ? label : '').padEnd(INDENT)}${line}`)

const shortened = (text: string): string => (text.length > NAME_WIDTH ? `${text.slice(0, NAME_WIDTH - 1)}…` : text)

/** A letter for each quantity that a live source knows, each in its own column. */
const lettersOf = ({ sources }: ZoneView): string =>
  Object.entries(LETTERS)
    .map(([kind, letter]) => (sources.some((source) => source.kind === kind) ? letter : '·'))
    .join(' ')

/** Every zone in a line. */
export function describeZones(zones: readonly ZoneView[]): string[] {
  const rows = zones.map((zone) => [zone.zone, shortened(zone.name ?? ''), lettersOf(zone), OTHERWISE[zone.otherwise]])
  return [
    ...table([['zone', 'name', 'live', 'intensity otherwise'], ...rows]),
    '',
    'live: I average intensity, M marginal intensity, P price, R renewable share,',
    '      D demand, F frequency. Who knows what: windfall zone show <zone>',
  ]
}

/** A recording and a model say so before anything else; a forecast of ours is a model on live data. */
function originWords({ origin, recordedOn }: Signal): string {
  if (origin === 'live') return 'live'
  return origin === 'recorded' ? `RECORDED ${recordedOn ?? 'earlier'}, not the grid of today` : 'MODELLED, not measured'
}

const CURRENCY_WORDS = { GBP: 'p/kWh', EUR: 'ct/kWh', USD: '¢/kWh' } as const

/** `gCO2/kWh`, `p/kWh`, `MW`. */
const unitOf = ({ unit, price }: Signal): string => (price ? CURRENCY_WORDS[price.currency] : unit)

/** What a value is: measured or forecast, published like a price, recorded or modelled. */
function certainty({ kind, origin }: Signal, forecast: boolean): string {
  if (origin !== 'live') return origin === 'recorded' ? 'from the recording' : 'modelled'
  if (forecast) return 'forecast'
  return kind === 'price' ? 'published' : 'measured'
}

/** What a value counts: direct or lifecycle emissions, a wholesale or a retail price. */
const countsWhat = ({ basis, price }: Signal): string => (basis ? `, ${basis} emissions` : price ? `, ${price.market}` : '')

const provenance = (signal: Signal, { timeZone }: ChartFrame): string =>
  [originWords(signal), signal.source, `issued ${dateWord(Date.parse(signal.issuedAt), timeZone)}`, ...(signal.estimated ? ['estimated'] : [])].join('; ')

const certaintyOfAll = (signal: Signal, slots: readonly Slot[], { timeZone }: ChartFrame): string => {
  const firstForecast = slots.find(({ forecast }) => forecast)
  if (!firstForecast) return certainty(signal, false)
  if (slots[0]?.forecast || signal.origin !== 'live') return certainty(signal, true)
  return `${certainty(signal, false)} until ${momentWord(firstForecast.from, timeZone)}, then forecast`
}

const valueLine = (signal: Signal, slot: Slot, { timeZone }: ChartFrame): string =>
  `${figure(slot.value, signal.unit)} ${unitOf(signal)} at ${momentWord(slot.from, timeZone)}, ${certainty(signal, slot.forecast)}`

function extremes(signal: Signal, slots: readonly Slot[], frame: ChartFrame): string[] {
  const { lowest, highest } = scaleOf(slots)
  const [low, high] = [slots.find(({ value }) => value === lowest), slots.find(({ value }) => value === highest)]
  return low && high
    ? [...labelled('lowest', valueLine(signal, low, frame), frame), ...labelled('highest', valueLine(signal, high, frame), frame)]
    : ['No value is known.']
}

/** Every value in a line, with what it is and a bar. */
function valueRows(signal: Signal, slots: readonly Slot[], { timeZone }: ChartFrame): string[] {
  const scale = scaleOf(slots)
  return table(
    slots.map((slot) => [
      `${momentWord(slot.from, timeZone)}–${timeWord(slot.to, timeZone)}`,
      figure(slot.value, signal.unit).padStart(7),
      block(slot.value, scale),
      `${certainty(signal, slot.forecast)}${signal.estimated ? ', estimated' : ''}`,
    ]),
  )
}

/** A signal as a chart, with where it comes from above and what stands out below; every value, if wanted. */
export function describeSignal(signal: Signal, frame: ChartFrame, { values }: { readonly values: boolean }): string[] {
  const slots = slotsOf(signal)
  const { lowest, highest } = scaleOf(slots)
  const legend = `▁ ${figure(lowest, signal.unit)} █ ${figure(highest, signal.unit)} ${unitOf(signal)}, a block for ${minutesPerBlock(frame.width)} min; · unknown`
  const told = (text: string): string[] => folded(text, frame.width)
  return [
    ...told(`${signal.zone} ${QUANTITY[signal.kind]}, ${unitOf(signal)}${countsWhat(signal)}: ${certaintyOfAll(signal, slots, frame)}`),
    ...told(provenance(signal, frame)),
    '',
    ...chartOf(signal, frame),
    '',
    ...told(legend),
    ...extremes(signal, slots, frame),
    ...told(signal.attribution),
    ...(values ? ['', ...valueRows(signal, slots, frame)] : []),
  ]
}

const signed = (value: number): string => `${value < 0 ? '' : '+'}${value.toFixed(1)}`

const describeError = ({ source, measuredBy, meanAbsolute, meanAbsolutePercent, bias, comparisons }: SourceAccuracy, method: string): string =>
  `${source}: off by ${meanAbsolute.toFixed(1)} gCO2/kWh (${meanAbsolutePercent.toFixed(1)} %) on average, bias ${signed(bias)}; ${method}, by ${measuredBy}, ${comparisons.toLocaleString('en-GB')} comparisons`

/** How far forecasts were off, or why nobody knows. */
export function describeAccuracy({ sources, method, reason }: ZoneAccuracy, frame: ChartFrame): string[] {
  const texts = sources.length > 0 ? sources.map((source) => describeError(source, method)) : [reason ?? 'not known']
  return texts.flatMap((text, index) => labelled(index === 0 ? 'accuracy' : '', text, frame))
}

const describePeriod = ({ kind, from, to, share, forecast, evidence }: Abundance, { timeZone }: ChartFrame): string =>
  `${kind} ${momentWord(Date.parse(from), timeZone)} to ${momentWord(Date.parse(to), timeZone)}, renewables ${share} %${forecast ? ', forecast' : ''}; ${evidence}`

export function describeAbundance({ periods, reason }: ZoneAbundance, frame: ChartFrame): string[] {
  const texts = periods.length > 0 ? periods.map((period) => describePeriod(period, frame)) : [reason ?? 'none from a day ago to what is known ahead']
  return texts.flatMap((text, index) => labelled(index === 0 ? 'abundance' : '', text, frame))
}

/** One quantity now, with its origin and source. */
export function describeNow(signal: Signal, reading: Reading): string[] {
  const slots = slotsOf(signal)
  const slot = slotAt(slots, reading.now) ?? slots.findLast(({ from }) => from <= reading.now)
  const label = signal.kind === 'renewableShare' ? 'renewables' : signal.kind === 'average' ? 'intensity' : signal.kind
  if (!slot) return labelled(label, 'no value is known now', reading)
  return labelled(label, `${valueLine(signal, slot, reading)}${countsWhat(signal)}; ${provenance(signal, reading)}`, reading)
}

/** Who is asked for each quantity, and what there is without them. */
export function describeZone({ zone, name, sources, otherwise }: ZoneView, frame: ChartFrame): string[] {
  const asked = sources.flatMap(({ kind, providers }, index) => labelled(index === 0 ? 'asked' : '', `${QUANTITY[kind]}: ${providers.join(', then ')}`, frame))
  const without = {
    recording: 'the recording of 18–19 March 2024 (RECORDED)',
    model: 'the day model on published yearly means (MODELLED)',
    nothing: 'nothing: only live sources know this zone',
  }[otherwise]
  return [
    `${zone}${name === null ? '' : `, ${name}`}`,
    '',
    ...(asked.length > 0 ? asked : labelled('asked', 'no live source is configured for this zone', frame)),
    ...labelled('otherwise', without, frame),
  ]
}

/** Where somebody is on the grid, and what to do with it. */
export const describePlace = ({ zone, name, source, hint }: ZonePlace, frame: ChartFrame): string[] => [
  `${zone}${name === null ? '' : `, ${name}`} (says ${source})`,
  ...(hint === null ? [] : folded(hint, frame.width)),
  `For this machine: windfall agent --zone ${zone}. Its grid: windfall zone forecast ${zone}`,
]

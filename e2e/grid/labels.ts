/** What must be true of every signal that leaves the oracle. */
import { Signal, type SignalKind, type SignalPoint } from '../../shared/contract/wire.ts'
import { staleAfterMs } from '../../main/coordinator/grid/sources.ts'
import { fromIso } from '../../shared/units.ts'
import { MARKS } from './publishing.ts'
import type { Witness } from './witness.ts'

/** How long before an answer a provider may have issued it, and how long it then stands. */
const LATE_MS = 4 * 3_600_000

interface Question {
  readonly zone: string
  readonly kind: SignalKind
  /** When it was answered, epoch ms. */
  readonly now: number
  /** Asked of the past: then a value that has been corrected is wrong. */
  readonly isPast: boolean
}

const UNITS: Readonly<Record<SignalKind, string>> = {
  average: 'gCO2/kWh',
  marginal: 'gCO2/kWh',
  price: 'minor/kWh',
  renewableShare: '%',
  solar: 'W',
  demand: 'MW',
  frequency: 'Hz',
}

const around = (mark: number): readonly [number, number] => [mark - 700, mark + 700]

/** Between which values a quantity lies in a replay: those of different quantities are far from each other. */
function rangeOf({ kind, price }: Signal): readonly [number, number] {
  if (kind === 'price') return around(price?.market === 'retail' ? MARKS.retail : MARKS.wholesale)
  if (kind === 'marginal') return [MARKS.marginal, MARKS.marginal + 1_600]
  if (kind === 'demand') return [MARKS.demand, 2 * MARKS.demand]
  return kind === 'renewableShare' ? [0, 100] : [0, 1_600]
}

/** The complaints whose condition holds. */
const complaints = (list: Readonly<Record<string, boolean>>): readonly string[] => Object.entries(list).flatMap(([words, holds]) => (holds ? [words] : []))

function shape(signal: Signal, { zone, kind, now }: Question): readonly string[] {
  const { basis, price, unit, issuedAt, attribution, source, points, recordedOn, origin, estimated } = signal
  const ordered = points.every(({ from, to }, index) => from < to && (points[index - 1]?.to ?? '') <= from)
  const [least, most] = rangeOf(signal)
  return complaints({
    'is not a signal': !Signal.safeParse(signal).success,
    'is about another zone or quantity': signal.zone !== zone || signal.kind !== kind,
    'has another unit': unit !== UNITS[kind],
    'has no basis, or one without grams': (basis !== null) !== (kind === 'average' || kind === 'marginal'),
    'has no market, or one without money': (price !== null) !== (kind === 'price'),
    'was issued in the future': fromIso(issuedAt) > now,
    'does not say whose it is': source === '' || attribution === '',
    'has slots out of order or on top of each other': !ordered,
    'says nothing': points.length === 0,
    'says when it was recorded though it was not, or does not': (recordedOn !== null) !== (origin === 'recorded'),
    'calls what nobody measured certain': origin !== 'live' && !estimated,
    'calls what nobody measured a measurement': origin !== 'live' && points.some(({ forecast }) => !forecast),
    'holds a value of another quantity or market': points.some(({ value }) => value !== null && (value < least || value > most)),
  })
}

function measuredPoint(signal: Signal, point: SignalPoint, { witness, now, isPast }: Question & { witness: Witness }): readonly string[] {
  const heard = witness.heard(signal, point)
  if (!heard) return [`says ${point.value} for ${point.from}, which ${signal.source} never said`]
  return complaints({
    [`calls ${point.from} measured, which is still to come`]: !point.forecast && signal.kind !== 'price' && fromIso(point.to) > now,
    [`calls the estimate for ${point.from} final`]: heard.alwaysEstimated && !signal.estimated,
    [`says a value for ${point.from} that has been corrected`]: isPast && !point.forecast && point.value !== null && !heard.isNewest,
  })
}

function live(signal: Signal, question: Question & { witness: Witness }): readonly string[] {
  const said = question.witness.source(signal.source)
  if (!said) return ['is called live, and no provider said it']
  const relabelled = said.kind !== signal.kind || said.basis !== signal.basis || said.unit !== signal.unit || said.price?.market !== signal.price?.market
  return [
    ...complaints({
      'is not labelled as its provider labelled it': relabelled,
      'is older than it may be': !question.isPast && question.now - fromIso(signal.issuedAt) > staleAfterMs(signal.kind) + LATE_MS,
      'names a body that nobody sent': !question.isPast && !question.witness.isBody(signal.bodySha256),
    }),
    ...signal.points.flatMap((point) => measuredPoint(signal, point, question)),
  ]
}

function modelled({ source, bodySha256, zone, kind }: Signal, { witness }: { witness: Witness }): readonly string[] {
  const [, onto] = /^Windfall forecast \([a-z, -]+\) on (.+)$/.exec(source) ?? []
  return complaints({
    'is modelled and does not say how': !onto && !source.startsWith('Windfall day model 1 on '),
    'is modelled on a source that said nothing': onto !== undefined && witness.source(onto)?.kind !== 'average',
    'is modelled on bodies that nobody sent': onto !== undefined && !witness.isBasisOfForecast(zone, bodySha256),
    'is modelled, which only intensity is': kind !== 'average',
  })
}

/** Everything that is wrong with an answer, in words; empty if nothing is. */
export function problemsOf(signal: Signal, question: Question & { witness: Witness }): readonly string[] {
  const byOrigin = { live: () => live(signal, question), modelled: () => modelled(signal, question), recorded: () => recorded(signal) }
  return [...shape(signal, question), ...byOrigin[signal.origin]()].map(
    (words) => `${question.zone} ${question.kind} at ${new Date(question.now).toISOString()} ${words}`,
  )
}

const recorded = ({ source, zone }: Signal): readonly string[] =>
  complaints({ 'is recorded and does not say so': !/recording/.test(source), 'was never recorded there': !/^GB-(?:0\d|1[0-4])$/.test(zone) })

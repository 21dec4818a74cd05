/** What `job plan` prints: where, when, for how much and why, before anybody pays. */
import type { ComparedChoice, ElectricityPrice, Exclusion, Plan, PlanAnswer } from '../../shared/contract/plan.ts'
import { EXCLUSION_REMEDY, EXCLUSION_WORDS } from '../../shared/domain/exclusion-words.ts'
import { dateWord, dayKey, dayWord, inClockTime, momentWord, ownTimeZone, timeWord, zoneWord } from './clock-time.ts'
import { gramsOf, originOf, usd } from './format.ts'
import { table } from './output.ts'

const MAX_RUNS = 6
const MAX_NODES = 4

/** `12 s`, `45 min`, `1 h 20 min`. */
function lengthWord(ms: number): string {
  if (ms < 60_000) return `${Math.max(1, Math.round(ms / 1_000))} s`
  const minutes = Math.round(ms / 60_000)
  const [hours, rest] = [Math.floor(minutes / 60), minutes % 60]
  return [...(hours > 0 ? [`${hours} h`] : []), ...(rest > 0 || hours === 0 ? [`${rest} min`] : [])].join(' ')
}

/** `Sat 21 Nov 22:00 to 22:40 GMT`; both days where they differ. */
function stretch({ from, to }: Plan['window'], timeZone: string): string {
  const [start, end] = [Date.parse(from), Date.parse(to)]
  if (dayKey(start, timeZone) !== dayKey(end, timeZone)) return `${momentWord(start, timeZone)} to ${momentWord(end, timeZone)}`
  const [first, last] = [timeWord(start, timeZone), timeWord(end, timeZone)]
  return `${dayWord(start, timeZone)} ${first === last ? first : `${first} to ${last}`} ${zoneWord(end, timeZone)}`
}

const lengthOf = (runs: Plan['runs']): number => runs.reduce((sum, { from, to }) => sum + Date.parse(to) - Date.parse(from), 0)

function runLines({ runs }: Plan, timeZone: string): string[] {
  const whole = lengthWord(lengthOf(runs))
  if (runs.length === 1) return [`runs       ${stretch(runs[0] ?? { from: '', to: '' }, timeZone)}, ${whole}`]
  const shown = runs.slice(0, MAX_RUNS).map((run, index) => `${index === 0 ? 'runs       ' : '           '}${stretch(run, timeZone)}`)
  const hidden = runs.length - shown.length
  return [...shown, `           ${hidden > 0 ? `and ${hidden} more; ` : ''}${runs.length} runs, ${whole} in all`]
}

const percentLess = ({ expectedGrams, baselineGrams }: Plan): string => {
  const share = baselineGrams === 0 ? 0 : Math.round((1 - expectedGrams / baselineGrams) * 100)
  return share === 0 ? 'the same' : `${Math.abs(share)} % ${share > 0 ? 'less' : 'more'}`
}

const SYMBOLS: Readonly<Record<ElectricityPrice['currency'], string>> = { GBP: 'p', EUR: 'ct', USD: '¢' }

function electricityLine({ minorPerKWh, currency, market, knownShare }: ElectricityPrice): string {
  const known = knownShare < 1 ? `, published for ${Math.round(knownShare * 100)} % of the run` : ''
  return `power      ${minorPerKWh.toFixed(1)} ${SYMBOLS[currency]}/kWh (${market}${known})`
}

const choiceWord = ({ zone, runs, gPerKWh }: ComparedChoice): string => `${zone} from ${runs[0]?.from ?? 'now'} on, ${Math.round(gPerKWh)} g/kWh`

/** Why it is this one, where the two ways to choose disagree. */
function comparison({ plan, compared: { composite, joint } }: PlanAnswer): string[] {
  if (!plan || !composite || !joint) return []
  const other = plan.chosenBy === 'joint' ? composite : joint
  const isSame = other.nodeId === plan.nodeId && other.runs[0]?.from === plan.runs[0]?.from && other.runs.length === plan.runs.length
  if (isSame) return ['chosen by  placement score and joint planning alike']
  return plan.chosenBy === 'joint'
    ? [`chosen by  joint planning of zone and time; the placement score alone would take ${choiceWord(other)}`]
    : [`chosen by  placement score; joint planning would take ${choiceWord(other)}, which is no better for this job`]
}

/** One line for each constraint, with the nodes it excludes as far as they are few. */
const exclusionLines = ({ excluded, out }: PlanAnswer): string[] =>
  Object.entries(excluded).map(([reason, count]) => {
    const nodes = out.filter((node) => node.reason === reason).map(({ nodeId }) => nodeId.slice(0, 12))
    const named = nodes.length > 0 && nodes.length === count && count <= MAX_NODES ? `: ${nodes.join(', ')}` : ''
    return `  ${String(count).padStart(3)} ${EXCLUSION_WORDS[reason as Exclusion]} (${reason})${named}`
  })

/** What would help most of them. */
function remedy({ excluded }: PlanAnswer): string[] {
  const [most] = (Object.entries(excluded) as [Exclusion, number][]).toSorted(([, a], [, b]) => b - a)
  return most ? [EXCLUSION_REMEDY[most[0]]] : []
}

function alternativeLines({ alternatives }: PlanAnswer, timeZone: string): string[] {
  if (alternatives.length === 0) return []
  const rows = alternatives.map((other) => [
    other.nodeId.slice(0, 12),
    other.zone,
    other.score.total.toFixed(4),
    `${Math.round(other.gPerKWh)} g/kWh`,
    dateWord(Date.parse(other.window.from), timeZone),
    `${other.source}, ${originOf(other)}`,
  ])
  return ['', ...table([['also', 'zone', 'score', 'intensity', 'start', 'source'], ...rows])]
}

function planned(plan: Plan, answer: PlanAnswer, timeZone: string): string[] {
  const { score, gramsRange, electricity, greenest } = plan
  const range = gramsRange ? `, eight times of ten ${gramsOf(gramsRange.low)} to ${gramsOf(gramsRange.high)}` : ', no track record to say how sure'
  return [
    `node       ${plan.nodeId}`,
    `zone       ${plan.zone}  ${Math.round(plan.gPerKWh)} g/kWh (${plan.source}, ${originOf(plan)})`,
    ...runLines(plan, timeZone),
    `expected   ${gramsOf(plan.expectedGrams)}${range}`,
    `baseline   ${gramsOf(plan.baselineGrams)} if started at once: ${percentLess(plan)}`,
    ...(greenest ? [`greenest   ${greenest.window.from}, ${Math.round(greenest.gPerKWh)} g/kWh`] : []),
    `price      ${usd(plan.expectedMicroUsd)} expected${answer.results ? ` for each of ${answer.results} results` : ''}, at most ${usd(answer.maxPriceMicroUsd)}`,
    ...(electricity ? [electricityLine(electricity)] : []),
    ...comparison(answer),
    `score      ${score.total.toFixed(4)} = intensity ${score.intensity.toFixed(4)} + price ${score.price.toFixed(4)} + utilisation ${score.utilisation.toFixed(4)} (lower is better)`,
  ]
}

/** Results that have to agree come from different owners; fewer machines have fewer owners. */
const ownerLines = ({ results }: PlanAnswer, able: number): string[] =>
  results === undefined || results <= able
    ? []
    : [`owners     ${results} results take machines of ${results} owners, and ${able} could run it now: submitted, it waits for others until its deadline`]

function planLines(answer: PlanAnswer, timeZone: string): string[] {
  const excluded = exclusionLines(answer)
  const cannot = Object.values(answer.excluded).reduce((sum, count) => sum + count, 0)
  if (answer.nodes === 0) return ['No machine is enrolled yet.']
  if (!answer.plan) return [`No machine can take this job now. Of ${answer.nodes} known:`, ...excluded, ...remedy(answer)]
  const counted = `machines   ${answer.nodes} known, ${answer.nodes - cannot} could run it${cannot > 0 ? `; of the other ${cannot}:` : ''}`
  return [...planned(answer.plan, answer, timeZone), counted, ...excluded, ...ownerLines(answer, answer.nodes - cannot), ...alternativeLines(answer, timeZone)]
}

/** The lines `job plan` prints; times by the clock of `timeZone`. */
export const describePlan = (answer: PlanAnswer, timeZone: string = ownTimeZone()): string[] => inClockTime(planLines(answer, timeZone), timeZone)

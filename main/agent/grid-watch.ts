import type { CarbonRule, GatePreview, OwnerRules } from '../../shared/contract/owner-rules.ts'
import type { GridView, SolarView } from '../../shared/contract/agent-grid.ts'
import type { StartOutlook } from '../../shared/contract/agent.ts'
import type { Lease } from '../../shared/contract/job.ts'
import { slotAt, slotsOf } from '../../shared/domain/signal.ts'
import { describeTariff, priceAt, pricesOver } from '../../shared/domain/tariff.ts'
import { epochMs, toIso } from '../../shared/units.ts'
import { type EarningQuery, NET_METHOD, earningRule, earningsAt, workOf } from './grid/earning.ts'
import { type Gate, type GateQuery, carbonGate, carbonRule, describeRule, signalState } from './grid/gate.ts'
import { hoursRule } from './grid/hours.ts'
import { OUTLOOK_MS, describeOutlook, startOutlook } from './grid/outlook.ts'
import { readSchedule } from './idle/signals/schedule.ts'
import { type GridSignals, type GridSignalsDeps, createGridSignals } from './grid-signals.ts'

/** What of the owner's rules concerns the grid, its price and the hours of the week. */
export type GridRules = Pick<OwnerRules, 'gate' | 'onlyIfEarning' | 'schedule'>

export interface GridWatchDeps extends GridSignalsDeps {
  /** As they are now: the owner may change them at any moment. */
  readonly rules: () => GridRules
  /** The sun on the owner's roof. */
  readonly solar: { readonly surplus: () => number | null; readonly view: () => SolarView | null }
  /** Whether the owner lets jobs run although their own rules say no. */
  readonly anyway: () => boolean
}

/** What the grid and the price of its power have against a job. */
interface StartGate extends Omit<Gate, 'reason'> {
  readonly reason: StartOutlook['reasons'][number] | null
}

export interface GridWatch extends Pick<GridSignals, 'update' | 'learn'> {
  /** Whether the grid allows a job now; without a lease, whether it would allow one. */
  readonly gate: (lease: Lease | null) => StartGate
  /** Whether it would, if the owner let jobs run anyway. */
  readonly opensAnyway: (lease: Lease | null) => boolean
  /** Why none starts now by any of the owner's rules, the grid or its own window, and when one will. */
  readonly outlook: (lease: Lease | null) => StartOutlook
  readonly view: () => GridView
  /** What electricity costs the owner now; `null` if they have not said, or it is not known. */
  readonly priceNow: () => NonNullable<GridView['tariff']>['now']
  /** What another rule would call green. */
  readonly preview: (rule: CarbonRule) => GatePreview
}

/** What a window calls green where the owner's rule names no hours of its own. */
const SHOWN_RULE: CarbonRule = { kind: 'percentile', percentile: 30 }
const ownHours = (rule: CarbonRule): boolean => rule.kind === 'absolute' || rule.kind === 'percentile'
// What a job or old data have against it, the owner does not set aside.
const lenient = (rule: CarbonRule): CarbonRule => (ownHours(rule) ? { kind: 'planned' } : rule)

/** A live forecast older than this no longer says what the grid is like. */
const MAX_AGE_MS = 2 * 3_600_000

const MESSAGES = {
  fresh: null,
  stale: 'The last forecast is out of date. Jobs wait until a fresh one arrives.',
  missing: 'No forecast has arrived yet.',
} as const

interface Watched extends GridWatchDeps {
  readonly signals: GridSignals
}

/** What the newest signals of this node's zone and its owner's rules allow. */
export function createGridWatch(deps: GridWatchDeps): GridWatch {
  const signals = createGridSignals(deps)
  const watched = { ...deps, signals }
  return {
    update: signals.update,
    learn: signals.learn,
    gate: (lease) => gateOf(watched, lease),
    opensAnyway: (lease) => carbonGate(queryOf(watched, lenient(deps.rules().gate), lease)).open,
    outlook: (lease) => outlookOf(watched, lease),
    view: () => viewOf(watched),
    priceNow: () => priceNow(watched),
    preview: (rule) => ({ words: ruleText(watched, rule), greenWindows: greenOf(watched, rule) }),
  }
}

function queryOf({ signals, clock, solar }: Watched, rule: CarbonRule, lease: Lease | null): GateQuery {
  return {
    rule,
    signal: signals.intensity(),
    now: clock.now(),
    maxAgeMs: MAX_AGE_MS,
    jobWindow: lease?.window ?? null,
    learned: signals.learned(rule),
    sunny: lease !== null && (solar.surplus() ?? -1) >= lease.spec.expected.watts,
  }
}

function earningOf({ tariff: owner, signals, clock }: Watched, lease: Lease | null): EarningQuery | null {
  const tariff = owner()
  return tariff && lease && { tariff, series: signals.prices(), work: workOf(lease), now: clock.now() }
}

function costRules(watched: Watched, lease: Lease | null) {
  const earning = watched.rules().onlyIfEarning ? earningOf(watched, lease) : null
  return earning ? [earningRule(earning)] : []
}

function gateOf(watched: Watched, lease: Lease | null): StartGate {
  const { clock, anyway } = watched
  const rule = watched.rules().gate
  if (anyway()) return carbonGate(queryOf(watched, lenient(rule), lease))
  const carbon = carbonGate(queryOf(watched, rule, lease))
  const reason = carbon.reason ?? costRules(watched, lease)[0]?.against(clock.now()) ?? null
  return { ...carbon, open: reason === null, reason }
}

function outlookOf(watched: Watched, lease: Lease | null): StartOutlook {
  const { clock, anyway } = watched
  const { gate: rule, schedule } = watched.rules()
  const now = clock.now()
  const carbon = carbonRule(queryOf(watched, anyway() ? lenient(rule) : rule, lease))
  const outlook = startOutlook(
    anyway() ? [carbon] : [carbon, ...(schedule ? [hoursRule((at) => readSchedule(schedule, epochMs(at)), now)] : []), ...costRules(watched, lease)],
    now,
  )
  const earning = earningOf(watched, lease)
  const net = earning && earningsAt(earning).at(now)
  return {
    reasons: [...outlook.reasons],
    nextStart: outlook.next === null ? null : toIso(outlook.next),
    message: describeOutlook(outlook),
    net: net && earning ? { currency: earning.tariff.currency, ...net, method: NET_METHOD } : null,
  }
}

function viewOf(watched: Watched): GridView {
  const { clock, signals, solar } = watched
  const rule = watched.rules().gate
  const [now, signal, tariff] = [clock.now(), signals.intensity(), watched.tariff()]
  const slot = signal && slotAt(slotsOf(signal), now)
  const state = signalState(signal, now, MAX_AGE_MS)
  return {
    zone: watched.zone(),
    signal,
    now: slot ? { gPerKWh: slot.value, from: toIso(slot.from), to: toIso(slot.to) } : null,
    greenWindows: greenOf(watched, rule),
    greenerThanPercent: slot && signals.greenerThan(slot.value),
    rule: ruleText(watched, rule),
    state,
    message: MESSAGES[state],
    tariff: tariff && { words: describeTariff(tariff), now: priceNow(watched) },
    solar: solar.view(),
  }
}

const greenOf = (watched: Watched, rule: CarbonRule) => [...carbonGate(queryOf(watched, ownHours(rule) ? rule : SHOWN_RULE, null)).greenWindows]

function ruleText({ signals }: Watched, rule: CarbonRule): string {
  const words = describeRule(rule, signals.learned(rule) !== null)
  return ownHours(rule) ? words : `${words} Green marks the cleanest 30% of the ${signals.learned(SHOWN_RULE) === null ? 'hours ahead' : 'last 30 days'}.`
}

function priceNow({ tariff: owner, signals, clock }: Watched): NonNullable<GridView['tariff']>['now'] {
  const [now, tariff] = [clock.now(), owner()]
  const slot = tariff && priceAt(pricesOver(tariff, signals.prices(), { from: now, to: now + OUTLOOK_MS }), now)
  return slot && tariff && { minorPerKWh: slot.value, currency: tariff.currency, until: toIso(slot.to) }
}

/** Events that an operator made up, as they show in a signal and as incidents see them. Pure; times are epoch milliseconds. */
import type { SimulatedEvent } from '../../../shared/contract/incident.ts'
import type { Signal, SignalPoint } from '../../../shared/contract/wire.ts'
import { fromIso, toIso } from '../../../shared/units.ts'

export interface MadeUp {
  readonly simulationId: string
  readonly zone: string
  readonly event: SimulatedEvent
  readonly from: number
  readonly to: number
  readonly madeBy: string
}

/** What intensity is multiplied by. */
function factorOf(event: SimulatedEvent): number {
  switch (event.cause) {
    case 'intensity-spike':
      return 1 + event.percent / 100
    case 'surplus':
    case 'curtailment':
      return 1 - event.percent / 100
    case 'frequency':
    case 'stale-source':
      return 1
    default:
      return event satisfies never
  }
}

/** A point cut at the beginning and the end of a simulation, changed between them. */
function cut(point: SignalPoint, { event, from, to }: MadeUp): readonly SignalPoint[] {
  const [start, end] = [fromIso(point.from), fromIso(point.to)]
  const [first, last] = [Math.max(start, from), Math.min(end, to)]
  if (point.value === null || first >= last) return [point]
  const piece = (a: number, b: number, value: number | null): readonly SignalPoint[] => (a < b ? [{ ...point, from: toIso(a), to: toIso(b), value }] : [])
  return [...piece(start, first, point.value), ...piece(first, last, point.value * factorOf(event)), ...piece(last, end, point.value)]
}

const MAX_POINTS = 2_000

/**
 * The signal as it would be. Nothing but plans ever reads it: its source begins with “SIMULATED”, and it is no longer live. The very signal
 * if no simulation changes it.
 */
export function asSimulated(signal: Signal, simulations: readonly MadeUp[]): Signal {
  const here = simulations.filter(({ zone, event }) => zone === signal.zone && factorOf(event) !== 1)
  if (here.length === 0 || signal.kind !== 'average') return signal
  const points = here.reduce<readonly SignalPoint[]>((found, simulation) => found.flatMap((point) => cut(point, simulation)), signal.points)
  const causes = here.map(({ event }) => event.cause).join(', ')
  return {
    ...signal,
    points: points.slice(0, MAX_POINTS),
    origin: 'modelled',
    recordedOn: null,
    estimated: true,
    source: `SIMULATED ${causes} on ${signal.source}`.slice(0, 120),
  }
}

const WORDS: { readonly [C in SimulatedEvent['cause']]: (event: Extract<SimulatedEvent, { cause: C }>) => string } = {
  'intensity-spike': ({ percent }) => `intensity ${percent} % higher`,
  surplus: ({ percent }) => `a surplus that makes intensity ${percent} % lower`,
  curtailment: ({ percent }) => `curtailment that makes intensity ${percent} % lower`,
  frequency: ({ hz }) => `frequency at ${hz} Hz`,
  'stale-source': () => 'live sources that no longer answer',
}

/** What an incident says of a simulation. */
export const describeSimulation = ({ zone, event, to }: MadeUp): string =>
  `SIMULATED in ${zone}: ${(WORDS[event.cause] as (event: SimulatedEvent) => string)(event)}, until ${toIso(to)}.`

/** Events that an operator made up, as they show in a signal and as incidents see them. Pure; times are epoch milliseconds. */
import type { SimulatedEvent } from '../../../shared/contract/incident.ts'
import type { Signal } from '../../../shared/contract/wire.ts'
import { toIso } from '../../../shared/units.ts'

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

interface ForeseenSlot {
  /** Epoch milliseconds. */
  readonly from: number
  readonly to: number
  readonly value: number
  readonly low: number | null
  readonly high: number | null
}

/** What plans are made with, as far as a simulation changes it. */
export interface Foreseen extends Pick<Signal, 'zone' | 'source' | 'origin' | 'recordedOn'> {
  readonly intensity: readonly ForeseenSlot[]
}

function times(slot: ForeseenSlot, factor: number): ForeseenSlot {
  const { value, low, high } = slot
  return { ...slot, value: value * factor, low: low === null ? null : low * factor, high: high === null ? null : high * factor }
}

/** A slot cut at the beginning and the end of a simulation, changed between them. */
function cut(slot: ForeseenSlot, { event, from, to }: MadeUp): readonly ForeseenSlot[] {
  const [first, last] = [Math.max(slot.from, from), Math.min(slot.to, to)]
  if (first >= last) return [slot]
  const piece = (a: number, b: number, of: ForeseenSlot): readonly ForeseenSlot[] => (a < b ? [{ ...of, from: a, to: b }] : [])
  return [...piece(slot.from, first, slot), ...piece(first, last, times(slot, factorOf(event))), ...piece(last, slot.to, slot)]
}

/**
 * The outlook as it would be. Nothing but plans ever reads it: its source begins with “SIMULATED”, and it is no longer live. The very outlook
 * if no simulation changes it.
 */
export function asSimulated<O extends Foreseen>(outlook: O, simulations: readonly MadeUp[]): O {
  const here = simulations.filter(({ zone, event }) => zone === outlook.zone && factorOf(event) !== 1)
  if (here.length === 0) return outlook
  const intensity = here.reduce<readonly ForeseenSlot[]>((slots, simulation) => slots.flatMap((slot) => cut(slot, simulation)), outlook.intensity)
  const causes = here.map(({ event }) => event.cause).join(', ')
  return { ...outlook, intensity, origin: 'modelled', recordedOn: null, source: `SIMULATED ${causes} on ${outlook.source}`.slice(0, 120) }
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

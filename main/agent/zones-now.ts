import type { GridView } from '../../shared/contract/agent-grid.ts'
import type { Signal } from '../../shared/contract/wire.ts'
import type { ZoneNow, ZonesNow } from '../../shared/contract/zone-now.ts'
import { halfHourFloor } from '../../shared/domain/half-hours.ts'
import { slotAt, slotsOf } from '../../shared/domain/signal.ts'
import { liveZoneNames, zoneNames } from '../../shared/domain/zones.ts'
import { HALF_HOUR_MS } from '../../shared/units.ts'
import { modelledSignal } from '../kernel/grid-model.ts'
import { type Recording, loadRecording } from '../kernel/grid-recording.ts'
import { resourcesDirectory } from '../kernel/paths.ts'

export interface ZonesNowDeps {
  readonly grid: () => Pick<GridView, 'zone' | 'signal' | 'state'>
  /** The recording that ships with Windfall, read when it is first asked for. */
  readonly recording: () => Recording
  readonly now: () => number
}

const nameOf = (zone: string): string | null => zoneNames.get(zone) ?? liveZoneNames.get(zone) ?? null

/**
 * Every zone that Windfall has a name for: the own one by the signal that the coordinator sent, the others by what ships with Windfall, labelled as
 * recorded or modelled. Nothing is asked of anybody, so a zone that only live sources know has no value here.
 */
export function zonesNow({ grid, recording, now }: ZonesNowDeps): ZonesNow {
  const own = grid()
  const at = now()
  const from = halfHourFloor(at)
  const shipped = (zone: string): Signal | null => recording().signal(zone, from, from + HALF_HOUR_MS) ?? modelledSignal(zone, from, from + HALF_HOUR_MS)
  const others = [...new Set([...zoneNames.keys(), ...liveZoneNames.keys()])].filter((zone) => zone !== own.zone)
  const signals = others.map((zone) => ({ zone, signal: shipped(zone) }))
  const known = [own.signal, ...signals.map(({ signal }) => signal)].filter((signal) => signal !== null)
  return {
    zones: [
      viewOf(own.zone, own.signal, { at, state: own.state }),
      ...signals.map(({ zone, signal }) => viewOf(zone, signal, { at, state: signal === null ? 'missing' : 'fresh' })),
    ],
    attributions: [...new Set(known.map(({ attribution }) => attribution))].slice(0, 20),
  }
}

function viewOf(zone: string, signal: Signal | null, { at, state }: { readonly at: number; readonly state: ZoneNow['state'] }): ZoneNow {
  const slot = signal && slotAt(slotsOf(signal), at)
  return {
    zone,
    name: nameOf(zone),
    gPerKWh: slot?.value ?? null,
    state: state === 'fresh' && !slot ? 'missing' : state,
    origin: signal?.origin ?? null,
    recordedOn: signal?.recordedOn ?? null,
    source: signal?.source ?? null,
    issuedAt: signal?.issuedAt ?? null,
  }
}

let shipped: Recording | null = null
/** The recording that ships with Windfall, read once. Error: `config.invalid` if it is damaged. */
export const shippedRecording = (): Recording => (shipped ??= loadRecording(resourcesDirectory))

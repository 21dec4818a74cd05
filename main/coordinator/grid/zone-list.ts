import { type SignalKind as Kind, SignalKind } from '../../../shared/contract/wire.ts'
import type { ZoneView } from '../../../shared/contract/grid.ts'
import { liveZoneNames, zoneNames } from '../../../shared/domain/zones.ts'
import { modelledSignal } from '../../kernel/grid-model.ts'
import { serving } from './oracle.ts'
import type { GridProvider } from './provider.ts'
import type { Recording } from '../../kernel/grid-recording.ts'
import type { ZoneDirectory } from './zone-directory.ts'

interface Deps {
  readonly providers: readonly GridProvider[]
  readonly recording: Recording
  readonly directory: Pick<ZoneDirectory, 'names'>
}

/** What people call a zone; `null` for one that nobody has named yet. */
export const nameOfZone = (zone: string, directory: Pick<ZoneDirectory, 'names'>): string | null =>
  zoneNames.get(zone) ?? liveZoneNames.get(zone) ?? directory.names().get(zone) ?? null

function otherwise(recording: Recording, zone: string): ZoneView['otherwise'] {
  if (recording.signal(zone, 0, 0)) return 'recording'
  return modelledSignal(zone, 0, 0) ? 'model' : 'nothing'
}

const sourcesOf = (deps: Deps, zone: string): ZoneView['sources'] =>
  SignalKind.options
    .map((kind: Kind) => ({ kind, providers: serving(deps, zone, kind).map(({ name }) => name) }))
    .filter(({ providers }) => providers.length > 0)

/** Every zone that may be asked about: Windfall's own first, then those that a configured provider knows the intensity of. */
export function listZones(deps: Deps): ZoneView[] {
  const live = [...new Set([...liveZoneNames.keys(), ...deps.directory.names().keys()])].filter((zone) => !zoneNames.has(zone))
  const known = live.filter((zone) => serving(deps, zone, 'average').length > 0).toSorted()
  return [...zoneNames.keys(), ...known].map((zone) => ({
    zone,
    name: nameOfZone(zone, deps.directory),
    sources: sourcesOf(deps, zone),
    otherwise: otherwise(deps.recording, zone),
  }))
}

import { gbRegionId } from '../../../../shared/domain/zones.ts'
import { HALF_HOUR_MS } from '../../../../shared/units.ts'
import { nextIssue } from '../live-signal.ts'
import type { GridProvider } from '../provider.ts'
import type { CarbonIntensity } from './carbon-intensity.ts'

/**
 * As a provider of the grid: average direct intensity and the renewable share of supply, for `GB` and `GB-01` to `GB-17`, up to 48 h ahead.
 * Forecasts are renewed every half hour.
 */
export function carbonIntensityProvider(api: CarbonIntensity): GridProvider {
  return {
    id: 'carbon-intensity',
    name: 'The UK Carbon Intensity API',
    serves: (zone, kind) => (kind === 'average' || kind === 'renewableShare') && (zone === 'GB' || gbRegionId(zone) !== null),
    read: (query, abort) => (query.kind === 'average' ? api.averageOver(query, abort) : api.renewableShareOver(query, abort)),
    nextIssueAt: (_, at) => nextIssue(at, HALF_HOUR_MS),
  }
}

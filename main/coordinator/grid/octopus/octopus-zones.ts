/** The fourteen electricity regions: their letter at Octopus (the grid supply point group) and their number at the Carbon Intensity API. */
import { gbRegionId, gbZone } from '../../../../shared/domain/zones.ts'

/** By region number 1 to 14: North Scotland … South East England. */
const LETTERS = ['P', 'N', 'G', 'F', 'M', 'D', 'K', 'E', 'B', 'A', 'L', 'H', 'C', 'J']

/** `A` to `P` for `GB-01` to `GB-14`; `null` for every other zone: a nation pays no one price. */
export function octopusLetter(zone: string): string | null {
  const regionId = gbRegionId(zone)
  return regionId === null ? null : (LETTERS[regionId - 1] ?? null)
}

/** The zone of a group such as `_C`; `null` for one that does not exist. */
export function zoneOfGroup(groupId: string): string | null {
  const index = LETTERS.indexOf(groupId.replace(/^_/, ''))
  return index === -1 ? null : gbZone(index + 1)
}

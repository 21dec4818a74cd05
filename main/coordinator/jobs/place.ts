import type { PlaceKind } from '../../../shared/domain/places.ts'

/** One name for the places of a kind on a node, or in a zone. */
export const placeOf = (where: string, kind: PlaceKind): string => `${kind} ${where}`

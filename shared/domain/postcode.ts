import { WindfallError } from '../errors.ts'

/**
 * The first half of a postcode of Great Britain: `SW1A 1AA`, `sw1a1aa` and `SW1A` all become `SW1A`. It names a district, the whole names
 * a street. Error: `input.invalid`.
 */
export function outwardPostcode(postcode: string): string {
  const compact = postcode.toUpperCase().replace(/\s+/g, '')
  const outward = /^([A-Z]{1,2}\d[A-Z\d]?)(?:\d[A-Z]{2})?$/.exec(compact)?.[1]
  if (!outward) throw new WindfallError('input.invalid', 'That is not a postcode of Great Britain. The first half, such as SW1 or RG41, is enough.')
  return outward
}

/** How `nvidia-smi` writes values, in XML and in CSV, with and without units. What is not a value is `null`, never 0. */

const UNITS = { W: 1_000, MiB: 1_048_576, '%': 1, C: 1 } as const
type Unit = keyof typeof UNITS
const QUANTITY = /^(\d{1,12}(?:\.\d{1,6})?)(?: ?(W|MiB|%|C))?$/
/** In square brackets in CSV; XML has the same words without. */
const NOTHING = /^\[?(?:N\/A|Not Supported|Unknown Error|Insufficient Permissions|Requested functionality has been deprecated|REDACTED|ERR!|None|)\]?$/i

/** A quantity in the base unit of this program: milliwatts, bytes, percent or degrees. `null` for another unit than `unit`. */
export function readQuantity(text: string | null | undefined, unit: Unit): number | null {
  const match = QUANTITY.exec(text?.trim() ?? '')
  if (!match || (match[2] !== undefined && match[2] !== unit)) return null
  return Number((Number(match[1]) * UNITS[unit]).toFixed(0))
}

/** A card that answers draws something, so 0 W is a sensor that does not tell. */
export const readPower = (text: string | null | undefined): number | null => readQuantity(text, 'W') || null

export function readPercent(text: string | null | undefined): number | null {
  const percent = readQuantity(text, '%')
  return percent !== null && percent <= 100 ? percent : null
}

export function readWords(text: string | null | undefined): string | null {
  const words = text?.trim() ?? ''
  return NOTHING.test(words) ? null : words.replaceAll(/[^\x20-\x7e]/g, '?').slice(0, 96)
}

export function readSwitch(text: string | null | undefined): boolean | null {
  const words = readWords(text)
  return words === 'Enabled' ? true : words === 'Disabled' ? false : null
}

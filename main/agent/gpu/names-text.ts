const MAX_LENGTH = 120
/** What boards say that nobody gave a name. */
const PLACEHOLDERS = /^(?:unknown|none|n\/a|default string|to be filled by o\.?e\.?m\.?|not specified|system product name)$/i

/** A name fit to be shown, without control characters, or `null` if there is none. Takes whatever a program printed. */
export function cleanName(value: unknown): string | null {
  if (typeof value !== 'string') return null
  const name = value
    .replaceAll(/[\p{C}\s]+/gu, ' ')
    .trim()
    .slice(0, MAX_LENGTH)
    .trim()
  return name === '' || PLACEHOLDERS.test(name) ? null : name
}

/** `Intel` and `Core i7` make `Intel Core i7`; a part that the other one starts with is not said twice. */
export function joinNames(first: unknown, second: unknown): string | null {
  const [a, b] = [cleanName(first), cleanName(second)]
  if (a === null || b === null) return a ?? b
  return cleanName(b.toLowerCase().startsWith(a.toLowerCase()) ? b : `${a} ${b}`)
}

/** PCI address as sysfs writes it, also from the short form without a domain and from the long one. `null` for anything else. */
export function pciAddress(value: unknown): string | null {
  const [, domain = '0000', slot] = /^(?:(?:0000)?([0-9a-f]{4}):)?([0-9a-f]{2}:[0-9a-f]{2}\.[0-7])$/i.exec(String(value)) ?? []
  return slot ? `${domain}:${slot}`.toLowerCase() : null
}

/** Numbers that are text, as Home Assistant writes them. */
const NUMBER = /^-?\d{1,12}(?:\.\d{1,12})?$/
/** More than any home gives or takes. */
const MOST = 10_000_000

const unescape = (token: string): string => token.replaceAll('~1', '/').replaceAll('~0', '~')

function child(value: unknown, token: string): unknown {
  if (Array.isArray(value)) return /^(?:0|[1-9]\d{0,8})$/.test(token) ? value[Number(token)] : undefined
  return typeof value === 'object' && value !== null && Object.hasOwn(value, token) ? (value as Record<string, unknown>)[token] : undefined
}

/** The number at a JSON pointer (RFC 6901) of a text; `null` if the text is not JSON, or holds no believable number there. */
export function numberAt(text: string, pointer: string): number | null {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return null
  }
  for (const token of pointer.split('/').slice(1)) value = child(value, unescape(token))
  const number = typeof value === 'string' && NUMBER.test(value) ? Number(value) : value
  return typeof number === 'number' && Math.abs(number) <= MOST ? number : null
}

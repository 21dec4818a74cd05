/** The words of a command line as a POSIX shell splits it, without expanding anything; `null` if a quotation does not end. */
export function shellWords(line: string): string[] | null {
  const words: string[] = []
  let word: string | null = null
  let quote = ''
  for (let at = 0; at < line.length; at += 1) {
    const sign = line.charAt(at)
    const next = line.charAt(at + 1)
    if (quote === '' && /\s/.test(sign)) {
      if (word !== null) words.push(word)
      word = null
    } else if (sign === quote) quote = ''
    else if (quote === '' && (sign === '"' || sign === "'")) {
      quote = sign
      word ??= ''
    } else if (sign === '\\' && isEscape(quote, next)) {
      word = (word ?? '') + next
      at += 1
    } else word = (word ?? '') + sign
  }
  if (word !== null) words.push(word)
  return quote === '' ? words : null
}

const isEscape = (quote: string, next: string): boolean => next !== '' && (quote === '' || (quote === '"' && '"\\$`'.includes(next)))

const SIZE = /^(\d+(?:\.\d+)?)\s*([bkmg]?)(?:i?b)?$/i
const FACTORS: Readonly<Record<string, number>> = { '': 1, b: 1, k: 1_024, m: 1_048_576, g: 1_073_741_824 }

/** `512m`, `1.5gb`, or bytes, as docker-compose counts them: in powers of 1,024. */
export function byteCount(value: unknown): number | null {
  const [, number, unit = ''] = SIZE.exec(String(value).trim()) ?? []
  return number === undefined ? null : Math.round(Number(number) * (FACTORS[unit.toLowerCase()] ?? 1))
}

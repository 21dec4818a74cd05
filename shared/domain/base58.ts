/** Base58 with the Bitcoin alphabet, as Solana writes addresses, signatures and block hashes. It has no checksum. */
const ALPHABET = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'
const VALUES = new Map(ALPHABET.split('').map((letter, value) => [letter, value] as const))
/** Letters and bytes are handled in groups: 58⁴ × 2²⁴ is the largest product of the two that a double holds exactly. */
const LETTERS = 4
const BYTES = 3
const MAX_TEXT = 2_048

interface Radix {
  readonly from: number
  readonly to: number
}

/** Multiplies a little-endian number in radix `to` by `from` and adds `digit`. */
function append(number: number[], digit: number, { from, to }: Radix): void {
  let carry = digit
  for (let i = 0; i < number.length; i++) {
    const value = (number[i] ?? 0) * from + carry
    number[i] = value % to
    carry = Math.floor(value / to)
  }
  for (; carry > 0; carry = Math.floor(carry / to)) number.push(carry % to)
}

/** Puts digits in radix `small` together in groups of `size`, the short group first. */
function grouped(digits: ArrayLike<number>, size: number, small: number): { digit: number; weight: number }[] {
  const groups: { digit: number; weight: number }[] = []
  for (let end = digits.length % size || size, start = 0; start < digits.length; start = end, end += size) {
    let digit = 0
    for (let i = start; i < end; i++) digit = digit * small + (digits[i] ?? 0)
    groups.push({ digit, weight: small ** (end - start) })
  }
  return groups
}

/** The digits of a big-endian number in radix `small.from`, as big-endian digits in radix `small.to`, without leading zeros. */
function convert(digits: ArrayLike<number>, small: Radix, sizes: Radix): number[] {
  const to = small.to ** sizes.to
  const number: number[] = []
  for (const { digit, weight } of grouped(digits, sizes.from, small.from)) append(number, digit, { from: weight, to })
  const result: number[] = []
  for (const group of number) {
    let rest = group
    for (let i = 0; i < sizes.to; i++, rest = Math.floor(rest / small.to)) result.push(rest % small.to)
  }
  while (result.at(-1) === 0) result.pop()
  return result.toReversed()
}

function countLeading(digits: ArrayLike<number>): number {
  let count = 0
  while (count < digits.length && digits[count] === 0) count++
  return count
}

/** Bytes to base58 text; every leading zero byte becomes one `1`. */
export function toBase58(bytes: Uint8Array): string {
  const digits = convert(bytes, { from: 256, to: 58 }, { from: BYTES, to: LETTERS })
  return '1'.repeat(countLeading(bytes)) + digits.map((digit) => ALPHABET[digit]).join('')
}

/** Inverse of {@link toBase58}. Throws `RangeError` on a letter outside the alphabet or on text longer than 2048 letters. */
export function fromBase58(text: string): Uint8Array {
  if (text.length > MAX_TEXT) throw new RangeError('base58 text is too long')
  const digits = text.split('').map((letter) => {
    const value = VALUES.get(letter)
    if (value === undefined) throw new RangeError(`“${letter}” is not a base58 letter`)
    return value
  })
  const bytes = convert(digits, { from: 58, to: 256 }, { from: LETTERS, to: BYTES })
  const result = new Uint8Array(countLeading(digits) + bytes.length)
  result.set(bytes, result.length - bytes.length)
  return result
}

/** True for base58 text of exactly 32 bytes: a well-formed Solana address, whoever holds it. */
export function isAddress(text: string): boolean {
  try {
    return fromBase58(text).length === 32
  } catch {
    return false
  }
}

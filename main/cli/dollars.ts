import { InvalidArgumentError } from 'commander'

/** Reads an option's value as US dollars: `12.5` → micro-USD as decimal text. */
export function dollars(text: string): string {
  const [, whole, part = ''] = /^(\d{1,9})(?:\.(\d{1,6}))?$/.exec(text) ?? []
  if (whole === undefined) throw new InvalidArgumentError('Give an amount of US dollars such as 25 or 12.50.')
  return String(BigInt(whole) * 1_000_000n + BigInt(part.padEnd(6, '0')))
}

/** An amount of US dollars as it was typed, `12.5` or `$1,250`, to micro-USD as decimal text; `null` for what is no amount above zero. */
export function typedMicroUsd(text: string): string | null {
  const [, whole, part = ''] = /^\$?(\d{1,9}|\d{1,3}(?:,\d{3}){1,2})(?:\.(\d{1,6}))?$/.exec(text.trim()) ?? []
  if (whole === undefined) return null
  const microUsd = BigInt(whole.replaceAll(',', '')) * 1_000_000n + BigInt(part.padEnd(6, '0'))
  return microUsd === 0n ? null : microUsd.toString()
}

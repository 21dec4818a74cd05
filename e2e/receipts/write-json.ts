/** Ways to write the same JSON: what is signed need not be compact. */
export const STYLES = ['compact', 'compact', 'compact', 'spaced', 'escaped', 'reversed', 'decimal'] as const
export type Style = (typeof STYLES)[number]

function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([name, inner]) => [name, reversed(inner)]),
  )
}

const WRITERS: Readonly<Record<Style, (value: unknown) => string>> = {
  compact: (value) => JSON.stringify(value),
  spaced: (value) => `\r\n\t ${JSON.stringify(value, null, 2)} `,
  escaped: (value) => JSON.stringify(value).replaceAll('"j', '"\\u006A').replaceAll('/', '\\/'),
  reversed: (value) => JSON.stringify(reversed(value)),
  decimal: (value) =>
    JSON.stringify(value)
      .replaceAll(/":(\d+)(?=[,}])/g, '":$1.0')
      .replaceAll(/":(\d+\.\d+)(?=[,}])/g, '":$1e+00'),
}

export const writeJson = (value: unknown, style: Style): string => WRITERS[style](value)

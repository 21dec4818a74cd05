/** What PromQL computes with numbers. */

/** As `increase` does, without its guess about what lies beyond the first and last sample. */
const increase = (values: readonly number[]): number =>
  values.slice(1).reduce((sum, value, i) => sum + (value >= (values[i] ?? 0) ? value - (values[i] ?? 0) : value), 0)

export const OVER: Readonly<Record<string, (values: readonly number[], seconds: number) => number>> = {
  rate: (values, seconds) => increase(values) / seconds,
  increase,
  max_over_time: (values) => Math.max(...values),
  min_over_time: (values) => Math.min(...values),
}

export const AGGREGATES: Readonly<Record<string, (values: readonly number[]) => number>> = {
  sum: (values) => values.reduce((sum, value) => sum + value, 0),
  max: (values) => Math.max(...values),
  min: (values) => Math.min(...values),
}

export const ARITHMETIC: Readonly<Record<string, (a: number, b: number) => number>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
}
export const COMPARES: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  '>': (a, b) => a > b,
  '<': (a, b) => a < b,
  '>=': (a, b) => a >= b,
  '<=': (a, b) => a <= b,
  '==': (a, b) => a === b,
  '!=': (a, b) => a !== b,
}

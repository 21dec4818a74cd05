/** What a row of the benchmark says: what the coordinator does, what it is measured against in the same minute, and whether the bar is reached. */
export interface Row {
  readonly name: string
  readonly ours: number | null
  readonly reference: number | null
  readonly referenceName: string
  /** `ours / reference`, or where less is better the other way round; above the bar is good. */
  readonly ratio: number | null
  readonly bar: number
  /** `null`: could not be measured here; `note` says why. */
  readonly holds: boolean | null
  readonly unit: string
  readonly note?: string
}

interface RowOptions {
  readonly quick: boolean
  readonly say: (line: string) => void
}

/** Measures one row or several that share a server. */
export type MeasureRows = (options: RowOptions) => Promise<readonly Row[]>

export const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN

export const percentile = (values: readonly number[], share: number): number =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.ceil(values.length * share) - 1)] ?? Number.NaN

const rounded = (value: number): number => Number(value.toPrecision(4))

interface Measured {
  readonly name: string
  readonly unit: string
  readonly ours: number
  readonly reference: number
  readonly referenceName: string
  readonly bar: number
  readonly note?: string
}

const row = ({ ours, reference, ...rest }: Measured, ratio: number): Row => ({
  ...rest,
  ours: rounded(ours),
  reference: rounded(reference),
  ratio: rounded(ratio),
  holds: ratio >= rest.bar,
})

/** More is better: holds where ours is at least `bar` times the reference. */
export const atLeast = (measured: Measured): Row => row(measured, measured.ours / measured.reference)

/** Less is better: holds where the reference is at least `bar` times ours. */
export const atMostTimes = (measured: Measured): Row => row(measured, measured.reference / measured.ours)

/** Less is better: the reference is the most that ours may be. */
export const atMost = (measured: Omit<Measured, 'bar'>): Row => row({ ...measured, bar: 1 }, measured.reference / measured.ours)

export const notMeasured = (row: Pick<Row, 'name' | 'unit' | 'referenceName' | 'bar'>, note: string): Row => ({
  ...row,
  ours: null,
  reference: null,
  ratio: null,
  holds: null,
  note,
})

/** Runs both, one right after the other, `times` times: the machine drifts, so only neighbours are compared. The pair with the median ratio stands. */
export async function paired(times: number, ours: () => Promise<number>, reference: () => Promise<number>): Promise<{ ours: number; reference: number }> {
  const pairs: { ours: number; reference: number }[] = []
  for (let round = 0; round < times; round++) {
    const first = round % 2 === 0
    const before = first ? await reference() : null
    const mine = await ours()
    pairs.push({ ours: mine, reference: before ?? (await reference()) })
  }
  const ratio = median(pairs.map((pair) => pair.ours / pair.reference))
  return pairs.find((pair) => pair.ours / pair.reference === ratio) ?? { ours: Number.NaN, reference: Number.NaN }
}

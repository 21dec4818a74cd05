/** Sums of products of one set of observations: enough to solve it, however many there were. */
interface Observations {
  /** One observation: features, of which the first is usually the constant 1, and the value that they go with. */
  readonly add: (features: readonly number[], value: number) => void
  readonly count: () => number
  /** Coefficients that minimise the squared error, one per feature; `null` where a feature was always 0. */
  readonly solve: () => readonly number[] | null
}

/** Shrinks each coefficient by a millionth: features that repeat each other share it instead of dividing by zero. */
const RIDGE = 1e-6

/** Least squares by the normal equations (ridge regression, Hoerl and Kennard 1970), for a handful of features. */
export function observations(features: number): Observations {
  const products = Array.from({ length: features }, () => new Float64Array(features + 1))
  let count = 0
  return {
    count: () => count,
    add(row, value) {
      count += 1
      for (const [i, sums] of products.entries()) {
        const weight = row[i] ?? 0
        for (let j = 0; j < features; j += 1) sums[j] = (sums[j] ?? 0) + weight * (row[j] ?? 0)
        sums[features] = (sums[features] ?? 0) + weight * value
      }
    },
    solve: () => eliminate(products.map((row, i) => row.map((sum, j) => (i === j ? sum * (1 + RIDGE) : sum)))),
  }
}

/** Gauss–Jordan on a symmetric positive matrix with its right side in the last column. */
function eliminate(rows: readonly Float64Array[]): readonly number[] | null {
  for (const [index, pivotRow] of rows.entries()) {
    const pivot = pivotRow[index] ?? 0
    if (!(pivot > 0)) return null
    for (const [other, row] of rows.entries()) {
      if (other === index) continue
      const factor = (row[index] ?? 0) / pivot
      for (let column = index; column <= rows.length; column += 1) row[column] = (row[column] ?? 0) - factor * (pivotRow[column] ?? 0)
    }
  }
  return rows.map((row, index) => (row[rows.length] ?? 0) / (row[index] ?? 1))
}

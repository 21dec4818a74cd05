/** Where row `i` of a lower triangle begins, its rows being stored one after the other. */
const rowAt = (i: number): number => (i * (i + 1)) >> 1

/** Turns the lower triangle of a symmetric positive definite matrix into that of its Cholesky factor, in place. */
function factorise(lower: Float64Array, size: number): void {
  for (let i = 0; i < size; i += 1) {
    const row = rowAt(i)
    for (let j = 0; j <= i; j += 1) {
      const other = rowAt(j)
      let sum = lower[row + j] as number
      for (let k = 0; k < j; k += 1) sum -= (lower[row + k] as number) * (lower[other + k] as number)
      lower[row + j] = i === j ? Math.sqrt(sum) : sum / (lower[other + j] as number)
    }
  }
}

/** Solves `A x = right` for the symmetric positive definite `A` of the given elements, `column <= row`; `null` if rounding leaves it none. */
export function solvePositiveDefinite(right: Float64Array, element: (row: number, column: number) => number): Float64Array | null {
  const size = right.length
  const lower = new Float64Array(rowAt(size))
  for (let i = 0; i < size; i += 1) for (let j = 0; j <= i; j += 1) lower[rowAt(i) + j] = element(i, j)
  factorise(lower, size)
  const x = right.slice()
  for (let i = 0; i < size; i += 1) {
    let sum = x[i] as number
    for (let k = 0; k < i; k += 1) sum -= (lower[rowAt(i) + k] as number) * (x[k] as number)
    x[i] = sum / (lower[rowAt(i) + i] as number)
  }
  for (let i = size - 1; i >= 0; i -= 1) {
    const found = (x[i] as number) / (lower[rowAt(i) + i] as number)
    x[i] = found
    for (let k = 0; k < i; k += 1) x[k] = (x[k] as number) - (lower[rowAt(i) + k] as number) * found
  }
  return x.every(Number.isFinite) ? x : null
}

/** For one zone or one kind of hardware: which classes of jobs it can take, a bit each, and what it costs them. */

export interface Row {
  feasible: Uint32Array
  terms: Float64Array
}

export const WORD = 32

export const createRow = (capacity: number): Row => ({ feasible: new Uint32Array(capacity / WORD), terms: new Float64Array(capacity) })

/** The same with room for more. */
export function widened({ feasible, terms }: Row, capacity: number): Row {
  const wide = createRow(capacity)
  wide.feasible.set(feasible)
  wide.terms.set(terms)
  return wide
}

export function widenedBits(bits: Uint32Array, capacity: number): Uint32Array {
  const wide = new Uint32Array(capacity / WORD)
  wide.set(bits)
  return wide
}

export function setBit(bits: Uint32Array, index: number, on: boolean): void {
  const word = index >>> 5
  const bit = 1 << (index & 31)
  bits[word] = on ? (bits[word] as number) | bit : (bits[word] as number) & ~bit
}

export const hasBit = (bits: Uint32Array, index: number): boolean => ((bits[index >>> 5] as number) & (1 << (index & 31))) !== 0

/** `term` in seconds; `null`: not feasible. */
export function setTerm({ feasible, terms }: Row, index: number, term: number | null): void {
  setBit(feasible, index, term !== null)
  terms[index] = term ?? 0
}

export interface Heads {
  /** Which classes have jobs. */
  readonly nonEmpty: Uint32Array
  /** The lowest key of each. */
  readonly keys: Float64Array
}

/** The class with the lowest sum of key and terms among those that both rows can take; -1 if there is none. O(classes/32 + those feasible). */
export function bestClass({ nonEmpty, keys }: Heads, a: Row, b: Row): number {
  const [feasibleA, feasibleB, termsA, termsB] = [a.feasible, b.feasible, a.terms, b.terms]
  let [best, index] = [Infinity, -1]
  for (let word = 0; word < nonEmpty.length; word++) {
    let bits = (feasibleA[word] as number) & (feasibleB[word] as number) & (nonEmpty[word] as number)
    while (bits !== 0) {
      const at = (word << 5) | (31 - Math.clz32(bits & -bits))
      bits &= bits - 1
      const score = (keys[at] as number) + (termsA[at] as number) + (termsB[at] as number)
      if (score < best) [best, index] = [score, at]
    }
  }
  return index
}

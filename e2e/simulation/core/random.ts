/** Chance that one number decides: the same seed draws the same everywhere. */
export interface Random {
  /** In [0, 1). */
  readonly next: () => number
  readonly chance: (probability: number) => boolean
  /** A whole number, both ends included. */
  readonly between: (low: number, high: number) => number
  readonly pick: <T>(from: readonly T[]) => T
}

/** Spreads one number over many: splitmix32. */
function createSeeds(seed: number): () => number {
  let state = seed | 0
  return () => {
    state = (state + 0x9e3779b9) | 0
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad)
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97)
    return mixed ^ (mixed >>> 15)
  }
}

/** sfc32 (C. Doty-Humphrey, PractRand). Each `stream` of a seed is independent, so that what one part draws shifts no other. */
export function createRandom(seed: number, stream: string): Random {
  let name = 0
  for (const letter of stream) name = Math.imul(name ^ letter.charCodeAt(0), 0x01000193)
  const seeds = createSeeds(seed ^ name)
  let [a, b, c, counter] = [seeds(), seeds(), seeds(), 1]
  const next = (): number => {
    const sum = (((a + b) | 0) + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (((c << 21) | (c >>> 11)) + sum) | 0
    return (sum >>> 0) / 2 ** 32
  }
  for (let round = 0; round < 12; round += 1) next()
  const between = (low: number, high: number): number => low + Math.floor(next() * (high - low + 1))
  return { next, chance: (probability) => next() < probability, between, pick: (from) => from[between(0, from.length - 1)] as (typeof from)[number] }
}

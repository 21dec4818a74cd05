/**
 * NumPy's `default_rng`, as far as the job population of a paper needs it: `SeedSequence` (after O'Neill's seed_seq), PCG64 XSL-RR
 * (O'Neill 2014), bounded integers (Lemire 2019) and the multinomial by inversion. The same seed gives the same numbers.
 */
export interface NumpyRandom {
  /** `choice(range(bound), size)`. */
  readonly integers: (bound: number, size: number) => readonly number[]
  /** How `count` things fall into `cells` equally likely cells. */
  readonly multinomial: (count: number, cells: number) => readonly number[]
}

const MASK_64 = (1n << 64n) - 1n
const MASK_128 = (1n << 128n) - 1n
const MULTIPLIER = 0x2360ed051fc65da44385df649fccf645n

const shifted = (value: number): number => (value ^ (value >>> 16)) >>> 0

/** Multiplies a running constant into each value that it mixes. */
function mixer(start: number, multiplier: number): (value: number) => number {
  let constant = start
  return (value) => {
    const seen = value ^ constant
    constant = Math.imul(constant, multiplier)
    return shifted(Math.imul(seen, constant))
  }
}

const POOL = [0, 1, 2, 3] as const

/** Four 64-bit words from a seed below 2³². */
function seedWords(seed: number): readonly bigint[] {
  const enter = mixer(0x43b0d7e5, 0x931e8875)
  const pool = POOL.map((index) => enter(index === 0 ? seed : 0))
  for (const from of POOL)
    for (const to of POOL) if (from !== to) pool[to] = shifted(Math.imul(0xca01f9dd, pool[to] ?? 0) - Math.imul(0x4973f715, enter(pool[from] ?? 0)))
  const leave = mixer(0x8b51f9dd, 0x58f38ded)
  const halves = Array.from({ length: 8 }, (_, index) => BigInt(leave(pool[index % 4] ?? 0)))
  return POOL.map((index) => (halves[2 * index] ?? 0n) | ((halves[2 * index + 1] ?? 0n) << 32n))
}

/** Uniform 64-bit numbers. */
function pcg64(seed: number): () => bigint {
  const [high = 0n, low = 0n, streamHigh = 0n, streamLow = 0n] = seedWords(seed)
  const increment = (((((streamHigh << 64n) | streamLow) << 1n) & MASK_128) | 1n) & MASK_128
  const step = (state: bigint) => (state * MULTIPLIER + increment) & MASK_128
  let state = step((step(0n) + ((high << 64n) | low)) & MASK_128)
  return () => {
    state = step(state)
    const word = (state >> 64n) ^ (state & MASK_64)
    const turn = state >> 122n
    return ((word >> turn) | (word << (64n - turn))) & MASK_64
  }
}

export function numpyRandom(seed: number): NumpyRandom {
  const next64 = pcg64(seed)
  let kept: number | null = null
  const next32 = (): number => {
    if (kept !== null) {
      const half = kept
      kept = null
      return half
    }
    const word = next64()
    kept = Number(word >> 32n)
    return Number(word & 0xffffffffn)
  }
  const uniform = (): number => Number(next64() >> 11n) / 2 ** 53
  const below = (bound: number): number => {
    const threshold = 2 ** 32 % bound
    while (true) {
      const product = BigInt(next32()) * BigInt(bound)
      if (Number(product & 0xffffffffn) >= threshold) return Number(product >> 32n)
    }
  }
  const binomial = (count: number, probability: number): number => {
    const [odds, none] = [1 - probability, Math.exp(count * Math.log1p(-probability))]
    const most = Math.min(count, count * probability + 10 * Math.sqrt(count * probability * odds + 1))
    let [hits, chance, left] = [0, none, uniform()]
    while (left > chance) {
      hits += 1
      if (hits > most) [hits, chance, left] = [0, none, uniform()]
      else {
        left -= chance
        chance = ((count - hits + 1) * probability * chance) / (hits * odds)
      }
    }
    return hits
  }
  return {
    integers: (bound, size) => Array.from({ length: size }, () => below(bound)),
    multinomial(count, cells) {
      let [left, share] = [count, 1]
      return Array.from({ length: cells }, (_, cell) => {
        const hits = cell === cells - 1 ? left : binomial(left, 1 / cells / share)
        left -= hits
        share -= 1 / cells
        return hits
      })
    },
  }
}

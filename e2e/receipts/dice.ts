import { chance } from '../grid/chance.ts'

/** Always the same rolls for the same seed. */
export interface Dice {
  /** In [0, 1). */
  readonly roll: () => number
  /** 0 … n − 1. */
  readonly below: (n: number) => number
  readonly between: (low: number, high: number) => number
  readonly pick: <T>(options: readonly T[]) => T
  readonly maybe: (probability: number) => boolean
  readonly hex: (digits: number) => string
}

export function createDice(seed: string): Dice {
  let turn = 0
  const roll = () => chance(seed, turn++)
  const below = (n: number) => Math.floor(roll() * n)
  const pick = <T>(options: readonly T[]): T => {
    if (options.length === 0) throw new RangeError('there is nothing to pick from')
    return options[below(options.length)] as T
  }
  return {
    roll,
    below,
    pick,
    between: (low, high) => low + roll() * (high - low),
    maybe: (probability) => roll() < probability,
    hex: (digits) => Array.from({ length: digits }, () => below(16).toString(16)).join(''),
  }
}

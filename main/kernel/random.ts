import { randomInt } from 'node:crypto'

/** A number in [0, 1) for jitter; never for secrets, which come from `randomBytes`. */
export const random = (): number => randomInt(2 ** 32) / 2 ** 32

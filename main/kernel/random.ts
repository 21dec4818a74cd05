import { createHmac, randomBytes, randomInt } from 'node:crypto'

const POOL_BYTES = 4_096

/**
 * Random bytes for secrets, from the same source as `randomBytes` and drawn a few thousand at a time: to ask for sixteen takes about as long as for all
 * of them. What was given is wiped here, and never given again.
 */
export function createRandomBytes(draw: (bytes: number) => Uint8Array = randomBytes): (bytes: number) => Uint8Array<ArrayBuffer> {
  let [pool, at]: [Uint8Array, number] = [new Uint8Array(), 0]
  return (bytes) => {
    if (bytes > POOL_BYTES) return new Uint8Array(draw(bytes))
    if (at + bytes > pool.length) [pool, at] = [draw(POOL_BYTES), 0]
    const given = new Uint8Array(pool.subarray(at, at + bytes))
    pool.fill(0, at, at + bytes)
    at += bytes
    return given
  }
}

/** A number in [0, 1) for jitter; never for secrets, which come from `randomBytes`. */
export const random = (): number => randomInt(2 ** 32) / 2 ** 32

/** A number in [0, 1) that nobody without the key can foretell, and the same whenever it is drawn for the same text. */
export const keyedDraw = (key: Uint8Array, text: string): number => createHmac('sha256', key).update(text).digest().readUInt32BE() / 2 ** 32

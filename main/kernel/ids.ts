import { randomBytes } from 'node:crypto'
import { v7 } from 'uuid'
import type { Clock } from './clock.ts'

/** Makes identifiers: UUIDv7 (RFC 9562), so that they sort by the time they were made. */
export interface Ids {
  readonly next: () => string
}

export function createIds(clock: Pick<Clock, 'now'>, random: (bytes: number) => Uint8Array = randomBytes): Ids {
  return { next: () => v7({ msecs: clock.now(), random: random(16) }) }
}

import type { Signal } from '../../../shared/contract/wire.ts'
import { type Slot, slotsOf } from '../../../shared/domain/signal.ts'
import { fromIso } from '../../../shared/units.ts'

const slots = new WeakMap<Signal, readonly Slot[]>()
const ends = new WeakMap<Signal, readonly number[]>()

function kept<T>(memory: WeakMap<Signal, T>, signal: Signal, read: (signal: Signal) => T): T {
  const known = memory.get(signal)
  if (known !== undefined) return known
  const found = read(signal)
  memory.set(signal, found)
  return found
}

/** `slotsOf`, read once for each answer however often it is looked at. */
export const knownSlots = (signal: Signal): readonly Slot[] => kept(slots, signal, slotsOf)

/** The signal from the slot that holds `now`, epoch milliseconds, on; the very signal if nothing of it is over. */
export function fromNow(signal: Signal, now: number): Signal {
  const to = kept(ends, signal, ({ points }) => points.map((point) => fromIso(point.to)))
  const isOver = (index: number) => (to[index] ?? Infinity) <= now
  return signal.points.some((_, index) => isOver(index)) ? { ...signal, points: signal.points.filter((_, index) => !isOver(index)) } : signal
}

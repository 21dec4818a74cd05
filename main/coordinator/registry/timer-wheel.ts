const NONE = -1

/** Entries by number, from 0 on without gaps, each due at some tick. Setting one again is free: it is found early and put off. */
export interface TimerWheel {
  /** Begins to watch an entry that is due at `tick`. */
  readonly add: (entry: number, tick: number) => void
  /**
   * Turns the wheel to `tick` and asks `dueAt` of each entry that comes by when it is really due. One that is due by then leaves the wheel and is told to
   * `onDue`; any other is put off.
   */
  readonly turn: (tick: number, dueAt: (entry: number) => number, onDue: (entry: number) => void) => void
}

/**
 * A hashed timing wheel of linked lists in two arrays of numbers: adding costs O(1), a turn only what lies in the slots it passes. Varghese and Lauck, Hashed and
 * hierarchical timing wheels, SOSP 1987, scheme 6.
 */
export function createTimerWheel(slots: number, firstTick: number): TimerWheel {
  const heads = new Int32Array(slots).fill(NONE)
  const next: number[] = []
  let turned = firstTick
  const put = (entry: number, tick: number): void => {
    // Further away than one turn of the wheel: it comes by earlier and is put off.
    const slot = Math.min(Math.max(tick, turned + 1), turned + slots - 1) % slots
    next[entry] = heads[slot] ?? NONE
    heads[slot] = entry
  }
  return {
    add: put,
    turn(tick, dueAt, onDue) {
      // After one whole turn every slot was passed.
      turned = Math.max(turned, tick - slots)
      while (turned < tick) {
        turned++
        const slot = turned % slots
        let entry = heads[slot] ?? NONE
        heads[slot] = NONE
        while (entry !== NONE) {
          const after = next[entry] ?? NONE
          const due = dueAt(entry)
          if (due <= tick) onDue(entry)
          else put(entry, due)
          entry = after
        }
      }
    },
  }
}

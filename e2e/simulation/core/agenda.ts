/** What is to happen when, milliseconds since the start. */
export interface Agenda {
  readonly now: () => number
  /** What is set for the same moment happens in the order in which it was set. */
  readonly after: (ms: number, happen: () => void) => void
  /** Lets the next thing happen; false if there is none before `end`. */
  readonly step: (end: number) => boolean
  /** How many things have happened. */
  readonly steps: () => number
}

interface Entry {
  readonly at: number
  readonly order: number
  readonly happen: () => void
}

const isBefore = (a: Entry, b: Entry): boolean => a.at < b.at || (a.at === b.at && a.order < b.order)

/** A binary heap. */
export function createAgenda(): Agenda {
  const heap: Entry[] = []
  let [now, order, steps] = [0, 0, 0]
  const up = (from: number): void => {
    for (let index = from; index > 0; ) {
      const parent = (index - 1) >> 1
      if (!swapIfBefore(heap, index, parent)) return
      index = parent
    }
  }
  const down = (): void => {
    for (let index = 0; ; ) {
      const [left, right] = [2 * index + 1, 2 * index + 2]
      const least = right < heap.length && isBefore(heap[right] as Entry, heap[left] as Entry) ? right : left
      if (least >= heap.length || !swapIfBefore(heap, least, index)) return
      index = least
    }
  }
  return {
    now: () => now,
    steps: () => steps,
    after(ms, happen) {
      heap.push({ at: now + Math.max(0, ms), order: (order += 1), happen })
      up(heap.length - 1)
    },
    step(end) {
      const [first] = heap
      if (!first || first.at > end) return false
      const last = heap.pop() as Entry
      if (heap.length > 0) {
        heap[0] = last
        down()
      }
      now = first.at
      steps += 1
      first.happen()
      return true
    },
  }
}

function swapIfBefore(heap: Entry[], a: number, b: number): boolean {
  const [first, second] = [heap[a] as Entry, heap[b] as Entry]
  if (!isBefore(first, second)) return false
  heap[a] = second
  heap[b] = first
  return true
}

/** A queue of numbered entries by a key that never changes; any entry can be taken out. Pure in its effects on others. */

/** What is known of an entry by its number; shared by the queues that entries are in, each in one. */
export interface Entries {
  readonly key: number[]
  /** Decides between equal keys: the lower goes first. */
  readonly turn: number[]
  /** Where in its queue. */
  readonly position: number[]
}

export interface Heap {
  readonly size: () => number
  /** The first entry; undefined if there is none. */
  readonly first: () => number | undefined
  readonly add: (entry: number) => void
  /** Of an entry that is in this queue. */
  readonly remove: (entry: number) => void
}

/** A binary heap, O(log n) for everything that changes it. */
export function createHeap({ key, turn, position }: Entries): Heap {
  const heap: number[] = []
  const at = (index: number): number => heap[index] as number
  const goesFirst = (a: number, b: number): boolean => {
    const [left, right] = [key[a] as number, key[b] as number]
    return left < right || (left === right && (turn[a] as number) < (turn[b] as number))
  }
  const put = (entry: number, index: number): void => {
    heap[index] = entry
    position[entry] = index
  }
  const rise = (entry: number, from: number): number => {
    let index = from
    while (index > 0) {
      const parent = (index - 1) >> 1
      if (!goesFirst(entry, at(parent))) break
      put(at(parent), index)
      index = parent
    }
    return index
  }
  const sink = (entry: number, from: number): number => {
    let index = from
    for (;;) {
      let child = 2 * index + 1
      if (child >= heap.length) break
      if (child + 1 < heap.length && goesFirst(at(child + 1), at(child))) child += 1
      if (!goesFirst(at(child), entry)) break
      put(at(child), index)
      index = child
    }
    return index
  }
  return {
    size: () => heap.length,
    first: () => heap[0],
    add: (entry) => put(entry, rise(entry, heap.push(entry) - 1)),
    remove(entry) {
      const index = position[entry] as number
      const last = heap.pop() as number
      if (last === entry) return
      put(last, rise(last, sink(last, index)))
    },
  }
}

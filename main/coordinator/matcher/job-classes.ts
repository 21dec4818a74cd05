/** Jobs by what they ask for: those of one class are alike to every machine and differ only in their turn. */
import type { Demand } from './demand.ts'
import { type Heap, type Entries, createHeap } from './heap.ts'
import { LEVELS, type Level, keyOf, rounded } from './rounding.ts'
import { type Heads, WORD, hasBit, setBit } from './rows.ts'

interface JobClass {
  readonly index: number
  readonly name: string
  readonly demand: Demand
  readonly heap: Heap
}

export interface JobClasses {
  readonly heads: () => Heads
  readonly each: (visit: (index: number, demand: Demand) => void) => void
  /** The class of such jobs; -1 if there are too many others. */
  readonly indexOf: (demand: Demand) => number
  readonly first: (index: number) => number | undefined
  readonly add: (index: number, entry: number) => void
  readonly remove: (index: number, entry: number) => void
}

export interface ClassListeners {
  /** There is room for so many classes from now on. */
  readonly widen: (capacity: number) => void
  /** What this class asks for was not known before, or has changed. */
  readonly learn: (index: number, demand: Demand) => void
}

const FIRST_CAPACITY = 64
/** The shares of all classes that demands may fill before the next ones are rounded more coarsely, by level. */
const SHARES = [0.5, 0.75, 1] as const

/** `most`: a multiple of 64. Room grows as it is needed; a class without jobs gives its place to another one when there is no more. */
export function createJobClasses(entries: Entries, most: number, listeners: ClassListeners): JobClasses {
  const classes: JobClass[] = []
  const byName = new Map<string, number>()
  // Whoever submits many alike describes them once.
  const seen = new WeakMap<Demand, JobClass>()
  let capacity = Math.min(FIRST_CAPACITY, most)
  let heads: Heads = { nonEmpty: new Uint32Array(capacity / WORD), keys: new Float64Array(capacity).fill(Infinity) }

  const widen = (): void => {
    capacity = Math.min(2 * capacity, most)
    const wide = { nonEmpty: new Uint32Array(capacity / WORD), keys: new Float64Array(capacity).fill(Infinity) }
    wide.nonEmpty.set(heads.nonEmpty)
    wide.keys.set(heads.keys)
    heads = wide
    listeners.widen(capacity)
  }
  const place = (limit: number): number => {
    if (classes.length < limit) {
      if (classes.length === capacity) widen()
      return classes.length
    }
    return classes.findIndex((_, index) => index < limit && !hasBit(heads.nonEmpty, index))
  }
  const settle = (name: string, demand: Demand, level: Level): number => {
    const index = place(Math.floor(most * SHARES[level]))
    if (index < 0) return -1
    const before = classes[index]
    if (before) byName.delete(before.name)
    classes[index] = { index, name, demand, heap: createHeap(entries) }
    byName.set(name, index)
    listeners.learn(index, demand)
    return index
  }
  const update = (index: number): void => {
    const first = classes[index]?.heap.first()
    setBit(heads.nonEmpty, index, first !== undefined)
    heads.keys[index] = first === undefined ? Infinity : (entries.key[first] as number)
  }
  const heapOf = (index: number): Heap => (classes[index] as JobClass).heap
  return {
    heads: () => heads,
    each: (visit) => {
      for (const { index, demand } of classes) visit(index, demand)
    },
    indexOf(demand) {
      const before = seen.get(demand)
      if (before && classes[before.index] === before) return before.index
      for (const level of LEVELS.keys() as Iterable<Level>) {
        const alike = rounded(demand, level)
        const name = keyOf(alike)
        const index = byName.get(name) ?? settle(name, alike, level)
        if (index < 0) continue
        seen.set(demand, classes[index] as JobClass)
        return index
      }
      return -1
    },
    first: (index) => heapOf(index).first(),
    add(index, entry) {
      heapOf(index).add(entry)
      update(index)
    },
    remove(index, entry) {
      heapOf(index).remove(entry)
      update(index)
    },
  }
}

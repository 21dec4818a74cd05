import { WindfallError } from '../../../shared/errors.ts'

/** More would keep the first of them waiting. */
const MOST = 64

interface Waiting<A, B> {
  readonly one: A
  readonly resolve: (value: B) => void
  readonly reject: (error: unknown) => void
}

/** What is wrong with the place where things are kept is not the fault of any of them. */
export const isOfAll = (error: unknown): boolean => error instanceof WindfallError && error.code.startsWith('storage.')

/**
 * Does what arrives while something is under way together with `doAll`, which answers in their order or throws without having done any. If one of several
 * is to blame, each is done by itself, so that everybody gets the answer it would have got alone.
 */
export function createTogether<A, B>(doAll: (all: readonly A[]) => Promise<readonly B[]>): (one: A) => Promise<B> {
  const queue: Waiting<A, B>[] = []
  let isUnderWay = false

  const doSome = async (some: readonly Waiting<A, B>[]): Promise<void> => {
    try {
      const done = await doAll(some.map(({ one }) => one))
      for (const [index, { resolve }] of some.entries()) resolve(done[index] as B)
    } catch (error) {
      // In their order, and together on their way to the disk.
      if (some.length > 1 && !isOfAll(error)) await Promise.all(some.map((waiting) => doSome([waiting])))
      else for (const { reject } of some) reject(error)
    }
  }

  const doQueue = async (): Promise<void> => {
    isUnderWay = true
    while (queue.length > 0) await doSome(queue.splice(0, MOST))
    isUnderWay = false
  }

  return (one) =>
    new Promise<B>((resolve, reject) => {
      queue.push({ one, resolve, reject })
      if (!isUnderWay) void doQueue()
    })
}

import { setImmediate } from 'node:timers/promises'
import { type Entry, type Inbox, PAGE_BYTES } from './inbox.ts'

export interface FakeInbox extends Inbox {
  /** While set, every commit fails with it and changes nothing. */
  broken: Error | null
  /** How many transactions there were. */
  commits: number
}

/** The model of an inbox: what the others do with a disk, in memory. */
export function createFakeInbox(): FakeInbox {
  const waiting = new Map<number, Entry>()
  let last = 0
  const inbox: FakeInbox = {
    broken: null,
    commits: 0,
    async commit({ append, remove }) {
      if (inbox.broken) throw inbox.broken
      inbox.commits += 1
      // Nothing that waits for a disk is there before the next turn.
      await setImmediate()
      for (const seq of remove) waiting.delete(seq)
      return append.map((message) => {
        const known = [...waiting.values()].find(({ digest }) => digest === message.digest)
        if (known) return known.seq
        last += 1
        waiting.set(last, { ...message, seq: last })
        return last
      })
    },
    async page({ after, limit }) {
      const behind = [...waiting.values()].filter(({ seq }) => seq > after).slice(0, limit)
      let bytes = 0
      return behind.filter(({ body }) => {
        const fits = bytes < PAGE_BYTES
        bytes += body.length
        return fits
      })
    },
    depth: async () => ({ messages: waiting.size, bytes: [...waiting.values()].reduce((sum, { body }) => sum + body.length, 0) }),
    close: async () => undefined,
  }
  return inbox
}

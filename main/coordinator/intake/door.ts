import type { InboxDepth } from './inbox.ts'

/** What may be under way at once, from the first byte to the answer. */
const MOST_UNDERWAY = 2_048
const MOST_UNDERWAY_BYTES = 256 * 1_048_576
/** What may wait on the disk to be settled. */
const MOST_WAITING = 1_000_000
const MOST_WAITING_BYTES = 8 * 1_073_741_824

/** Bounds what is taken in. It is asked before a message is read, so that whoever sends too much costs next to nothing. */
export interface Door {
  /** Lets a message of so many bytes in until the function it returns is called; `null` if it has to come again later. */
  readonly enter: (bytes: number) => (() => void) | null
  readonly underway: () => number
}

export function createDoor(depth: () => InboxDepth): Door {
  let [messages, bytes] = [0, 0]
  const hasRoom = () => {
    const waiting = depth()
    return messages < MOST_UNDERWAY && bytes < MOST_UNDERWAY_BYTES && waiting.messages < MOST_WAITING && waiting.bytes < MOST_WAITING_BYTES
  }
  return {
    underway: () => messages,
    enter: (size) => {
      if (!hasRoom()) return null
      messages += 1
      bytes += size
      let isIn = true
      return () => {
        if (!isIn) return
        isIn = false
        messages -= 1
        bytes -= size
      }
    },
  }
}

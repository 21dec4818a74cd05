import type { NvidiaSource } from './nvidia.ts'

/** A source that stays the same object while what stands behind it changes: another driver version, another reader, a fresh handle. */
interface Follower {
  readonly source: NvidiaSource
  readonly follow: (next: NvidiaSource) => void
}

function createFollower(first: NvidiaSource): Follower {
  let current = first
  const source: NvidiaSource = {
    get device() {
      return current.device
    },
    get method() {
      return current.method
    },
    get reader() {
      return current.reader
    },
    get sensor() {
      return current.sensor
    },
    get rest() {
      return current.rest
    },
    get persistence() {
      return current.persistence
    },
    sample: (signal) => current.sample(signal),
  }
  return {
    source,
    follow(next) {
      current = next
    },
  }
}

/** Sources by UUID. One that was ever handed out is handed out again, so that a measurement outlives a lost card or a driver update. */
export function createFollowing(): (found: readonly NvidiaSource[]) => NvidiaSource[] {
  const followers = new Map<string, Follower>()
  const settle = (found: NvidiaSource): NvidiaSource => {
    const { uuid } = found.device
    const known = followers.get(uuid)
    if (known) known.follow(found)
    else followers.set(uuid, createFollower(found))
    return followers.get(uuid)?.source ?? found
  }
  return (found) => [...new Set(found.map(settle))]
}

/** What was used lately, under text keys: beyond `limit` the one that has been unused longest is forgotten. */
export interface Recent<T> {
  readonly get: (key: string) => T | undefined
  readonly set: (key: string, value: T) => void
  readonly delete: (key: string) => void
}

export function createRecent<T>(limit: number): Recent<T> {
  // A map keeps the order of insertion: what is used is put in anew, so the first is the one to go.
  const kept = new Map<string, T>()
  const set = (key: string, value: T) => {
    kept.delete(key)
    kept.set(key, value)
    if (kept.size <= limit) return
    // Not before: what was deleted leaves holes, over which the way to the first goes.
    const [oldest] = kept.keys()
    if (oldest !== undefined) kept.delete(oldest)
  }
  return {
    get: (key) => {
      const value = kept.get(key)
      if (value !== undefined) set(key, value)
      return value
    },
    set,
    delete: (key) => void kept.delete(key),
  }
}

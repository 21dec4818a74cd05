/** Nodes whose question for work is not answered yet. */
export interface WaitingNodes {
  /** Resolves when the node is given a job, or with `otherwise` before. */
  readonly wait: (nodeId: string, otherwise: Promise<void>) => Promise<void>
  readonly given: (nodeId: string) => void
}

export function createWaitingNodes(): WaitingNodes {
  const waiting = new Map<string, Set<() => void>>()
  return {
    async wait(nodeId, otherwise) {
      const { promise, resolve } = Promise.withResolvers<void>()
      const all = waiting.get(nodeId) ?? new Set()
      waiting.set(nodeId, all.add(resolve))
      try {
        await Promise.race([promise, otherwise])
      } finally {
        all.delete(resolve)
        if (all.size === 0 && waiting.get(nodeId) === all) waiting.delete(nodeId)
      }
    },
    given(nodeId) {
      for (const served of waiting.get(nodeId) ?? []) served()
    },
  }
}

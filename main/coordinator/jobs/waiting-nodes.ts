import type { Lease } from '../../../shared/contract/job.ts'

/** Nodes whose question for work is not answered yet. */
export interface WaitingNodes {
  /** Resolves with what the node is given, or with `null` once `otherwise` has been resolved before. */
  readonly wait: (nodeId: string, otherwise: Promise<void>) => Promise<Lease | null>
  readonly given: (nodeId: string, lease: Lease) => void
}

export function createWaitingNodes(): WaitingNodes {
  const waiting = new Map<string, Set<(lease: Lease) => void>>()
  return {
    async wait(nodeId, otherwise) {
      const { promise, resolve } = Promise.withResolvers<Lease>()
      const all = waiting.get(nodeId) ?? new Set()
      waiting.set(nodeId, all.add(resolve))
      try {
        return (await Promise.race([promise, otherwise])) ?? null
      } finally {
        all.delete(resolve)
        if (all.size === 0 && waiting.get(nodeId) === all) waiting.delete(nodeId)
      }
    },
    given(nodeId, lease) {
      for (const served of waiting.get(nodeId) ?? []) served(lease)
    },
  }
}

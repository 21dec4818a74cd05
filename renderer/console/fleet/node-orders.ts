import type { Services } from '../services.ts'

export type NodeOrder = 'quarantine' | 'release' | 'remove'

interface OrderWords {
  /** On the button. */
  readonly verb: string
  /** “3 nodes were …” */
  readonly past: string
  /** What follows from it. */
  readonly means: string
}

export const NODE_ORDERS: Readonly<Record<NodeOrder, OrderWords>> = {
  quarantine: {
    verb: 'Quarantine',
    past: 'quarantined',
    means: 'It is given no jobs until somebody releases it. What it runs now goes to other machines. Its owner is shown the reason.',
  },
  release: { verb: 'Release', past: 'released', means: 'It is given jobs again: small ones, until it has shown that it works, unless it is trusted at once.' },
  remove: { verb: 'Remove', past: 'removed', means: 'It is out for good, and comes back only by enrolling anew. What it has earned is paid.' },
}

export interface OrderDetails {
  readonly reason: string
  readonly trusted: boolean
}

/** Gives one node one order. Repeating it is harmless. */
export function orderNode({ client }: Pick<Services, 'client'>, order: NodeOrder, { reason, trusted }: OrderDetails): (nodeId: string) => Promise<unknown> {
  switch (order) {
    case 'quarantine':
      return (nodeId) => client.call('quarantineNode', { nodeId, reason })
    case 'release':
      return (nodeId) => client.call('releaseNode', { nodeId, reason, trusted })
    case 'remove':
      return (nodeId) => client.call('removeNode', { nodeId, reason })
  }
}

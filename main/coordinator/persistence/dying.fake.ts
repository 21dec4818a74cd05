import type { KyselyPlugin } from 'kysely'

const WRITES: ReadonlySet<string> = new Set(['InsertQueryNode', 'UpdateQueryNode', 'DeleteQueryNode'])

/** The process dies at one of the writes to come: after so many of them. */
export function dyingAt(left: { writes: number }): KyselyPlugin {
  return {
    transformQuery({ node }) {
      if (WRITES.has(node.kind) && left.writes-- === 0) throw new Error('killed')
      return node
    },
    transformResult: async ({ result }) => result,
  }
}

import type { Bank } from './bank.ts'
import type { Chaos } from './chaos.ts'
import type { Faucet } from './faucet.ts'

/** What the methods work on. */
export interface Node {
  readonly bank: Bank
  readonly faucet: Faucet
  readonly chaos: Chaos
}

/** JSON-RPC methods by name; parameters are positional and unchecked. */
export type Methods = Readonly<Record<string, (node: Node, params: readonly unknown[]) => unknown>>

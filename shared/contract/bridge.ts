/** What the preload puts into the window as `windfall`. No schema library in here: the preload bundle stays a few hundred bytes. */
import type { Problem } from '../errors.ts'
import type { agentContract } from './agent.ts'
import type { EventName } from './define.ts'
import type { shellContract } from './shell.ts'

/** Electron IPC channels: one for questions, one for news. */
export const INVOKE_CHANNEL = 'windfall:invoke'
export const EVENT_CHANNEL = 'windfall:event'

/** Every event of the agent's contract and of the shell's; the window may subscribe to nothing else. */
export const AGENT_EVENTS = ['changed', 'power'] as const satisfies readonly EventName<typeof agentContract>[]
export const SHELL_EVENTS = ['shellChanged', 'errandWaits'] as const satisfies readonly EventName<typeof shellContract>[]

/** The WebSocket subprotocol of the agent's loopback server; the token travels beside it as `token.<base64url>`. */
export const RPC_PROTOCOL = 'windfall.v1'
export const RPC_PATH = '/rpc'

/** An answer that survives structured clone: errors lose their class on the way, a problem keeps its code. */
export type Answer = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly problem: Problem }

export interface Bridge {
  /** Never rejects. */
  readonly invoke: (name: string, input: unknown) => Promise<Answer>
  /** Returns the function that ends the subscription. Throws on an event the contract does not have. */
  readonly subscribe: (name: string, listener: (payload: unknown) => void) => () => void
}

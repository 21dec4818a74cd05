import type { Transport } from '../../shared/contract/define.ts'

/** Whether the window reaches its agent. `refused` means that trying again cannot help. */
export type LinkState =
  | { readonly state: 'connecting' }
  | { readonly state: 'open' }
  | { readonly state: 'lost'; readonly since: number }
  | { readonly state: 'refused'; readonly message: string }

export interface Link {
  readonly get: () => LinkState
  readonly subscribe: (listener: () => void) => () => void
  /** Tries at once instead of waiting for the next turn. */
  readonly retry: () => void
}

export interface WindowTransport extends Transport {
  readonly link: Link
}

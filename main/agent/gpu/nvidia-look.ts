import type { NvidiaSource } from './nvidia.ts'

/** What one way of reading NVIDIA cards found. A card is in one of the two lists. */
export interface Listed {
  readonly sources: readonly NvidiaSource[]
  /** Cards that tell neither energy nor power. */
  readonly unmetered: readonly { readonly name: string; readonly busId: string | null }[]
}

/** `cannot-load`: not installed, or broken in itself · `down`: does not answer at present · `refused`: answers, and says what is wrong. */
export interface LookFailed {
  readonly failed: 'cannot-load' | 'down' | 'refused'
  readonly advice: string
}

export interface Surroundings {
  /** PCI addresses of the cards that the NVIDIA driver should serve; empty where the bus cannot be listed. */
  readonly busIds: readonly string[]
  /** Some card powers down when nobody looks, and any look at any card keeps it awake. */
  readonly sleeps: boolean
}

/** One way of reading NVIDIA cards. */
export interface NvidiaReader {
  /** Only looks at file names. */
  readonly installed: () => boolean
  /** Never rejects. Every look makes new sources over the same reader; the caller keeps them apart by UUID. */
  readonly look: (at: Surroundings, signal: AbortSignal) => Promise<Listed | LookFailed>
}

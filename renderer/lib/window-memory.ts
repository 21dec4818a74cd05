import { z } from 'zod'

const MOST_RECENT = 6

/** What this window remembers of its owner’s hand: nothing that another program would need. */
const Memory = z.object({
  /** Whether a single character is a shortcut. */
  singleKeys: z.boolean().catch(true),
  /** Ids of the commands given last, newest first. */
  recent: z.array(z.string().max(120)).max(MOST_RECENT).catch([]),
  /** Which choice for closing the window its owner has been shown; `null` for none. */
  closingSeen: z.enum(['keep-running', 'quit']).nullable().catch(null),
})
export type WindowMemory = z.infer<typeof Memory>

type Storage = Pick<globalThis.Storage, 'getItem' | 'setItem'>
const here = (): Storage => localStorage
const KEPT_AT = 'windfall.window'

/** What is remembered. What cannot be read counts as forgotten. */
export function recall(storage = here): WindowMemory {
  try {
    return Memory.parse(JSON.parse(storage().getItem(KEPT_AT) ?? '{}'))
  } catch {
    return Memory.parse({})
  }
}

/** Remembers what is named. A browser that keeps nothing forgets it with the page. */
export function remember(change: Partial<WindowMemory>, storage = here): void {
  try {
    storage().setItem(KEPT_AT, JSON.stringify({ ...recall(storage), ...change }))
  } catch {
    // Nothing depends on it.
  }
}

/** The commands given last, with one that was given now. */
export const withRecent = (recent: readonly string[], id: string): string[] => [id, ...recent.filter((one) => one !== id)].slice(0, MOST_RECENT)

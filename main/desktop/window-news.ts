export interface WindowNews {
  readonly tell: (event: string, payload: unknown) => void
  /** The window has come into sight. */
  readonly seen: () => void
}

interface WindowNewsDeps {
  readonly isSeen: () => boolean
  readonly send: (event: string, payload: unknown) => void
}

/**
 * What the agent says, as one window hears it. Out of sight it hears nothing: a live number that nobody sees is work for nothing, and of what changed
 * only the last is told afterwards, whose number says that others are missing.
 */
export function createWindowNews({ isSeen, send }: WindowNewsDeps): WindowNews {
  let held: { readonly payload: unknown } | null = null
  return {
    tell(event, payload) {
      const isNews = event === 'changed' || event === 'power'
      if (!isNews || isSeen()) send(event, payload)
      else if (event === 'changed') held = { payload }
    },
    seen() {
      const last = held
      held = null
      if (last) send('changed', last.payload)
    },
  }
}

/** What the owner chose at the first close; `null` until they were asked. */
export type CloseChoice = 'keep-running' | 'quit' | null

export interface CloseFacts {
  /** The whole application is ending, for whatever reason. */
  readonly quitting: boolean
  /** Without a tray a window that vanishes could not be found again. */
  readonly hasTray: boolean
  readonly choice: CloseChoice
}

/** Closing never surprises: the first time it asks, and without a tray it ends the application. */
export function onClose({ quitting, hasTray, choice }: CloseFacts): 'close' | 'quit' | 'ask' {
  if (quitting) return 'close'
  if (!hasTray) return 'quit'
  if (choice === null) return 'ask'
  return choice === 'quit' ? 'quit' : 'close'
}

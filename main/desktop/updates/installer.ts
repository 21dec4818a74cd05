import type { Offer } from './update-machine.ts'

/** What puts an update in place on one platform; the last step, and the only one that is not ours. */
export interface Installer {
  /** Where the file has to be for it: a path in a folder that is new and that only this user enters. Rejects where none can be made. */
  readonly place: (offer: Offer) => Promise<string>
  /** Has everything ready to install that very file, and takes no other. Rejects with why it does not. */
  readonly prepare: (file: string, offer: Offer) => Promise<void>
  /** Ends the program, has the file installed, and starts what it brings. `onFailed` is called if it cannot, and the program still runs. */
  readonly install: (onFailed: (error: unknown) => void) => void
  /** Removes what `place` has made. */
  readonly clear: () => Promise<void>
}

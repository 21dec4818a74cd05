import type { UpdateState } from '../../../shared/contract/shell.ts'
import type { ReleaseRoot } from '../../../shared/domain/release-root.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { FetchLike } from '../../kernel/http-exchange.ts'
import type { Logger } from '../../kernel/log.ts'
import type { Installer } from './installer.ts'
import type { Program } from './program.ts'
import type { Work } from './work.ts'

/** What is known of the machine's power; `null` where nobody can tell. */
export interface Power {
  readonly onBattery: boolean | null
  /** 0 to 100. */
  readonly percent: number | null
}

export interface UpdatesDeps {
  /** What runs here, and how it came to this machine; see `readProgram`. */
  readonly program: Program
  /** A folder of this user alone, for what is remembered and downloaded: `desktop/updates` in the data directory. Made if it is not there. */
  readonly directory: string
  /** Whom releases come from; `RELEASE_ROOT` in the program. */
  readonly root: ReleaseRoot
  /** The jobs of the agent of this program; see `workOf`. */
  readonly work: Work
  readonly power: () => Power | Promise<Power>
  /**
   * Ends everything that the next start needs for itself: stops the agent and releases the single-instance lock. Called once, when no job runs
   * and the update has been verified; after it the program ends in any case.
   */
  readonly letGo: () => Promise<void>
  /** Starts the program anew and ends this one: where an update could not be installed after `letGo`. */
  readonly relaunch: () => void
  /** What puts the update in place; see `openElectronUpdater`. Asked for when there is something to install, and not before. */
  readonly openInstaller: () => Promise<Installer>
  readonly clock: Clock
  readonly log: Logger
  readonly fetch?: FetchLike | undefined
  /** Uniform in [0, 1). */
  readonly random?: (() => number) | undefined
  /** Bytes that may still be written into a folder. */
  readonly freeBytes?: ((directory: string) => Promise<number>) | undefined
}

export interface Updates {
  readonly state: () => UpdateState
  /** Looks for an update now; resolves once it is known whether there is one. What is found is then downloaded. Never rejects. */
  readonly check: () => Promise<void>
  /**
   * Restarts into the update that is ready, once no job runs; the jobs that run are asked to end as by *Finish, then pause*.
   * Error: `conflict` if no update is ready, or the battery is too low now.
   */
  readonly install: () => Promise<void>
  /** Calls back whenever the state has changed. Returns the function that ends it. */
  readonly subscribe: (changed: () => void) => () => void
  /** Looks for updates some minutes after the start and then about once a day, until the signal aborts. Never rejects. */
  readonly run: (signal: AbortSignal) => Promise<void>
}

import type { OpenSandbox } from '../agent/jobs/sandbox-program.ts'
import type { Clock } from '../kernel/clock.ts'

/** The machine that is looked at, and with whose eyes. */
export interface Place {
  readonly dataDirectory: string
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly platform: NodeJS.Platform
  readonly clock: Clock
  /** Where the kernel shows its devices and processes; a test gives its own. */
  readonly sysRoot: string
  readonly procRoot: string
  /** What WebAssembly jobs are locked up in. */
  readonly sandbox: OpenSandbox
}

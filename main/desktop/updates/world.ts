import type { EpochMs } from '../../../shared/units.ts'
import type { UpdateMemory } from './memory.ts'
import type { UpdatesDeps } from './ports.ts'
import type { Machine, UpdateEvent } from './update-machine.ts'
import type { Steps } from './update-steps.ts'

export interface Parts {
  readonly memory: UpdateMemory
  readonly steps: Steps
}

/** What one copy of the program does about updates, from its start to its end. */
export interface World extends UpdatesDeps, Parts {
  machine: Machine
  /** Tells the machine what has happened, and does what it says. */
  readonly send: (event: UpdateEvent) => void
  /** The look or download that goes on was asked for by the owner, who wants to know how it went. */
  asked: boolean
  failures: number
  nextAt: EpochMs | null
  looking: Promise<void>
  refreshing: Promise<void> | null
  readonly life: AbortController
  readonly listeners: Set<() => void>
}

import { messageOf } from '../../shared/errors.ts'
import type { Clock } from '../kernel/clock.ts'

const EVERY_MS = 300_000

interface TidyingDeps {
  readonly clock: Clock
  readonly tidy: () => Promise<void>
  readonly onFailure: (message: string) => void
}

/** Removes checkpoints that no job will ask for, at once, which tells whether the store works at all, and every five minutes: a bucket charges for every look at it. */
export const createTidying =
  ({ clock, tidy, onFailure }: TidyingDeps) =>
  async (signal: AbortSignal): Promise<void> => {
    do await tidy().catch((error: unknown) => onFailure(messageOf(error)))
    while (await clock.sleep(EVERY_MS, signal))
  }

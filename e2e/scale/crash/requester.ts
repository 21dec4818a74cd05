import { testSpec } from '../../../main/coordinator/test-work.fake.ts'
import { systemClock } from '../../../main/kernel/clock.ts'
import type { JobSpec } from '../../../shared/contract/job.ts'
import { WindfallError } from '../../../shared/errors.ts'
import type { CoordinatorClient, World } from './world.ts'

const OPEN_JOBS = 40
const PAUSE_MS = 10

/** Keeps so many jobs waiting until `signal` aborts; a job counts as submitted once the coordinator has said so. */
export async function runRequester({ client, world }: { readonly client: CoordinatorClient; readonly world: World }, signal: AbortSignal): Promise<void> {
  let spec: JobSpec | null = null
  for (let number = 0; !signal.aborted; ) {
    if (world.jobs.length - world.finished.size >= OPEN_JOBS) {
      await systemClock.sleep(PAUSE_MS, signal)
      continue
    }
    const jobId = `crash-${number}`
    // Its answer may be lost with the coordinator that gave it; asked for once more, word for word, it is the same job and no other of its name.
    spec ??= testSpec(systemClock.now(), { needs: { gpus: 1, vramBytes: 0, ramBytes: 0 } })
    try {
      await client.call('submitJob', { jobId, spec })
      world.jobs.push(jobId)
      number += 1
      spec = null
    } catch (error) {
      if (!(error instanceof WindfallError)) throw error
      await systemClock.sleep(PAUSE_MS, signal)
    }
  }
}

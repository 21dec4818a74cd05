import { WindfallError } from '../../../shared/errors.ts'
import type { ContainerEngine } from './container-engine.ts'

/** The measurement of a workspace does not see everything: a deleted file that is still open has no name. So nobody's disk is ever filled. */
const LEAST_FREE_BYTES = 2_048 * 1_048_576

/** Whether so few bytes are left where the engine keeps its data that nothing of ours may grow there. */
export const isTooLittle = (free: number): boolean => free < LEAST_FREE_BYTES

/** What is left where the engine keeps its data; no end where that cannot be seen. */
export async function freeBytes(engine: Pick<ContainerEngine, 'freeBytes'>): Promise<number> {
  try {
    return (await engine.freeBytes()) ?? Number.MAX_SAFE_INTEGER
  } catch {
    // An engine that does not answer now is asked again.
    return Number.MAX_SAFE_INTEGER
  }
}

export const diskFull = (): WindfallError =>
  new WindfallError(
    'runtime.unavailable',
    `Less than ${LEAST_FREE_BYTES / 1_048_576} MiB are free where Docker keeps its data, so no job runs. Free some space.`,
  )

/** Error: `runtime.unavailable`, if the disk is nearly full. */
export async function refuseFullDisk(engine: Pick<ContainerEngine, 'freeBytes'>): Promise<void> {
  if (isTooLittle(await freeBytes(engine))) throw diskFull()
}

import { join } from 'node:path'
import type { JobSpec } from '../../shared/contract/job.ts'
import { WindfallError } from '../../shared/errors.ts'
import { packageRoot } from '../kernel/paths.ts'
import { findBusybox } from '../../resources/jobs/busybox.ts'
import { dockerSample, wasmSample } from '../../resources/jobs/samples.ts'
import { build } from './build.ts'
import type { Upload } from './input-option.ts'

/** A job and the bytes the coordinator has to serve for it, if it needs any. */
export interface Sample {
  readonly spec: JobSpec
  readonly archive: Uint8Array | null
  /** What it begins with. */
  readonly uploads?: readonly Upload[]
}

/** A bundled job. `deadline` is ISO 8601 UTC. Errors: `input.invalid`, `runtime.unavailable`. */
export async function loadSample(runtime: string, deadline: string): Promise<Sample> {
  if (runtime === 'wasm') {
    await build({ only: ['jobs'] }, () => undefined)
    return wasmSample({ distDirectory: join(packageRoot, 'dist'), deadline })
  }
  if (runtime !== 'docker') throw new WindfallError('input.invalid', `There is no bundled ${runtime} job. Use --sample wasm or --sample docker.`)
  const busybox = findBusybox()
  if (!busybox)
    throw new WindfallError(
      'runtime.unavailable',
      'The Docker sample is made from a static busybox, and none is installed. Install it (Debian: apt install busybox-static), or use --sample wasm.',
    )
  return dockerSample({ busybox, deadline })
}

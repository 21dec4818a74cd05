import type { Lease } from '../../../shared/contract/job.ts'
import { MAX_INPUT_BYTES } from '../../../shared/contract/job-input.ts'
import { WindfallError } from '../../../shared/errors.ts'
import { meteredNetwork } from './metered.ts'
import type { InputFile } from './runtime.ts'

interface Wanted {
  readonly leaseId: string
  readonly token: number
  /** Its place in the list of the job. */
  readonly index: number
  readonly maxBytes: number
}

/** Brings one input here; what arrives is what its `sha256:` digest says. */
export type FetchInput = (wanted: Wanted, signal: AbortSignal) => Promise<{ readonly content: Uint8Array; readonly digest: string }>

interface InputsDeps {
  readonly mayFetch: () => boolean
  readonly fetch: FetchInput
}

/** Everything a job begins with, one after the other. Errors: `network.metered`, `input.too-large`, `input.invalid`, and those of `fetch`. */
export async function fetchInputs({ mayFetch, fetch }: InputsDeps, { leaseId, token, spec }: Lease, signal: AbortSignal): Promise<readonly InputFile[]> {
  const files: InputFile[] = []
  let room = MAX_INPUT_BYTES
  for (const [index, { path, digest }] of (spec.inputs ?? []).entries()) {
    if (!mayFetch()) throw meteredNetwork()
    const arrived = await fetch({ leaseId, token, index, maxBytes: room }, signal)
    if (digest !== undefined && arrived.digest !== digest)
      throw new WindfallError('input.invalid', `The coordinator sent something else than ${digest} for the input ${path}. The job is not run.`)
    room -= arrived.content.length
    files.push({ path, content: arrived.content })
  }
  return files
}

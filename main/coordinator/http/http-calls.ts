import { coordinatorContract } from '../../../shared/contract/coordinator.ts'
import type { Call, HttpBinding } from '../../../shared/contract/define.ts'

/** Every call that is bound to HTTP. */
export const httpCalls = (): (readonly [name: string, call: Call, http: HttpBinding])[] =>
  Object.entries(coordinatorContract).flatMap(([name, call]) => (call.http ? [[name, call, call.http] as const] : []))

export const DEFAULT_BODY_BYTES = 65_536
/** A proof carries up to 16 MiB of output in base64, an answer to a challenge 24 MiB of compressed samples; a job has to fit, with its plan, into one frame of an agent's socket. */
const BODY_BYTES: Readonly<Record<string, number>> = {
  enrol: 131_072,
  submitProof: 25_165_824,
  submitProofs: 25_165_824,
  answerChallenge: 33_555_456,
  submitJob: 49_152,
  saveTemplate: 49_152,
  // Up to 10,000 rows of parameters beside the job.
  submitArray: 8_388_608,
  planJob: 49_152,
  addCanary: 49_152,
}

/** How long the body of a call may be, bytes. */
export const bodyLimitOf = (name: string): number => BODY_BYTES[name] ?? DEFAULT_BODY_BYTES

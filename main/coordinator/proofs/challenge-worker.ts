/** The program of the thread that {@link file://./challenge-examine.ts} starts: opens one compressed log and says what its samples give. */
import { parentPort, workerData } from 'node:worker_threads'
import { gunzipSync } from 'node:zlib'
import { REPLAY_LIMITS } from '../../../shared/domain/energy/replay.ts'
import { sha256Hex } from '../../kernel/signing.ts'
import type { Examined } from './challenge-examine.ts'
import type { Examination } from './challenge-ports.ts'
import { judgeSamples } from './challenge-verdict.ts'

function examine({ proof, gzip }: Examination): Examined {
  let log: Uint8Array
  try {
    log = gunzipSync(gzip, { maxOutputLength: REPLAY_LIMITS.bytes })
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE'
      ? { code: 'input.too-large', message: `The samples are more than ${REPLAY_LIMITS.bytes / 1_048_576} MiB once they are unpacked.` }
      : { code: 'input.invalid', message: 'What was sent is not gzip.' }
  }
  return { finding: judgeSamples(proof, log, sha256Hex(log)) }
}

parentPort?.postMessage(examine(workerData as Examination), [])

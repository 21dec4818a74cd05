/** Entry of the process that runs `nvidia-smi -q -x` through a shell, without a time limit of its own; its parent sets one. */
import { promisify } from 'node:util'
import smi from 'node-nvidia-smi'
import { readSmiLog } from './nvidia-smi-log.ts'
import { type SmiReply, SmiRequest } from './nvidia-smi-protocol.ts'
import { readWords } from './nvidia-smi-values.ts'
import { serveReader } from './reader-child.ts'

const report = promisify(smi)

async function answer(): Promise<SmiReply> {
  try {
    return { inventory: readSmiLog(await report()) }
  } catch (error) {
    // The package hands on what the program wrote to stderr as it is.
    return { error: readWords(error instanceof Error ? error.message : String(error)) ?? 'nvidia-smi failed' }
  }
}

serveReader({ request: SmiRequest, answer })

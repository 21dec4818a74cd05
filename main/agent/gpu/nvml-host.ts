import { join } from 'node:path'
import type { ChildProgram, LaunchChild } from '../../kernel/child.ts'
import type { Clock } from '../../kernel/clock.ts'
import { type Environment, nvidiaEnvironment } from './environment.ts'
import { NvmlCode, isLost, needsReload } from './nvml-codes.ts'
import { NvmlReply, type NvmlRequest } from './nvml-protocol.ts'
import { type Down, type ReaderHost, type Verdict, createReaderHost } from './reader-host.ts'

export interface NvmlHostDeps {
  readonly libraryPath: string
  readonly clock: Clock
  readonly launch: LaunchChild
  readonly environment: Environment
}

export type NvmlAnswer = NvmlReply | Down
export type NvmlHost = ReaderHost<NvmlRequest, NvmlReply>

/** The first question may wake and initialise the GPU: 1.5 s is normal without persistence mode. */
const DEVICES_TIMEOUT_MS = 15_000
const READING_TIMEOUT_MS = 3_000
/** Keeps NVIDIA's management library in a child process. Ends with `signal`. */
export const createNvmlHost = ({ libraryPath, clock, launch, environment }: NvmlHostDeps, signal: AbortSignal): NvmlHost =>
  createReaderHost(
    {
      program: nvmlProgram(libraryPath, environment),
      launch,
      clock,
      reply: NvmlReply,
      timeoutMs: (request: NvmlRequest) => (request.ask === 'devices' ? DEVICES_TIMEOUT_MS : READING_TIMEOUT_MS),
      judge,
    },
    signal,
  )

const nvmlProgram = (libraryPath: string, environment: Environment): ChildProgram => ({
  name: 'nvml-child',
  file: join(import.meta.dirname, 'nvml-child.ts'),
  args: [libraryPath],
  environment: nvidiaEnvironment(environment),
})

function judge(reply: NvmlReply): Verdict {
  if (!('code' in reply)) return 'works'
  if (needsReload(reply.code) || reply.code === NvmlCode.libraryNotFound) return 'start-again'
  return isLost(reply.code) || reply.code === NvmlCode.unknown ? 'look-again' : 'says-nothing'
}

import { join } from 'node:path'
import type { LaunchChild } from '../../kernel/child.ts'
import type { Clock } from '../../kernel/clock.ts'
import { windowsEnvironment } from './environment.ts'
import { type ReaderHost, createReaderHost } from './reader-host.ts'
import { WindowsReply, type WindowsRequest } from './windows-protocol.ts'

export interface WindowsDeps {
  readonly launch: LaunchChild
  readonly clock: Clock
  readonly environment: Readonly<Record<string, string | undefined>>
  /** A library that stands in for Windows' own, for tests. */
  readonly library?: string
}

export type WindowsHost = ReaderHost<WindowsRequest, WindowsReply>

const TIMEOUT_MS = 5_000

/** Keeps what talks to Windows' libraries in a process of its own. Ends with `signal`. */
export function createWindowsHost({ launch, clock, environment, library }: WindowsDeps, signal: AbortSignal): WindowsHost {
  const program = {
    name: 'windows-child',
    file: join(import.meta.dirname, 'windows-child.ts'),
    args: library === undefined ? [] : [library],
    environment: windowsEnvironment(environment),
  }
  return createReaderHost<WindowsRequest, WindowsReply>({ program, launch, clock, reply: WindowsReply, timeoutMs: () => TIMEOUT_MS }, signal)
}

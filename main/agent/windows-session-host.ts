import { join } from 'node:path'
import type { LaunchChild } from '../kernel/child.ts'
import type { Clock } from '../kernel/clock.ts'
import { windowsEnvironment } from './gpu/environment.ts'
import { createReaderHost } from './gpu/reader-host.ts'
import { WindowsSession, type WindowsSessionRequest } from './idle/signals/windows-session.ts'

export interface WindowsSessionDeps {
  readonly launch: LaunchChild
  readonly clock: Clock
  readonly environment: Readonly<Record<string, string | undefined>>
  /** A library that stands in for Windows' own, for tests. */
  readonly library?: string
}

const TIMEOUT_MS = 2_000

/** Asks Windows about the owner's session in a process of its own, which starts with the first question and ends with `signal`. Never rejects. */
export function createWindowsSessionHost(
  { launch, clock, environment, library }: WindowsSessionDeps,
  signal: AbortSignal,
): (request: WindowsSessionRequest) => Promise<unknown> {
  const program = {
    name: 'windows-session-child',
    file: join(import.meta.dirname, 'windows-session-child.ts'),
    args: library === undefined ? [] : [library],
    environment: windowsEnvironment(environment),
  }
  const host = createReaderHost<WindowsSessionRequest, WindowsSession>({ program, launch, clock, reply: WindowsSession, timeoutMs: () => TIMEOUT_MS }, signal)
  return (request) => host.ask(request, signal)
}

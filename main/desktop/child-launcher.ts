import { join } from 'node:path'
import type { utilityProcess } from 'electron'
import type { Child, LaunchChild } from '../kernel/child.ts'

interface LauncherDeps {
  readonly fork: typeof utilityProcess.fork
  /** Where the bundles of the child programs are. */
  readonly directory: string
}

/** Runs a program as a utility process of Electron, whose own binary is no Node. To be used once Electron is ready. */
export const createChildLauncher =
  ({ fork, directory }: LauncherDeps): LaunchChild =>
  ({ name, args, environment }) => {
    const options = { serviceName: `Windfall ${name}`, stdio: 'ignore', env: { ...environment } } as const
    const child = start(() => fork(join(directory, `${name}.mjs`), [...args], options))
    return child && asChild(child)
  }

interface AgentLauncherDeps {
  readonly fork: typeof utilityProcess.fork
  /** The bundle of the agent's program. */
  readonly file: string
  /** Takes what it logs. */
  readonly onLog: (text: Buffer) => void
}

/** Runs the agent as a utility process, in this environment: its settings are in there. */
export const createAgentLauncher =
  ({ fork, file, onLog }: AgentLauncherDeps): (() => Child | null) =>
  () => {
    const child = start(() => fork(file, [], { serviceName: 'Windfall agent', stdio: ['ignore', 'ignore', 'pipe'] }))
    child?.stderr?.on('data', onLog)
    return child && asChild(child)
  }

function asChild(child: Utility): Child {
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  return {
    send: (message, failed) => {
      try {
        // oxlint-disable-next-line require-post-message-target-origin -- a process has no origin, unlike a frame
        child.postMessage(message)
      } catch {
        failed()
      }
    },
    onMessage: (listener) => void child.on('message', listener),
    onEnd: (listener) => void ended.then(listener),
    kill: () => end(child),
  }
}

type Utility = ReturnType<typeof utilityProcess.fork>

/** `null` if the system has no room for another process. */
function start(fork: () => Utility): Utility | null {
  try {
    return fork()
  } catch {
    return null
  }
}

/** Electron's own `kill` asks politely, which a process that hangs in a vendor's library never hears. */
function end(child: Utility): void {
  const now = () => {
    if (child.pid === undefined || !killed(child.pid)) child.kill()
  }
  if (child.pid === undefined) child.once('spawn', now)
  now()
}

function killed(pid: number): boolean {
  try {
    return process.kill(pid, 'SIGKILL')
  } catch {
    return false
  }
}

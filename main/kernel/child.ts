import { fork } from 'node:child_process'

/** A program of ours that runs beside this one, so that what it loads cannot take this process down. */
export interface ChildProgram {
  /** A bundle finds its own copy of the program under this name. */
  readonly name: string
  /** The source file, where sources run as they are. */
  readonly file: string
  readonly args: readonly string[]
  /** The whole environment of the child; nothing is inherited. */
  readonly environment: Readonly<Record<string, string>>
}

export interface Child {
  /** Structured-clone data without functions. `failed` is called if it cannot be delivered. */
  readonly send: (message: unknown, failed: () => void) => void
  readonly onMessage: (listener: (message: unknown) => void) => void
  /** Called once, whether the child ended by itself, was killed or never started. */
  readonly onEnd: (listener: () => void) => void
  /** Ends it at once. */
  readonly kill: () => void
}

/** `null` if the system has no room for another process. */
export type LaunchChild = (program: ChildProgram) => Child | null

/** Runs the program on this very Node. */
export const launchNodeChild: LaunchChild = ({ file, args, environment }) => {
  try {
    const child = fork(file, [...args], { stdio: ['ignore', 'ignore', 'ignore', 'ipc'], env: { ...environment }, execArgv: [] })
    const ended = new Promise<void>((resolve) => child.once('error', () => resolve()).once('exit', () => resolve()))
    return {
      send: (message, failed) => void child.send(message as object, (error) => error && failed()),
      onMessage: (listener) => void child.on('message', listener),
      onEnd: (listener) => void ended.then(listener),
      kill: () => void child.kill('SIGKILL'),
    }
  } catch {
    return null
  }
}

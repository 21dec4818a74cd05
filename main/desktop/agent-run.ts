import { WindfallError, fromProblem, toProblem } from '../../shared/errors.ts'
import type { Child, LaunchChild } from '../kernel/child.ts'
import { t } from '../../shared/i18n/translate.ts'
import type { Clock } from '../kernel/clock.ts'
import type { SecretVault } from '../kernel/secret-vault.ts'
import { CHILD_VARIABLES, type ToAgent, ToShell } from './agent-protocol.ts'
import { createHeartbeat } from './heartbeat.ts'

export interface AgentRunDeps {
  /** Starts the agent's process; `null` if the system has no room for another one. */
  readonly fork: () => Child | null
  readonly vault: SecretVault
  /** How programs are run for the agent. */
  readonly launch: LaunchChild
  readonly dataDirectory: string
  /** The folder of what WebAssembly jobs are locked up in. */
  readonly sandbox: string
  readonly clock: Pick<Clock, 'sinceBoot' | 'sleep'>
}

/** One life of the agent's process. */
export interface AgentRun {
  readonly tell: (message: Extract<ToAgent, { is: 'report' | 'stop' }>) => void
  /** Settles once it works; never, if it ends before. */
  readonly ready: Promise<void>
  /** Settles once it is gone, with what it said about that, or `null` if it died without a word. */
  readonly ended: Promise<WindfallError | null>
  /** Ends it at once. */
  readonly kill: () => void
}

/** Starts the agent's process and serves what it needs from the main process. Its own programs end with it. Once ready, it is ended if it hangs. */
export function startAgentRun({ fork, vault, launch, dataDirectory, sandbox, clock }: AgentRunDeps): AgentRun {
  const child = fork()
  if (child === null) return { tell: () => {}, ready: new Promise(() => {}), ended: Promise.resolve(noRoom()), kill: () => {} }
  const [ready, ended] = [Promise.withResolvers<void>(), Promise.withResolvers<WindfallError | null>()]
  let last: WindfallError | null = null
  const tell = (message: ToAgent) => child.send(message, () => {})
  const programs = createPrograms(launch, tell)
  const [heartbeat, gone] = [createHeartbeat(clock), new AbortController()]
  const endIfHung = async () => {
    if (!(await heartbeat.missed(gone.signal))) return
    last = new WindfallError('unavailable', t('It did not answer any more.'))
    child.kill()
  }
  const hear = (message: ToShell): void => {
    switch (message.is) {
      case 'ready':
        ready.resolve()
        return void endIfHung()
      case 'beat':
        return heartbeat.heard()
      case 'failed':
        last = fromProblem(500, message.problem)
        return child.kill()
      case 'load':
      case 'save':
        return void answer(message, vault).then(tell)
      case 'launch':
      case 'child-hears':
      case 'child-kill':
        return programs.hear(message)
    }
  }
  child.onMessage((raw) => {
    const message = ToShell.safeParse(raw)
    if (message.success) hear(message.data)
  })
  child.onEnd(() => {
    gone.abort()
    programs.end()
    ended.resolve(last)
  })
  tell({ is: 'start', dataDirectory, vault: { keptIn: vault.keptIn, sealed: vault.sealed }, sandbox })
  const tellOn: AgentRun['tell'] = (message) => {
    if (message.is === 'report' && message.report.suspending !== undefined) heartbeat.suspending(message.report.suspending)
    tell(message)
  }
  return { tell: tellOn, ready: ready.promise, ended: ended.promise, kill: child.kill }
}

const noRoom = () => new WindfallError('unavailable', 'The system has no room for another process. Close a program that you do not need.')

async function answer(message: Extract<ToShell, { is: 'load' | 'save' }>, vault: SecretVault): Promise<ToAgent> {
  const { ask, name } = message
  try {
    if (message.is === 'load') return { is: 'secret', ask, secret: await vault.load(name) }
    await vault.save(name, message.secret)
    return { is: 'secret', ask, secret: null }
  } catch (error) {
    return { is: 'no-secret', ask, problem: { ...toProblem(error) } }
  }
}

/** More than readers, sandboxes and hardware need together. */
const MOST_PROGRAMS = 64

const knows = (name: string): boolean => CHILD_VARIABLES.has(name.toUpperCase())

/** The programs of one life of the agent. */
function createPrograms(launch: LaunchChild, tell: (message: ToAgent) => void) {
  const running = new Map<number, Child>()
  const begin = ({ child, name, args, environment }: Extract<ToShell, { is: 'launch' }>): void => {
    // The one that bears the number would be out of reach.
    if (running.has(child)) return
    const end = () => {
      running.delete(child)
      tell({ is: 'child-ended', child })
    }
    const isAllowed = running.size < MOST_PROGRAMS && Object.keys(environment).every(knows)
    const program = isAllowed ? launch({ name, file: '', args, environment }) : null
    if (program === null) return end()
    running.set(child, program)
    program.onMessage((message) => tell({ is: 'child-said', child, message }))
    program.onEnd(end)
  }
  return {
    hear: (message: ToShell): void => {
      if (message.is === 'launch') begin(message)
      else if (message.is === 'child-hears') running.get(message.child)?.send(message.message, () => running.get(message.child)?.kill())
      else if (message.is === 'child-kill') running.get(message.child)?.kill()
    },
    end: (): void => {
      for (const program of running.values()) program.kill()
    },
  }
}
